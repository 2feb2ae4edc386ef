"""Doing the work in the job table: a loop for `threadwell worker` and a thread for the embedded mode."""

import fcntl
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.db import db
from app.core.reading import begin_reading, end_reading
from app.core.records import Struct, field
from app.core.uow import unit_of_work
from app.jobs import queue
from app.jobs.queue import Claimed
from app.jobs.schedule import enqueue_due, list_due

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0
ROUND_SECONDS = 1.0  # from one round of work to the next
ROUND_BATCHES = 100
SETTLE_SECONDS = 1.0
PERIODIC_SECONDS = 30.0
MOST_PAUSE_SECONDS = 30.0  # between two tries while the database is away; each is a line in the log


class Ended(Struct):
    """How claimed jobs ended."""

    done: list[Claimed] = field(default_factory=list)
    failed: list[tuple[Claimed, Exception]] = field(default_factory=list)
    untried: list[Claimed] = field(default_factory=list)

    def settle(self) -> None:
        """Write it down, in the running unit of work."""
        queue.finish(self.done)
        queue.put_back(self.untried)
        for job, error in self.failed:
            if isinstance(error, queue.TryLaterError):
                queue.give_back([job], str(error), is_patient=True)
            else:
                queue.give_back([job], f"{type(error).__name__}: {error}", is_final=isinstance(error, queue.GivenUpError))


def run_until_idle(limit: int = 10_000, ready_at: datetime | None = None, stop: threading.Event | None = None) -> int:
    """Work until nothing is ready (or was at `ready_at`), for at most `limit` batches; return the number of jobs taken.

    One transaction writes how a batch ended and takes the next one.
    """
    taken, ended, jobs = 0, Ended(), list[Claimed]()
    for left in range(limit, -1, -1):
        is_last = not left or (stop is not None and stop.is_set()) or (jobs and _took_long(jobs[0].kind, ready_at))
        with unit_of_work():
            ended.settle()
            jobs = [] if is_last else queue.claim(ready_at=ready_at)
        if not jobs:
            break
        taken += len(jobs)
        ended = _do(jobs, stop)
        db.session.rollback()
    return taken


def _took_long(kind: str, begun: datetime | None) -> bool:
    """Whether a round has waited for others long enough: what came meanwhile may be quicker."""
    return begun is not None and queue.is_slow(kind) and now() - begun > timedelta(seconds=ROUND_SECONDS)


def _do(jobs: list[Claimed], stop: threading.Event | None) -> Ended:
    """Let the handler of their kind do some jobs."""
    handler, _batch = queue.handler_for(jobs[0].kind)
    ended, left = Ended(), deque(jobs)
    try:
        steps = handler([job.payload for job in jobs])
        if not isinstance(steps, Iterator):
            return Ended(done=jobs)
        _follow(steps, left, ended, stop)
    except Exception as error:  # a handler may raise anything; the job is kept and shown to operators
        _log(error, jobs[0].kind, len(left))
        ended.failed += [(job, error) for job in left]
    else:
        ended.untried = list(left)
    return ended


def _follow(steps: Iterator[Exception | None], left: deque[Claimed], ended: Ended, stop: threading.Event | None) -> None:
    """Note how each job ended, and write it down every SETTLE_SECONDS: a worker that is killed repeats no more than that."""
    settle_at = time.monotonic() + SETTLE_SECONDS
    for error in steps:
        job = left.popleft()
        if error is None:
            ended.done.append(job)
        else:
            _log(error, job.kind, 1)
            ended.failed.append((job, error))
        if stop is not None and stop.is_set():
            break
        if left and time.monotonic() > settle_at:
            with unit_of_work():
                ended.settle()
            ended.done, ended.failed = [], []  # not before it is committed: otherwise it would be done again
            settle_at = time.monotonic() + SETTLE_SECONDS


def _log(error: Exception, kind: str, jobs: int) -> None:
    if isinstance(error, queue.TryLaterError):
        logger.warning("job.waits", extra={"kind": kind, "jobs": jobs, "reason": str(error)})
    else:
        logger.error("job.failed", exc_info=error, extra={"kind": kind, "jobs": jobs})


def run_batch() -> int:
    """Do one batch and return the number of jobs taken (0: nothing to do)."""
    return run_until_idle(limit=1)


class Waking(Protocol):
    """What tells that there is work: a threading.Event, or its like between processes."""

    def wait(self, timeout: float) -> bool: ...

    def clear(self) -> None: ...


def is_needed(with_periodic: bool) -> bool:
    """Return whether a worker would find something to do; also where that cannot be told, since it says so in the log.

    For a process that does nothing else: it takes one small statement, and another one for the periodic work, where it can be without
    a session, which would make that process copy four MiB of what it shares with others.
    """
    begin_reading(db.engine)
    try:
        return queue.is_any_ready() or (with_periodic and bool(list_due()))
    except Exception:  # the database may be away
        return True
    finally:
        end_reading()
        db.session.remove()


def run_forever(
    app: Flask, stop: threading.Event, wake: Waking, is_enough: Callable[[float], bool] = lambda _idle_seconds: False
) -> None:
    """Work until `stop` is set, or until `is_enough`, told for how long there was nothing to do, says so.

    `wake` shortens the pause; on an idle site a job starts at once, or within IDLE_SECONDS when somebody else asked for it. Work comes
    in rounds: each does what was ready when it began, and what comes meanwhile and until ROUND_SECONDS are over is gathered for the
    next, since many jobs of one kind together cost much less than each by itself.
    """
    next_periodic, failures, worked_at = 0.0, 0, time.monotonic()
    while not stop.is_set():
        begun = time.monotonic()
        try:
            with app.app_context():
                if time.monotonic() >= next_periodic:
                    with unit_of_work():
                        queue.release_dead()
                        enqueue_due()
                    next_periodic = time.monotonic() + PERIODIC_SECONDS
                worked = run_until_idle(ROUND_BATCHES, now(), stop)
            failures = 0
        except Exception as error:  # the database may be away or full for a while; the worker must outlive that
            failures += 1
            is_known = failures > 1 and isinstance(error, OperationalError)
            logger.error("worker.failed", exc_info=None if is_known else error, extra={"failures": failures})
            stop.wait(min(2.0**failures, MOST_PAUSE_SECONDS))
            continue
        if worked:
            worked_at = time.monotonic()
            stop.wait(max(0.0, begun + ROUND_SECONDS - worked_at))
        else:
            if is_enough(time.monotonic() - worked_at):
                return
            wake.wait(IDLE_SECONDS)
            wake.clear()


@contextmanager
def my_turn(lock: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait until no other process of this host holds a lock, and hold it inside; False when `stop` was set before.

    The system frees the lock of a process that ends, however it ends.
    """
    with lock.open("ab") as handle:
        while not stop.is_set():
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stop.wait(IDLE_SECONDS)
                continue
            yield True
            return
        yield False


def start_inline_worker(app: Flask, lock: Path) -> Callable[[], None]:
    """Start the embedded worker thread and return a function that stops it and waits for the running batch.

    Of several processes one works, the holder of `lock`: work takes memory of its own, and two would only wait for each other's
    writes. When it ends, another one takes over within IDLE_SECONDS.
    """
    stop, wake = threading.Event(), threading.Event()
    queue.on_enqueue(wake.set)

    def work() -> None:
        with my_turn(lock, stop) as is_mine:
            if is_mine:
                run_forever(app, stop, wake)

    thread = threading.Thread(target=work, name="worker", daemon=True)
    thread.start()

    def stop_worker() -> None:
        stop.set()
        wake.set()
        thread.join(timeout=20)

    return stop_worker
