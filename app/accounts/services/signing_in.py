"""Letting people in: the state after a password was verified. Verifying itself happens before the unit of work."""

from app.accounts.models import Person
from app.accounts.queries import SignInCandidate, get_person_for_update
from app.core.errors import Invalid
from app.core.i18n import lazy_gettext
from app.core.uow import require_unit_of_work

WRONG = lazy_gettext("Name or password is wrong. Until your address is confirmed, sign in with your name.")


def admit(candidate: SignInCandidate, *, new_hash: str | None = None) -> Person:
    """Return the person whose password was just verified, for a new session.

    `new_hash` replaces a hash of outdated costs. Raises Invalid when the password was changed since it was verified.
    """
    require_unit_of_work()
    person = get_person_for_update(candidate.person_id)
    if person.password_hash is None or person.password_hash != candidate.password_hash:
        raise Invalid(WRONG)
    if new_hash is not None:
        person.password_hash = new_hash
    return person
