"""Asking for the password again before something that cannot be taken back."""

from app.accounts.queries import SignInCandidate
from app.accounts.services import passwords
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.web.ratelimit import PER_ACCOUNT, ensure_within


def ensure_password(candidate: SignInCandidate, password: str, field: str) -> None:
    """Raise Invalid(field) unless this is the account's password. Tries are counted with those of signing in (TooMany)."""
    ensure_within(PER_ACCOUNT, "password", str(candidate.person_id))
    if not passwords.verify_password(candidate.password_hash, password) or candidate.password_hash is None:
        raise Invalid(_("This is not your password. Please type the one you use now."), field)
