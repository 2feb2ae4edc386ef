"""Keeping people from posting until a date. They can still sign in and read; their posts and sessions stay."""

from datetime import datetime, timedelta

from app.accounts.events import PersonSuspended, SuspensionLifted
from app.accounts.models import Person
from app.accounts.policies import ensure_can_suspend
from app.accounts.queries import get_person_for_update
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import emit
from app.core.text import clean_line
from app.core.uow import require_unit_of_work

LONGEST = timedelta(days=3660)
REASON_MAX = 300


def suspend_person(actor: Actor, *, person_id: int, until: datetime, reason: str) -> Person:
    """Let a person post nothing until a moment (aware, at most ten years away); a second call replaces the first.

    Raises NotFound, Forbidden, Invalid("until"), Invalid("reason").
    """
    person = _get_for_suspending(actor, person_id)
    moment = now()
    if until <= moment:
        raise Invalid("Please choose a date in the future.", "until")
    if until > moment + LONGEST:
        raise Invalid("Please choose a date within ten years.", "until")
    person.suspended_at = moment
    person.suspended_until = until
    person.suspended_reason = _reason(reason)
    emit(PersonSuspended(person.id, actor.id, person.suspended_reason))
    return person


def lift_suspension(actor: Actor, *, person_id: int, reason: str) -> Person:
    """Let a suspended person post again. Raises NotFound, Forbidden, Conflict when they are not suspended."""
    person = _get_for_suspending(actor, person_id)
    if not person.is_suspended_at(now()):
        raise Conflict("This person is not suspended.")
    person.suspended_until = None
    person.suspended_at = None
    person.suspended_reason = ""
    emit(SuspensionLifted(person.id, actor.id, _reason(reason)))
    return person


def _get_for_suspending(actor: Actor, person_id: int) -> Person:
    require_unit_of_work()
    if not actor.is_moderator:
        raise Forbidden("Only moderators can do that.")
    person = get_person_for_update(person_id)
    ensure_can_suspend(actor, person)
    return person


def _reason(raw: str) -> str:
    reason = clean_line(raw)
    if not reason:
        raise Invalid("Please say why. The person will read it.", "reason")
    return reason[:REASON_MAX]
