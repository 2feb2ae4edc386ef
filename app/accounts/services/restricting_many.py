"""Suspending many accounts in one decision, and letting exactly those go again. Who decides has asked the policies and keeps the log."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Role
from app.core.db import db
from app.core.uow import require_unit_of_work, unit_of_work


def suspend_many(person_ids: Collection[int], *, below_level: int, moment: datetime, until: datetime, reason: str) -> list[int]:
    """Suspend those of the people who are members below a level of trust and neither suspended nor banned; return their ids.

    Three statements, however many people. What they write at this moment is not waited for (two of them may be telling each other
    of it): see `wait_for_texts`.
    """
    require_unit_of_work()
    statement = sa.select(Person).where(Person.id.in_(sorted(person_ids))).order_by(Person.id).with_for_update(key_share=True)
    people = db.session.scalars(statement.execution_options(populate_existing=True))
    taken = [
        person
        for person in people
        if person.role == Role.MEMBER and (person.level or 0) < below_level and not person.is_suspended_at(moment)
    ]
    for person in taken:
        person.suspended_at, person.suspended_until, person.suspended_reason = moment, until, reason
    db.session.flush()
    return [person.id for person in taken]


def wait_for_texts(person_ids: Collection[int]) -> None:
    """Return when all that these people were writing is stored, or refused. Call it outside a unit of work.

    Whoever is free is asked at once; for others one is waited for at a time, with nothing else held.
    """
    waiting = set(person_ids)
    while waiting:
        free = sa.select(Person.id).where(Person.id.in_(sorted(waiting))).with_for_update(skip_locked=True)
        with unit_of_work():
            found = set(db.session.scalars(free))
        if not found:
            found = {min(waiting)}
            with unit_of_work():
                db.session.execute(sa.select(Person.id).where(Person.id.in_(found)).with_for_update())
        waiting -= found


def release_many(person_ids: Collection[int], *, moment: datetime) -> list[int]:
    """Lift the suspension of those who are suspended since `moment` by `suspend_many` and nothing newer; return their ids.

    Locked against other decisions only: nothing that they write has to be waited for.
    """
    require_unit_of_work()
    statement = sa.select(Person).where(Person.id.in_(sorted(person_ids)), Person.suspended_at == moment).order_by(Person.id)
    locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    people = list(db.session.scalars(locked))
    for person in people:
        person.suspended_at, person.suspended_until, person.suspended_reason = None, None, ""
    db.session.flush()
    return [person.id for person in people]
