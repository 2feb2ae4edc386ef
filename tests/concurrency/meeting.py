"""Two works that meet at a chosen point: the first stops there with its locks, until the second waits for one or is done.

So a circle of locks is found at the first try, not once in a hundred. On SQLite there is one writer at a time: the second one waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from flask import Flask
from pytest import MonkeyPatch

from app.core.db import db
from tests.concurrency.test_forum_at_once import Work

_A_MOMENT = 0.05
_AT_MOST = 5.0


def meet(app: Flask, monkeypatch: MonkeyPatch, *, at: str, first: Work, second: Work) -> list[Any]:
    """Let `first` run until it has called `at` (a function where it is used: "module:name"), then `second`, then the rest of
    `first`. Returns both results, or what was raised."""
    module, name = at.split(":")
    is_there, is_over = threading.Event(), threading.Event()
    results: list[Any] = [None, None]
    monkeypatch.setattr(import_module(module), name, _stopping(getattr(import_module(module), name), is_there, is_over))

    def run(index: int, work: Work) -> None:
        threading.current_thread().name = f"meeting-{index}"
        with app.app_context():
            try:
                results[index] = work()
            except Exception as error:
                results[index] = error
            finally:
                db.session.remove()
        (is_over if index else is_there).set()

    one, two = (threading.Thread(target=run, args=pair) for pair in ((0, first), (1, second)))
    one.start()
    assert is_there.wait(_AT_MOST), "the first work never came to the point"
    two.start()
    for thread in (one, two):
        thread.join(timeout=30)
        assert not thread.is_alive(), "a work waits for ever"
    monkeypatch.undo()
    db.session.rollback()
    return results


def _stopping(function: Callable[..., Any], is_there: threading.Event, is_over: threading.Event) -> Callable[..., Any]:
    """Call the function; whoever of the first work comes back from it waits, once, for the second."""

    def stop(*args: Any, **values: Any) -> Any:
        result = function(*args, **values)
        if threading.current_thread().name == "meeting-0" and not is_there.is_set():
            is_there.set()
            _wait(is_over)
        return result

    return stop


def _wait(is_over: threading.Event) -> None:
    """Return when the second work is done, or waits for a lock."""
    if db.engine.dialect.name != "postgresql":
        is_over.wait(_A_MOMENT)
        return
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    until = time.monotonic() + _AT_MOST
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
        while time.monotonic() < until and not is_over.wait(0.01):
            if watcher.scalar(waiting):
                return
