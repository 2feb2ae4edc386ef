"""Periodic work: which kind of job is due how often. Declared by the factory, enqueued once whatever the number of processes."""

from datetime import timedelta

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import read, upsert
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.jobs.models import PeriodicRun
from app.jobs.queue import enqueue


class Periodic(Struct, frozen=True):
    """A job kind and how often it is enqueued."""

    kind: str
    every: timedelta


_LAST = sa.select(PeriodicRun.kind, PeriodicRun.enqueued_at)
_periodic: dict[str, Periodic] = {}


def register_periodic(kind: str, every: timedelta) -> None:
    """Enqueue a job of `kind` (empty payload) whenever `every` has passed since the last time."""
    _periodic[kind] = Periodic(kind, every)


def list_due() -> list[Periodic]:
    """Return the periodic jobs that are due; so is one whose last time lies far ahead, since the clock was wrong then."""
    moment = now()
    last = dict(read(_LAST).all())
    return [p for p in _periodic.values() if p.kind not in last or abs(moment - last[p.kind]) >= p.every]


def enqueue_due() -> int:
    """Enqueue all periodic jobs that are due and return how many."""
    require_unit_of_work()
    moment, due = now(), list_due()
    for periodic in due:
        upsert(PeriodicRun.__table__, [{"kind": periodic.kind, "enqueued_at": moment}], ["kind"], ["enqueued_at"])
        enqueue(periodic.kind, {}, dedupe_key=f"periodic:{periodic.kind}")
    return len(due)
