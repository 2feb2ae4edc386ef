"""Putting work into the job table, taking it, finishing it. Handlers are registered once, in the factory."""

import os
import secrets
import socket
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, read, upsert
from app.core.records import Struct
from app.core.uow import after_commit, at_end, require_unit_of_work
from app.jobs.models import Job

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
STOPPED_ATTEMPTS = 3  # after so many in a row a failure is no hiccup
PATIENT_ATTEMPTS = 5  # what counts of the attempts of a job that waits for something: 2**5 seconds between two
MOST_AT_ONCE = 500  # jobs of one claim
# The error of jobs whose process was killed several times. One of them may be what ended it, so from then on each is taken alone.
KILLED = "The process that did this was killed."
Handler = Callable[[list[dict[str, Any]]], object]

_table = Job.__table__
_new_date: sa.ColumnClause[Any] = sa.literal_column("excluded.available_at")
# What a repeated request changes.
_REPEATED = {
    "payload": sa.literal_column("excluded.payload", sa.JSON()),
    "revision": _table.c.revision + 1,
    "attempts": 0,
    "dead_at": None,
    "available_at": sa.case((_table.c.available_at < _new_date, _table.c.available_at), else_=_new_date),
}

# The statements of every job that is done: built once.
_moment: sa.BindParameter[Any] = sa.bindparam("moment")
_kinds: sa.BindParameter[Any] = sa.bindparam("kinds", expanding=True)
_IS_FREE = sa.and_(
    Job.dead_at.is_(None), Job.available_at <= _moment, sa.or_(Job.lease_until.is_(None), Job.lease_until < _moment)
)
_IS_READY = sa.and_(_IS_FREE, Job.kind.in_(_kinds))
_is_slow = Job.kind.in_(sa.bindparam("slow", expanding=True))
_FIRST = sa.select(Job.kind, Job.last_error == KILLED).where(_IS_READY).order_by(_is_slow, Job.available_at, Job.id).limit(1)
_ANY = sa.select(Job.id).where(_IS_READY).limit(1)
_PICKED = (
    sa.select(Job.id)
    .where(_IS_FREE, Job.kind == sa.bindparam("first"), sa.or_(Job.last_error != KILLED, sa.bindparam("alone", type_=sa.Boolean)))
    .order_by(Job.available_at, Job.id)
    .limit(sa.bindparam("batch"))
)


def _claiming(picked: sa.Select[int]) -> sa.UpdateBase:
    return (
        sa.update(_table)  # type: ignore[arg-type]
        .where(_table.c.id.in_(picked.scalar_subquery()))
        .values(lease_until=sa.bindparam("until"), lease_owner=sa.bindparam("owner"), attempts=_table.c.attempts + 1)
        .returning(*(_table.c[name] for name in ("available_at", "id", "kind", "payload", "revision", "attempts")))
    )


_CLAIM, _CLAIM_BESIDE_OTHERS = _claiming(_PICKED), _claiming(_PICKED.with_for_update(skip_locked=True, key_share=True))
_those = Job.id.in_(sa.bindparam("ids", expanding=True))
_DONE = sa.delete(_table).where(_those, Job.revision == sa.bindparam("done_revision"))  # type: ignore[arg-type]
_AGAIN = sa.update(_table).where(_those).values(lease_until=None, attempts=0)  # type: ignore[arg-type]
_UNTRIED = sa.update(_table).where(_those).values(lease_until=None, attempts=_table.c.attempts - 1)  # type: ignore[arg-type]

_handlers: dict[str, tuple[Handler, int]] = {}
_slow: set[str] = set()
_listeners: list[Callable[[], None]] = []


class GivenUpError(Exception):
    """Raised by a handler (or as the base of what it raises): trying again cannot help, so the job is a dead letter at once."""


class TryLaterError(Exception):
    """Raised by a handler when nothing is wrong with the work but something it needs is away (a full disk, a lock).

    The job waits for half a minute at most and is never given up, so that it is done once that is back.
    """


