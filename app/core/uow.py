"""The unit of work: the only place that commits. Opened by routes, commands and the worker, never nested."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from app.core.db import IMMEDIATE, db
from app.core.reading import end_reading


class UnitOfWork:
    """What is written last in the running transaction, and what happens when it has been committed."""

    def __init__(self) -> None:
        self.at_end: dict[Callable[[list[Any]], None], list[Any]] = {}
        self.after_commit: list[Callable[[], None]] = []


_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Run the body in one write transaction: commit at its end, roll back on any exception.

    On SQLite the transaction begins *immediate*, so that what is read in it cannot change before it is
    written (with the driver's default, concurrent increments are lost without an error). Rows to be changed must be
    loaded through the `get_..._for_update` queries: FOR UPDATE for PostgreSQL, and `populate_existing`, because the
    session may know an older state of the row.
    No rendering, hashing or network inside: SQLite's write lock is global.
    """
    if _current.get() is not None:
        raise RuntimeError("A unit of work must not be opened inside another one.")
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("There are changes outside a unit of work.")
    session.rollback()
    end_reading()
    unit = UnitOfWork()
    token = _current.set(unit)
    try:
        session.connection(execution_options=IMMEDIATE)
        yield unit
        for write, rows in unit.at_end.items():
            session.flush()
            write(rows)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _current.reset(token)
    for callback in unit.after_commit:
        callback()


def require_unit_of_work() -> UnitOfWork:
    """Return the running unit of work; raise RuntimeError when a writer was called outside of one."""
    unit = _current.get()
    if unit is None:
        raise RuntimeError("This must be called inside unit_of_work().")
    return unit


def at_end(write: Callable[[list[Any]], None], rows: Iterable[Any]) -> None:
    """Have `write` write these rows, with all others given for it, as the last thing before the commit.

    For rows that many transactions write, such as requests for one job: nobody waits for a lock on one of them and goes on to
    others, so there is no circle of those who wait.
    """
    require_unit_of_work().at_end.setdefault(write, []).extend(rows)


def after_commit(callback: Callable[[], None]) -> None:
    """Call `callback` once the running transaction is committed. For hints only: it is lost if the process dies."""
    require_unit_of_work().after_commit.append(callback)
