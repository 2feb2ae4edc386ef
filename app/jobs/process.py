"""Background work in a process beside the web processes of `threadwell serve`, forked from what they share.

Some work takes much memory for a moment (recounting a whole community, learning from its texts), which a process of Python does not
give back. So a process works only while there is work: it ends when it has had none for a while, or has become large. Another one,
which does nothing else and so stays small, looks whether there is work and forks it again. Linux only.
"""

import contextlib
import ctypes
import logging
import multiprocessing
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from app.core.db import db
from app.jobs import worker
from app.jobs.worker import run_forever

logger = logging.getLogger(__name__)
# A working process that took so many more bytes than it began with ends when there is nothing to do; any does after so many seconds.
MOST_GROWTH = 24 * 1024 * 1024
MOST_IDLE_SECONDS = 10.0
STOP_SECONDS = 20
PAUSE_SECONDS = 1.0  # before the first process, and before one that was killed is replaced
_PR_SET_PDEATHSIG = 1
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Wake:
    """Tells the working process from any other one that there is work; has the words of threading.Event."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_NONBLOCK)

    def set(self) -> None:
        """Wake the process that works; remembered if it is busy."""
        os.eventfd_write(self._handle, 1)

    def clear(self) -> None:
        """Forget that there was work."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._handle)

    def wait(self, timeout: float) -> bool:
        """Wait at most so many seconds; return whether there is work."""
        return bool(select.select([self._handle], [], [], timeout)[0])


def start_jobs_process(app: Flask, wake: Wake) -> Callable[[], None]:
    """Start the process that looks for work and return a function that stops them and waits for the running batch. No thread may run here yet."""
    keeper = multiprocessing.get_context("fork").Process(target=_keep_working, args=(app, wake), name="jobs")
    keeper.start()

    def stop() -> None:
        keeper.terminate()
        keeper.join(STOP_SECONDS + 5)

    return stop


def _keep_working(app: Flask, wake: Wake) -> None:
    """Fork the process that works whenever there is work, until this one is told to stop. The first readers go before it."""
    stop = _stop_on_signals(wake.set)
    stop.wait(PAUSE_SECONDS)
    while not stop.is_set():
        process = multiprocessing.get_context("fork").Process(target=_work, args=(app, wake), name="jobs-worker")
        try:
            process.start()
        except OSError as error:  # there may be no memory for another process, or too many of them, right now
            logger.error("jobs.no_process", extra={"error": str(error)})
            stop.wait(PAUSE_SECONDS)
            continue
        while process.is_alive() and not stop.is_set():
            process.join(PAUSE_SECONDS)
        if stop.is_set():
            process.terminate()
            process.join(STOP_SECONDS)
        elif process.exitcode:
            stop.wait(PAUSE_SECONDS)
        else:
            _wait_for_work(app, stop, wake)
        process.kill()
        process.join()
        process.close()


def _wait_for_work(app: Flask, stop: threading.Event, wake: Wake) -> None:
    """Return when there is work, which is looked for as often as an idle worker does, or this process is told to stop."""
    periodic_at = 0.0
    with app.app_context():
        while not stop.is_set() and not wake.wait(worker.IDLE_SECONDS):
            is_periodic = time.monotonic() >= periodic_at
            if worker.is_needed(with_periodic=is_periodic):
                break
            if is_periodic:
                periodic_at = time.monotonic() + worker.PERIODIC_SECONDS
        db.engine.dispose()  # no open connection goes over to another process


def _work(app: Flask, wake: Wake) -> None:
    """Do what is to be done until told to stop, until there was nothing for a while, or until this process became large."""
    stop = _stop_on_signals(wake.set)
    begun = _private_bytes()

    def is_enough(idle_seconds: float) -> bool:
        return idle_seconds > MOST_IDLE_SECONDS or _private_bytes() - begun > MOST_GROWTH

    run_forever(app, stop, wake, is_enough)


def _stop_on_signals(tell: Callable[[], None]) -> threading.Event:
    """Return an event that the signals to end set; the end of the parent is one of them."""
    stop = threading.Event()

    def finish(_signal: int, _frame: object) -> None:
        stop.set()
        tell()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # asks the server for new web processes
    end_with_parent()
    return stop


def end_with_parent() -> None:
    """Let this process be asked to end when its parent does, even when that was killed and could ask nobody. Linux only."""
    prctl: Any = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _private_bytes() -> int:
    """The memory that only this process has, about: resident, without what is mapped from files."""
    _size, resident, shared, *_rest = map(int, Path("/proc/self/statm").read_text().split())
    return (resident - shared) * _PAGE
