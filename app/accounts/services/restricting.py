"""What a person may not do for now: write texts, write anything, come in. Writes the columns that say so; why is kept by moderation."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Erasure, Person, PersonSession, restrictions_of
from app.accounts.policies import ensure_can_suspend, ensure_still_there
from app.accounts.queries import get_people_for_update
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, read
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work

LONGEST = timedelta(days=3660)
_is_being_erased = sa.select(Erasure.person_id).where(Erasure.person_id == Person.id, Erasure.begun_at.is_not(None)).exists()
_has_ended = sa.or_(Person.erased_at.is_not(None), Person.merged_into_id.is_not(None), _is_being_erased)
_STANDING = sa.select(
    Person.suspended_until, Person.muted_until, Person.banned_at, Person.warned_at, _has_ended.label("has_ended")
).where(Person.id == sa.bindparam("person_id"))  # fmt: skip


class Restriction(StrEnum):
    """Read a warning first; no texts; nothing written; not let in."""

    WARN = "warn"
    MUTE = "mute"
    SUSPEND = "suspend"
    BAN = "ban"


def restrict(actor: Actor, *, person_id: int, kind: str, until: datetime | None = None, reason: str = "") -> Person:
    """Let a restriction begin; one that ends needs `until` (at most ten years away). A ban ends every sign-in.

    The row is locked against new texts of the person: what they are writing at this moment either came first, or is refused.
    Raises NotFound, Forbidden, Invalid("until"), Conflict for somebody who is banned already, or whose account is gone.
    """
    person, moment = lock_for_decision(actor, person_id), now()
    ensure_still_there(person)
    if kind == Restriction.WARN:
        person.warned_at = moment
    elif kind == Restriction.BAN:
        if person.is_banned:
            raise Conflict(_("This person is banned already."))
        person.banned_at = moment
        db.session.execute(sa.delete(PersonSession).where(PersonSession.person_id == person_id))
    else:
        end = _checked_end(until, moment)
        if kind == Restriction.MUTE:
            person.muted_until = end
        else:
            person.suspended_at, person.suspended_until, person.suspended_reason = moment, end, reason
    return person


def release(actor: Actor, *, person_id: int, kind: str) -> Person:
    """Let a restriction end. Raises NotFound, Forbidden."""
    person = lock_for_decision(actor, person_id)
    if kind == Restriction.WARN:
        person.warned_at = None
    elif kind == Restriction.BAN:
        person.banned_at = None
    elif kind == Restriction.MUTE:
        person.muted_until = None
    else:
        person.suspended_at, person.suspended_until, person.suspended_reason = None, None, ""
    return person


def lock_for_decision(actor: Actor, person_id: int) -> Person:
    """Lock a person, and who decides about them, in one order, and ask the policy about both as they are now.

    The person is locked with a plain FOR UPDATE: it waits for texts that are being written (they refer to their author), and those
    that come wait for it. Raises NotFound, Forbidden.
    """
    require_unit_of_work()
    if not actor.is_moderator:
        raise Forbidden(_("Only moderators can do that."))
    people = get_people_for_update((person_id, actor.id or person_id), against_texts_of=person_id)
    if person_id not in people:
        raise NotFound(_("We could not find that person."))
    decider = people[actor.id].as_actor(now()) if actor.id in people else actor
    ensure_can_suspend(decider, people[person_id])
    return people[person_id]


def mark_warnings_read(person_id: int) -> None:
    """Note that somebody has read all that they were warned of."""
    require_unit_of_work()
    db.session.execute(sa.update(Person).where(Person.id == person_id).values(warned_at=None))


def ensure_may_still_post(actor: Actor) -> None:
    """Raise Forbidden when the actor was silenced, or their account ended, since the request began. Ask after the text is stored,
    in its transaction.

    On PostgreSQL storing a text waits for a decision about its author (see `lock_for_decision`), so this sees it.
    """
    if actor.id is None:
        return
    db.session.flush()
    row: Any = read(_STANDING, {"person_id": actor.id}).one_or_none()
    if row is None or row.has_ended:
        raise Forbidden(_("Your account does not exist any more."))
    fresh = Actor(actor.id, role=actor.role, **restrictions_of(row, now()))
    if fresh.silence:
        raise Forbidden(fresh.silence)


def _checked_end(until: datetime | None, moment: datetime) -> datetime:
    if until is None or until <= moment:
        raise Invalid(_("Please choose a date in the future."), "until")
    if until > moment + LONGEST:
        raise Invalid(_("Please choose a date within ten years."), "until")
    return until
