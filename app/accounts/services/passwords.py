"""Hashing and checking passwords (argon2id), and what a password must be. Slow on purpose: never call it in a unit of work."""

import secrets
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from app.accounts.names import name_key
from app.core.errors import Invalid
from app.core.i18n import gettext as _

MIN_LENGTH = 10
MAX_LENGTH = 200
# OWASP's first choice: 19 MiB, two passes, one lane; about 22 ms of CPU.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
# The commonest passwords that are long enough to pass the other rules.
_COMMONEST = """
0123456789 0987654321 1234512345 1234567890 12345678900 12345678910 123456789a 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc
9876543210 a123456789 abcdefghij abcd123456 administrator adminadmin asdfghjkl1 baseball123 basketball changeme123
computer123 dragon12345 football123 hello12345 iloveyou12 iloveyou123 letmein123 letmeinletmein liverpool1
manchester michael123 monkey12345 password01 password11 password12 password123 password1234 password12345 password1!
passwordpassword passw0rd12 passw0rd123 princess123 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedc1 qwer123456 qwerty1234
qwerty12345 qwerty123456 qwertyqwerty qwertyuiop qwertyuiop1 secret1234 sunshine12 sunshine123 superman123
threadwell trustno1234 welcome123 welcome1234 zaq12wsxcde zxcvbnm123 zxcvbnmasd
"""
COMMONEST = frozenset(_COMMONEST.split())


def _normal(password: str) -> bytes:
    """One spelling of the same keys on every device; lone surrogates must not crash."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_password_rules(password: str, name: str, address: str = "", field: str = "password") -> None:
    """Raise Invalid(field) unless the password has 10 to 200 characters and is neither common nor the name or address."""
    if len(password) < MIN_LENGTH:
        raise Invalid(
            _("Please use at least %(min_length)s characters. A few words in a row are easy to remember.", min_length=MIN_LENGTH),
            field,
        )
    if len(password) > MAX_LENGTH:
        raise Invalid(_("Please use at most %(max_length)s characters.", max_length=MAX_LENGTH), field)
    key = name_key(password)
    own_name = name_key(name)
    own = {own_name, name_key(address), name_key(address.partition("@")[0])}
    if key in own or (own_name in key and len(key.replace(own_name, "")) < 3):
        raise Invalid(_("This is too close to your name or address. Please choose something else."), field)
    if key in COMMONEST or len(set(key)) < 4:
        raise Invalid(_("This is one of the first passwords anybody would try. Please choose something else."), field)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, in the PHC format."""
    return _hasher.hash(_normal(password))


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    """A hash of something nobody knows, for logins that nobody has."""
    return _hasher.hash(secrets.token_bytes(16))


def verify_password(stored_hash: str | None, password: str) -> bool:
    """Return whether the password belongs to the hash. Costs one verification whatever is given, even without a hash."""
    # Longer than any password can be set: cut, so that a megabyte is not hashed; it can never match.
    given = _normal(password[: MAX_LENGTH + 1])
    try:
        matches = _hasher.verify(stored_hash or _dummy_hash(), given)
    except (VerificationError, InvalidHashError):
        return False
    return matches and bool(stored_hash) and len(password) <= MAX_LENGTH


def needs_rehash(stored_hash: str) -> bool:
    """Return whether a hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored_hash)
