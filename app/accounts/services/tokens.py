"""Signed links in mails: timed, and worth nothing once the state they were made for has changed. Knows no database."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from app.accounts.models import Person
from app.core.errors import Gone
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct

RESET_LIFE = timedelta(hours=1)
CLAIM_LIFE = timedelta(days=14)
CONFIRM_LIFE = timedelta(days=7)
STANDING_LIFE = timedelta(days=30)
ERASE_LIFE = timedelta(days=2)
_DEAD = lazy_gettext("This link was used already, is too old, or was cut off on its way. Please ask for a new one.")


class ResetLink(Struct, frozen=True):
    """What a reset link says: whose password, and whether it also proves the pending address (a claim)."""

    person_id: int
    fingerprint: str
    is_claim: bool


def _serializer(secret: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"accounts.{purpose}", signer_kwargs={"digest_method": hashlib.sha256})


def _fingerprint(secret: str, *parts: str | None) -> str:
    """A keyed hash of the state a link was made for; it changes with the state and tells nothing about it."""
    key = hashlib.sha256(secret.encode()).digest()
    data = "\x00".join(part or "" for part in parts)
    return hashlib.blake2b(data.encode(errors="replace"), key=key, digest_size=12).hexdigest()


def make_reset_token(secret: str, person: Person, is_claim: bool = False) -> str:
    """Return the token of a link that sets a password once. A claim also confirms the pending address."""
    purpose = "claim" if is_claim else "reset"
    return str(_serializer(secret, purpose).dumps([person.id, _reset_state(secret, person, is_claim)]))


def _reset_state(secret: str, person: Person, is_claim: bool) -> str:
    return _fingerprint(secret, person.password_hash, person.email, person.pending_email if is_claim else None)


def read_reset_token(secret: str, token: str) -> ResetLink:
    """Return what a reset or claim link says; raise Gone when it is forged or too old."""
    for purpose, life in (("reset", RESET_LIFE), ("claim", CLAIM_LIFE)):
        found = _read(secret, purpose, token, life)
        if found is not None:
            return ResetLink(int(found[0]), str(found[1]), purpose == "claim")
    raise Gone(_DEAD)


def ensure_reset_is_fresh(secret: str, link: ResetLink, person: Person) -> None:
    """Raise Gone unless password and address are still what they were when the link was made."""
    if link.fingerprint != _reset_state(secret, person, link.is_claim):
        raise Gone(_DEAD)


def make_confirm_token(secret: str, person: Person) -> str:
    """Return the token of a link that confirms the pending address."""
    return str(_serializer(secret, "confirm").dumps([person.id, _fingerprint(secret, person.pending_email)]))


def read_confirm_token(secret: str, token: str) -> tuple[int, str]:
    """Return (person id, fingerprint of the address); raise Gone when the link is forged or too old."""
    found = _read(secret, "confirm", token, CONFIRM_LIFE)
    if found is None:
        raise Gone(_DEAD)
    return int(found[0]), str(found[1])


def ensure_confirm_is_fresh(secret: str, fingerprint: str, person: Person) -> None:
    """Raise Gone unless the person still waits for exactly this address."""
    if person.pending_email is None or fingerprint != _fingerprint(secret, person.pending_email):
        raise Gone(_DEAD)


def is_confirmed_already(secret: str, fingerprint: str, person: Person) -> bool:
    """Return whether the link was used, and its address is still that of the account."""
    return person.email is not None and fingerprint == _fingerprint(secret, person.email)


def make_erase_token(secret: str, person: Person, asked_at: datetime) -> str:
    """Return the token of a link that confirms the wish of this moment to erase the account."""
    return str(_serializer(secret, "erase").dumps([person.id, _erase_state(secret, person, asked_at)]))


def _erase_state(secret: str, person: Person, asked_at: datetime) -> str:
    return _fingerprint(secret, person.password_hash, person.email, asked_at.isoformat())


def read_erase_token(secret: str, token: str) -> tuple[int, str]:
    """Return (person id, fingerprint of the wish); raise Gone when the link is forged or too old."""
    found = _read(secret, "erase", token, ERASE_LIFE)
    if found is None:
        raise Gone(_DEAD)
    return int(found[0]), str(found[1])


def ensure_erase_is_fresh(secret: str, fingerprint: str, person: Person, asked_at: datetime) -> None:
    """Raise Gone unless the wish, the password and the address are still what they were when the link was made."""
    if fingerprint != _erase_state(secret, person, asked_at):
        raise Gone(_DEAD)


def make_standing_token(secret: str, person: Person) -> str:
    """Return the token of the page where somebody who is not let in reads why, and asks for a second look."""
    return str(_serializer(secret, "standing").dumps([person.id, _standing_state(secret, person)]))


def _standing_state(secret: str, person: Person) -> str:
    return _fingerprint(secret, person.banned_at.isoformat() if person.banned_at else None)


def read_standing_token(secret: str, token: str) -> tuple[int, str]:
    """Return (person id, fingerprint of the ban); raise Gone when the link is forged or too old."""
    found = _read(secret, "standing", token, STANDING_LIFE)
    if found is None:
        raise Gone(_("This link is too old, or was cut off on its way. Sign in once more to get a new one."))
    return int(found[0]), str(found[1])


def ensure_standing_is_fresh(secret: str, fingerprint: str, person: Person) -> None:
    """Raise Gone unless the person is still banned as they were when the link was made."""
    if not person.is_banned or fingerprint != _standing_state(secret, person):
        raise Gone(_("This was taken back meanwhile: please sign in."))


def _read(secret: str, purpose: str, token: str, life: timedelta) -> list[Any] | None:
    try:
        found = _serializer(secret, purpose).loads(token, max_age=int(life.total_seconds()))
    except (BadData, SignatureExpired):
        return None
    return found if isinstance(found, list) and len(found) == 2 else None
