"""Erasing accounts: the wish, its confirmation and grace days, and taking the name from the row.

What else is kept about the person goes by the lines in `holdings` (app/privacy/services/erasing), between `begin_erasure` and
`finish_erasure`.
"""

import secrets
from datetime import timedelta

import sqlalchemy as sa

from app.accounts.events import ErasureCancelled, ErasureConfirmed, ErasureRequested, PersonErased
from app.accounts.models import Erasure, Person, PersonSession
from app.accounts.names import name_key
from app.accounts.policies import ensure_can_manage_people
from app.accounts.queries import get_person_for_update
from app.accounts.services.tokens import ensure_erase_is_fresh
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Gone, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import FOR_THE_LOG, checked_reason
from app.core.uow import require_unit_of_work

NAMELESS = "[removed]"


def request_erasure(actor: Actor, *, typed_name: str, keeps_posts: bool, grace: timedelta) -> Erasure:
    """Note that the actor wants their account erased; the password was verified before. A new wish replaces an older one.

    With a confirmed address a mail asks once more; without one the days of grace begin at once. Raises Forbidden,
    Invalid("name") unless their own name was typed, Conflict for the last admin and where an admin ordered it before.
    """
    require_unit_of_work()
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    ensure_not_last_admin(actor.id)
    person = get_person_for_update(actor.id)
    if name_key(typed_name) != person.name_key:
        raise Invalid(_("Please type your own name, as it stands in the address of your profile."), "name")
    erasure = _wish(person)
    if erasure.asked_by_id is not None:
        raise Conflict(_("An admin is having this account erased already."))
    erasure.keeps_posts, erasure.reason = keeps_posts, ""
    erasure.asked_at, erasure.due_at = now(), None
    if person.email:
        emit(ErasureRequested(person.id))
    else:
        _confirm(erasure, grace)
    return erasure


def confirm_erasure(person_id: int, *, fingerprint: str, secret: str, grace: timedelta) -> Erasure:
    """Begin the days of grace, by the link in the mail, and end every sign-in: signing in again keeps the account.

    Raises Gone for a used link or a wish that was taken back.
    """
    require_unit_of_work()
    person = get_person_for_update(person_id)
    erasure = db.session.get(Erasure, person_id, populate_existing=True)
    if erasure is None or erasure.due_at is not None:
        raise Gone(_("There is nothing to confirm any more: you have confirmed it already, or your account stays."))
    ensure_erase_is_fresh(secret, fingerprint, person, erasure.asked_at)
    _confirm(erasure, grace)
    return erasure


def cancel_erasure(person_id: int, *, is_signing_in: bool = False) -> bool:
    """Keep the account after all; return whether its own owner had wished otherwise. An admin's decision is not theirs to cancel.

    Signing in takes back only what was confirmed: before that, the wish waits for its mail.
    """
    require_unit_of_work()
    get_person_for_update(person_id)  # whoever erases holds this lock, too
    erasure = db.session.get(Erasure, person_id, populate_existing=True)
    if erasure is None or erasure.begun_at is not None or erasure.asked_by_id is not None:
        return False
    if is_signing_in and erasure.due_at is None:
        return False
    db.session.delete(erasure)
    emit(ErasureCancelled(person_id))
    return True


def order_erasure(actor: Actor, *, person_id: int, keeps_posts: bool, reason: str) -> Erasure:
    """Have somebody else's account erased now, as an admin, with a reason for the log.

    Raises NotFound for others than admins, Forbidden for the actor's own, Invalid("reason"), Conflict for the last admin and for
    an account that is erased already.
    """
    require_unit_of_work()
    ensure_can_manage_people(actor)
    if actor.id == person_id:
        raise Forbidden(_("Erase your own account in your settings."))
    why = checked_reason(reason, is_required=True, ask=FOR_THE_LOG)
    ensure_not_last_admin(person_id)
    person = get_person_for_update(person_id)
    if person.erased_at is not None:
        raise Conflict(_("This account is erased already."))
    erasure = _wish(person)
    erasure.keeps_posts, erasure.asked_by_id, erasure.reason = keeps_posts, actor.id, why
    erasure.asked_at = erasure.due_at = now()
    return erasure


def list_due_erasures(limit: int = 50) -> list[int]:
    """Return the people whose days of grace are over, longest ago first."""
    statement = sa.select(Erasure.person_id).where(Erasure.done_at.is_(None), Erasure.due_at <= now())
    return list(db.session.scalars(statement.order_by(Erasure.due_at, Erasure.person_id).limit(limit)))


def begin_erasure(person_id: int) -> Erasure | None:
    """Pass the point of no return: nobody can sign in to the account from here on. None when it is not due (any more).

    What the person is writing at this moment came first, and goes with the rest, or is refused. Raises Conflict for the last admin.
    """
    require_unit_of_work()
    ensure_not_last_admin(person_id)
    person = get_person_for_update(person_id, against_texts=True)
    erasure = db.session.get(Erasure, person_id, populate_existing=True)
    if erasure is None or erasure.done_at is not None or erasure.due_at is None or erasure.due_at > now():
        return None
    erasure.begun_at = erasure.begun_at or now()
    person.password_hash = None
    person.role = Role.MEMBER
    db.session.execute(sa.delete(PersonSession).where(PersonSession.person_id == person_id))
    return erasure


def finish_erasure(erasure: Erasure) -> Person:
    """Take the name, the address and the profile from a person's row, and tell everybody who keeps something about them."""
    require_unit_of_work()
    person = get_person_for_update(erasure.person_id)
    address, old_name = person.email or "", person.name
    name = f"removed-{secrets.token_hex(6)}"
    person.name, person.name_key, person.display_name = name, name_key(name), NAMELESS
    person.email = person.pending_email = person.password_hash = None
    person.about_source = person.about_html = person.website = person.suspended_reason = ""
    person.suspended_at = person.suspended_until = person.muted_until = person.warned_at = None
    person.trust = person.level = 0
    person.pinned_level = person.level_ceiling = person.ceiling_until = None
    person.erased_at = erasure.done_at = now()
    emit(PersonErased(person.id, erasure.asked_by_id, erasure.reason, address, old_name))
    erasure.reason = ""
    db.session.flush()
    return person


def ensure_not_last_admin(person_id: int) -> None:
    """Lock all admins in one order and raise Conflict when this person is the only one."""
    locked = sa.select(Person.id).where(Person.role == Role.ADMIN).order_by(Person.id).with_for_update(key_share=True)
    if set(db.session.scalars(locked)) == {person_id}:
        raise Conflict(_("This is the last admin. Make somebody else an admin first."))


def _wish(person: Person) -> Erasure:
    erasure = db.session.get(Erasure, person.id, populate_existing=True)
    if erasure is not None and erasure.begun_at is not None:
        raise Conflict(_("This account is being erased already."))
    if erasure is None:
        erasure = Erasure(person_id=person.id)
        db.session.add(erasure)
    return erasure


def _confirm(erasure: Erasure, grace: timedelta) -> None:
    erasure.due_at = now() + grace
    db.session.execute(sa.delete(PersonSession).where(PersonSession.person_id == erasure.person_id))
    emit(ErasureConfirmed(erasure.person_id))
