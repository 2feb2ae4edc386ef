"""Levels by hand: pinned for good, held down until a date, or left to the record again. Each is one entry of the log."""

from datetime import datetime, timedelta

from app.accounts.models import Person
from app.accounts.queries import get_person_for_update
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import FOR_THE_LOG, checked_reason
from app.core.trust import Level
from app.core.uow import require_unit_of_work
from app.moderation.events import LevelLowered
from app.moderation.models import LogEntry
from app.moderation.services.logging import write_log
from app.moderation.trust.levels import refresh_levels, request_refresh
from app.moderation.trust.policies import ensure_can_set_level

LONGEST = timedelta(days=3660)
PIN, LOWER, FREE = "level_pin", "level_lower", "level_free"
_NOTHING = "-"


def pin_level(actor: Actor, *, person_id: int, level: int, reason: str) -> Person:
    """Let a person have a level whatever their record says, until somebody frees it.

    Raises NotFound, Forbidden, Invalid("level", "reason"), Conflict when it is pinned to that level already.
    """
    person, why = _take(actor, person_id, reason)
    if person.pinned_level == _checked(level):
        raise Conflict(_("This level is pinned already."))
    return _decide(actor, person, PIN, why, pinned=level, ceiling=person.level_ceiling, until=person.ceiling_until)


def lower_level(actor: Actor, *, person_id: int, level: int, until: datetime, reason: str) -> Person:
    """Let a person have no more than a level until a moment (aware, at most ten years away), pinned or not.

    Raises NotFound, Forbidden, Invalid("level", "until", "reason").
    """
    person, why = _take(actor, person_id, reason)
    if _checked(level) == max(Level):
        raise Invalid(_("Please choose a level below the highest: nobody has more than that."), "level")
    moment = now()
    if not moment < until <= moment + LONGEST:
        raise Invalid(_("Please choose a day in the future, within ten years."), "until")
    return _decide(actor, person, LOWER, why, pinned=person.pinned_level, ceiling=level, until=until)


def free_level(actor: Actor, *, person_id: int, reason: str) -> Person:
    """Let the record alone say how far a person is trusted. Raises NotFound, Forbidden, Invalid("reason"), Conflict when it does."""
    person, why = _take(actor, person_id, reason)
    if person.pinned_level is None and person.level_ceiling is None:
        raise Conflict(_("Nobody has set this level by hand."))
    return _decide(actor, person, FREE, why, pinned=None, ceiling=None, until=None)


def undo_level(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Give back what was set before a decision. Raises Forbidden, Conflict when somebody has decided again since."""
    person, _why = _take(actor, entry.person_id or 0, reason)
    before, _arrow, after = entry.before.partition(">")
    if _state(person) != after:
        raise Conflict(_("Somebody has decided about this level since. Please decide anew."))
    pinned, ceiling, until = before.split("|")
    _apply(
        person,
        None if pinned == _NOTHING else int(pinned),
        None if ceiling == _NOTHING else int(ceiling),
        None if until == _NOTHING else datetime.fromisoformat(until),
    )


def _take(actor: Actor, person_id: int, reason: str) -> tuple[Person, str]:
    require_unit_of_work()
    person = get_person_for_update(person_id)
    ensure_can_set_level(actor, person)
    return person, checked_reason(reason, is_required=True, ask=FOR_THE_LOG)


def _checked(level: int) -> Level:
    if level not in list(Level):
        raise Invalid(_("Please choose a level."), "level")
    return Level(level)


def _state(person: Person) -> str:
    """Return what is set by hand, as the log keeps it."""
    until = person.ceiling_until.isoformat() if person.ceiling_until else None
    parts = (person.pinned_level, person.level_ceiling, until)
    return "|".join(_NOTHING if part is None else str(part) for part in parts)


def _decide(
    actor: Actor, person: Person, action: str, reason: str, *, pinned: int | None, ceiling: int | None, until: datetime | None
) -> Person:
    before, old_level = _state(person), person.level
    _apply(person, pinned, ceiling, until)
    write_log(actor.id, action, reason, person_id=person.id, before=f"{before}>{_state(person)}")
    if action == LOWER and ceiling is not None:
        emit(LevelLowered(person.id, Level(ceiling), until, reason))
    elif action == PIN and person.level < old_level:
        emit(LevelLowered(person.id, Level(person.level), None, reason))
    return person


def _apply(person: Person, pinned: int | None, ceiling: int | None, until: datetime | None) -> None:
    """Write what is set by hand and derive the level; when a ceiling ends, the level is derived once more."""
    person.pinned_level, person.level_ceiling, person.ceiling_until = pinned, ceiling, until
    db.session.flush()
    refresh_levels([person.id])
    if until is not None and until > now():
        request_refresh([person.id], delay=until - now() + timedelta(seconds=1))
