"""Keeping levels in step with records: after what changes a record, as people grow older here, and each night for everybody.

The stored level is what policies ask; a record is read when it may have changed and never while somebody posts.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.trust import Level, trust_table
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.services.trusting import recount_trust, refresh_trust
from app.jobs.queue import enqueue_all
from app.moderation.events import LevelChanged
from app.moderation.models import ScreenedText
from app.moderation.trust.records import records_of

REFRESH_JOB = "moderation.trust"
RIPEN_JOB = "moderation.trust_ripen"
RIPEN_EVERY = timedelta(minutes=15)
RECOUNT_JOB = "moderation.trust_recount"
RECOUNT_EVERY = timedelta(days=1)
# The same after much was brought in at once: nobody is told of levels that they had elsewhere.
QUIET_JOB = "moderation.trust_quietly"
BATCH = 500
# So far back the job that ripens looks: a little more than its rhythm, for times when it is late.
_LOOKS_BACK = 4 * RIPEN_EVERY
logger = logging.getLogger(__name__)


def request_refresh(person_ids: Iterable[int | None], delay: timedelta = timedelta()) -> None:
    """Have the levels of people derived anew soon, after this transaction: it may hold locks on texts already."""
    ids = sorted({person_id for person_id in person_ids if person_id is not None})
    when = "later" if delay else "now"
    enqueue_all(REFRESH_JOB, [(f"trust:{when}:{person_id}", {"person_id": person_id}) for person_id in ids], delay)


def refresh_levels(person_ids: Iterable[int], *, is_told: bool = True) -> int:
    """Lock people, derive their accepted answers and levels anew, and return how many levels changed, each with a LevelChanged."""
    require_unit_of_work()
    ids = sorted(set(person_ids))
    locked = sa.select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True)
    people = list(db.session.scalars(locked.execution_options(populate_existing=True))) if ids else []
    refresh_trust(person.id for person in people)
    right = _right_levels(people)
    changed = [person for person in people if person.level != right[person.id]]
    for person in changed:
        event = LevelChanged(person.id, Level(person.level), right[person.id], is_told)
        person.level = right[person.id]
        emit(event)
    return len(changed)


def _right_levels(people: Sequence[Person]) -> dict[int, Level]:
    table, moment = trust_table(), now()
    records = records_of([person.id for person in people]) if people else {}
    return {person.id: person.level_for(table.level(records[person.id]), moment) for person in people}


def recount_accepted() -> int:
    """Derive accepted answers of everybody anew and return how many people had another number. Call it outside a unit of work."""
    with unit_of_work():
        return recount_trust()


def recount_levels(*, is_told: bool = False, progress: Callable[[int], None] | None = None) -> int:
    """Derive accepted answers and levels of everybody anew and return how many levels were others. Call it outside a unit of work.

    People are compared without any lock, in a few statements a batch; only those that changed are locked and derived again.
    """
    recount_accepted()
    last, changed = 0, 0
    while people := list(db.session.scalars(sa.select(Person).where(Person.id > last).order_by(Person.id).limit(BATCH))):
        right = _right_levels(people)
        others, last = [person.id for person in people if person.level != right[person.id]], people[-1].id
        if progress:
            progress(len(people))
        db.session.rollback()
        if others:
            with unit_of_work():
                changed += refresh_levels(others, is_told=is_told)
    return changed


def list_ripe() -> list[int]:
    """Return people whose record may have grown without anybody deciding: they wrote a moment ago, or are here long enough now."""
    moment = now()
    since = moment - _LOOKS_BACK
    crossed = [
        sa.and_(Person.created_at > since - timedelta(days=bound.days), Person.created_at <= moment - timedelta(days=bound.days))
        for bound in trust_table().bounds.values()
    ]
    rising = Person.level < max(Level)
    aged = sa.select(Person.id).where(rising, sa.or_(*crossed))
    writing = sa.select(Person.id).join(ScreenedText, ScreenedText.person_id == Person.id)
    return list(db.session.scalars(sa.union(aged, writing.where(rising, ScreenedText.created_at > since))))


def refresh_job(payloads: list[dict[str, Any]]) -> None:
    """Derive the levels of the people named in the payloads anew."""
    with unit_of_work():
        refresh_levels(int(payload["person_id"]) for payload in payloads)


def ripen_job(_payloads: list[dict[str, Any]]) -> None:
    """Derive the levels of those anew whose record may have grown; in batches, so that no lock is held for long."""
    ripe = list_ripe()
    db.session.rollback()
    for start in range(0, len(ripe), BATCH):
        with unit_of_work():
            refresh_levels(ripe[start : start + BATCH])


def recount_job(_payloads: list[dict[str, Any]]) -> None:
    """Derive everybody's level anew: records also fall, and ceilings end."""
    changed = recount_levels(is_told=True)
    if changed:
        logger.info("trust.recounted", extra={"people": changed})


def quiet_job(_payloads: list[dict[str, Any]]) -> None:
    """Derive everybody's level anew without telling anybody."""
    recount_levels()
