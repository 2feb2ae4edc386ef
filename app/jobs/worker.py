"""Doing the work in the job table: a loop for `threadwell worker` and a thread for the embedded mode."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs import queue
from app.jobs.schedule import enqueue_due

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0
PERIODIC_SECONDS = 30.0
MOST_PAUSE_SECONDS = 30.0  # between two tries while the database is away; each is a line in the log


def run_batch() -> int:
    """Claim one batch, run its handler, and return the number of jobs taken (0: nothing to do)."""
    with unit_of_work():
        jobs = queue.claim()
    if not jobs:
        return 0
    handler, _batch = queue.handler_for(jobs[0].kind)
    try:
        handler([job.payload for job in jobs])
    except queue.TryLaterError as error:
        logger.warning("job.waits", extra={"kind": jobs[0].kind, "jobs": len(jobs), "reason": str(error)})
        db.session.rollback()
        with unit_of_work():
            queue.give_back(jobs, str(error), is_patient=True)
        return len(jobs)
    except Exception as error:  # a handler may raise anything; the job is kept and shown to operators
        logger.exception("job.failed", extra={"kind": jobs[0].kind, "jobs": len(jobs)})
        db.session.rollback()
        with unit_of_work():
            queue.give_back(jobs, f"{type(error).__name__}: {error}", is_final=isinstance(error, queue.GivenUpError))
        return len(jobs)
    db.session.rollback()
    with unit_of_work():
        queue.finish(jobs)
    return len(jobs)


def run_until_idle(limit: int = 10_000) -> int:
    """Work until nothing is ready (at most `limit` batches); return the number of jobs taken."""
    done = 0
    for _ in range(limit):
        taken = run_batch()
        if not taken:
            break
        done += taken
    return done


class Waking(Protocol):
    """What tells that there is work: a threading.Event, or its like between processes."""

    def wait(self, timeout: float) -> bool: ...

    def clear(self) -> None: ...


def run_forever(app: Flask, stop: threading.Event, wake: Waking, is_enough: Callable[[], bool] = lambda: False) -> None:
    """Work until `stop` is set, or until `is_enough` says so when there is nothing to do.

    `wake` shortens the pause; on an idle site a job starts within IDLE_SECONDS.
    """
    next_periodic, failures = 0.0, 0
    while not stop.is_set():
        try:
            with app.app_context():
                if time.monotonic() >= next_periodic:
                    with unit_of_work():
                        queue.release_dead()
                        enqueue_due()
                    next_periodic = time.monotonic() + PERIODIC_SECONDS
                worked = run_batch()
            failures = 0
        except Exception as error:  # the database may be away or full for a while; the worker must outlive that
            failures += 1
            is_known = failures > 1 and isinstance(error, OperationalError)
            logger.error("worker.failed", exc_info=None if is_known else error, extra={"failures": failures})
            stop.wait(min(2.0**failures, MOST_PAUSE_SECONDS))
            continue
        if not worked:
            if is_enough():
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