class Claimed(Struct, frozen=True):
    """A job that this worker holds until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    revision: int
    attempts: int


def register_handler(kind: str, handler: Handler, batch: int = 1, *, is_slow: bool = False) -> None:
    """Let `handler` do all jobs of `kind`. It gets up to `batch` payloads, is idempotent and runs outside transactions.

    What it raises is the failure of all of them. One that returns an iterator says of each payload, in their order, how it ended:
    None, or an error. Those before which it ends are taken again, as if they had not been touched. `is_slow`: it waits for others
    (a mail server), so its jobs come last.
    """
    _handlers[kind] = (handler, batch)
    (_slow.add if is_slow else _slow.discard)(kind)


def handler_for(kind: str) -> tuple[Handler, int]:
    """Return (handler, batch size) of a kind; raise KeyError when nobody registered for it."""
    return _handlers[kind]


def is_slow(kind: str) -> bool:
    """Return whether jobs of a kind wait for others."""
    return kind in _slow


def known_kinds() -> tuple[str, ...]:
    """Return the kinds that have a handler."""
    return tuple(_handlers)


def on_enqueue(listener: Callable[[], None]) -> None:
    """Call `listener` after each commit that left work behind (a hint to wake the inline worker)."""
    if listener not in _listeners:
        _listeners.append(listener)


def _wake() -> None:
    for listener in _listeners:
        listener()


def enqueue(kind: str, payload: dict[str, Any], dedupe_key: str | None = None, delay: timedelta = timedelta()) -> None:
    """Write a job in the running transaction. With a `dedupe_key`, repeated requests become one job done once more.

    A repeated request takes the newer payload, keeps the earlier date and revives a dead job.
    """
    enqueue_all(kind, [(dedupe_key or f"{kind}:{secrets.token_hex(12)}", payload)], delay)


def enqueue_all(kind: str, jobs: Iterable[tuple[str, dict[str, Any]]], delay: timedelta = timedelta()) -> None:
    """Ask for several jobs, each a dedupe key and a payload, as `enqueue` asks for one. All are written when the unit of work ends."""
    unit = require_unit_of_work()
    moment = now()
    rows = [
        {
            "kind": kind, "dedupe_key": key, "payload": payload, "created_at": moment, "available_at": moment + delay,
            "attempts": 0, "revision": 1, "last_error": "", "lease_owner": "",
        }
        for key, payload in jobs
    ]  # fmt: skip
    at_end(_write, rows)
    if rows and not delay and _wake not in unit.after_commit:
        after_commit(_wake)


def _write(rows: list[dict[str, Any]]) -> None:
    """Write what a unit of work asked for, each job once, in the order of the keys: so no two units wait for each other."""
    jobs: dict[str, dict[str, Any]] = {}
    for row in rows:
        known = jobs.get(row["dedupe_key"])
        jobs[row["dedupe_key"]] = row | {"available_at": min(row["available_at"], known["available_at"])} if known else row
    upsert(Job.__table__, [jobs[key] for key in sorted(jobs)], ["dedupe_key"], _REPEATED)


def claim(limit: int = MOST_AT_ONCE, ready_at: datetime | None = None) -> list[Claimed]:
    """Take up to `limit` jobs of one kind for LEASE, oldest first and slow ones last, that are ready (now, or were at `ready_at`).

    Several workers never get the same job at once.
    """
    require_unit_of_work()
    moment, connection = now(), db.session.connection()
    ready = {"moment": ready_at or moment, "kinds": known_kinds()}
    found = read(_FIRST, {**ready, "slow": sorted(_slow)}).first()
    if found is None:
        return []
    first, alone = found
    batch = 1 if alone else min(limit, handler_for(first)[1])
    statement = _CLAIM_BESIDE_OTHERS if connection.dialect.name == "postgresql" else _CLAIM
    given = {**ready, "first": first, "alone": alone, "batch": batch, "until": moment + LEASE, "owner": _owner()}
    taken = connection.execute(statement, given)
    return [Claimed(*row[1:]) for row in sorted(taken, key=lambda row: (row.available_at, row.id))]  # RETURNING promises no order


def is_any_ready() -> bool:
    """Return whether a worker would get a job now."""
    return read(_ANY, {"moment": now(), "kinds": known_kinds()}).first() is not None


def _owner(pid: int | None = None) -> str:
    """Return the name of a process on this host."""
    return f"{socket.gethostname()[:90]}:{pid if pid is not None else os.getpid()}"


def _is_alive(owner: str) -> bool:
    pid = owner.rpartition(":")[2]
    if not pid.isdigit() or owner != _owner(int(pid)):
        return True  # on another host: only its lease tells
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def release_dead() -> int:
    """Take leases back from processes of this host that are gone (killed, crashed); return how many jobs came back.

    What was held by such a process STOPPED_ATTEMPTS times may be what ends it, and is taken alone. What still is held so after
    MAX_ATTEMPTS in a row is a dead letter, and other work has its turn.
    """
    require_unit_of_work()
    moment = now()
    held = sa.select(Job.lease_owner).where(Job.lease_until > moment).distinct()
    dead = [owner for owner in db.session.scalars(held) if owner and not _is_alive(owner)]
    if not dead:
        return 0
    those = sa.and_(Job.lease_owner.in_(dead), Job.lease_until.is_not(None))
    db.session.execute(sa.update(Job).where(those, Job.attempts >= STOPPED_ATTEMPTS).values(last_error=KILLED))
    db.session.execute(sa.update(Job).where(those, Job.attempts >= MAX_ATTEMPTS).values(dead_at=moment))
    freed = db.session.execute(sa.update(Job).where(those).values(lease_until=None, lease_owner=""))
    return int(freed.rowcount)  # type: ignore[attr-defined]


def finish(jobs: Sequence[Claimed]) -> None:
    """Remove done jobs; one that was requested again meanwhile stays and is done once more."""
    require_unit_of_work()
    _lock(jobs)
    by_revision: dict[int, list[int]] = {}
    for job in jobs:
        by_revision.setdefault(job.revision, []).append(job.id)
    for revision, ids in by_revision.items():
        gone = db.session.connection().execute(_DONE, {"ids": ids, "done_revision": revision})
        if gone.rowcount < len(ids):
            db.session.connection().execute(_AGAIN, {"ids": ids})


def put_back(jobs: Sequence[Claimed]) -> None:
    """Return jobs that were not tried: they are ready again."""
    require_unit_of_work()
    _lock(jobs)
    if jobs:
        db.session.connection().execute(_UNTRIED, {"ids": [job.id for job in jobs]})


def give_back(jobs: Sequence[Claimed], error: str, is_final: bool = False, is_patient: bool = False) -> None:
    """Return failed jobs: each waits twice as long as before; after MAX_ATTEMPTS, or a final failure, it stays as a dead letter.

    `is_patient`: they wait for something else (TryLaterError) and are tried for as long as it takes.
    """
    require_unit_of_work()
    _lock(jobs)
    for job in jobs:
        values: dict[str, Any] = {"lease_until": None, "last_error": error[:2000]}
        attempts = min(job.attempts, PATIENT_ATTEMPTS) if is_patient else job.attempts
        if is_final or attempts >= MAX_ATTEMPTS:
            values["dead_at"] = now()
        else:
            values |= {"attempts": attempts, "available_at": now() + timedelta(seconds=min(3600, 2**attempts))}
        db.session.execute(sa.update(Job).where(Job.id == job.id).values(**values))


def _lock(jobs: Sequence[Claimed]) -> None:
    """Lock jobs in the order in which they are asked for."""
    if len(jobs) > 1 and db.session.get_bind().dialect.name == "postgresql":
        in_order = sa.select(Job.id).where(Job.id.in_([job.id for job in jobs])).order_by(sa.collate(Job.dedupe_key, "C"))
        db.session.execute(in_order.with_for_update(key_share=True))


def what_stops(kinds: Sequence[str]) -> str:
    """Return the newest error of jobs of these kinds that failed several times and wait to be tried again, or ''."""
    failed = sa.and_(Job.kind.in_(kinds), Job.dead_at.is_(None), Job.attempts >= STOPPED_ATTEMPTS, Job.last_error != "")
    return db.session.scalar(sa.select(Job.last_error).where(failed).order_by(Job.available_at.desc()).limit(1)) or ""


def count_pending() -> int:
    """Return the number of jobs that are not dead."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.dead_at.is_(None))) or 0


def list_dead(limit: int = 100) -> list[Job]:
    """Return dead letters, newest first."""
    return list(db.session.scalars(sa.select(Job).where(Job.dead_at.is_not(None)).order_by(Job.dead_at.desc()).limit(limit)))


def retry_dead(job_id: int | None = None) -> int:
    """Put a dead letter, or all, back into the queue; return how many there were."""
    require_unit_of_work()
    statement = sa.update(Job).where(Job.dead_at.is_not(None), sa.true() if job_id is None else Job.id == job_id)
    done = db.session.execute(statement.values(dead_at=None, attempts=0, available_at=now(), lease_until=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def drop_dead(job_id: int) -> bool:
    """Remove a dead letter for good: what it was to do is not done. Return whether there was one."""
    require_unit_of_work()
    statement = sa.delete(Job).where(Job.dead_at.is_not(None), Job.id == job_id)
    return bool(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]
