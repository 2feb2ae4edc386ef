"""The application as a server runs it: built once before the web processes are made, so that they share the memory it takes.

The processes of `threadwell serve` are forked from the one that read the settings (on Linux). What it built before (modules, tables,
templates of the pages most asked for) costs CPU and memory once, whatever their number. Nothing may be built here that two processes
cannot share: no open connection, no thread.
"""

import atexit
import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import EnvironBuilder

from app.core.db import db
from app.core.heap import close_gaps, spare_memory
from app.core.prepared import getting_ready
from app.core.settings import Settings
from app.factory import create_app
from app.forum.models import Thread
from app.jobs.process import Wake, end_with_parent, start_jobs_process
from app.jobs.queue import on_enqueue
from app.jobs.worker import is_needed, start_inline_worker
from app.pageviews.recorder import start_flusher
from app.search.ledger.recorder import start_flusher as start_ledger
from app.web.bodies import PatientBodies
from app.web.ratelimit import limiter

# Requests that read, and as many that write, which one web process answers at once. SQLite works in the thread that asks: more would
# only take the interpreter's lock from each other, and each has a connection with a cache of its own. PostgreSQL is waited for.
WORKING_WITH_SQLITE = 2
WORKING = min(8, 2 * (os.cpu_count() or 1) + 1)
_WARM_UP = "Threadwell/1 (start; bot)"

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
_built: Flask | None = None
_wake: Wake | None = None


def preload() -> Callable[[], None]:
    """Build the application in this process, for those that are forked from it, and start the one for background work.

    Returns a function that ends background work. Does nothing where processes are not forked.
    """
    global _built, _wake
    if not sys.platform.startswith("linux"):
        return lambda: None
    multiprocessing.set_start_method("fork", force=True)
    spare_memory()
    gc.disable()
    _built = create_app()
    with getting_ready():
        warm_up(_built)
        with _built.app_context():
            is_needed(with_periodic=True)  # what looks for work does nothing else: it finds its statements ready
            db.engine.dispose()
    _built.extensions["page_changes"].close()
    # The collector writes to every object it looks at, and what is written to is no longer shared: it shall leave these alone. It does
    # not look at them before either: what little of them is garbage would leave holes that are written to later.
    gc.freeze()
    gc.enable()
    close_gaps()
    if _settings(_built).jobs != "inline":
        return lambda: None
    _wake = Wake()
    return start_jobs_process(_built, _wake)


def load(_target: str = "") -> Flask:
    """Return the application with the threads that a web process needs: the one built before the fork, or a new one."""
    app = _built or create_app()
    app.wsgi_app = patient(app)  # type: ignore[method-assign]
    settings = _settings(app)
    atexit.register(start_flusher(app))
    atexit.register(start_ledger(app))
    if _built is not None:
        end_with_parent()  # a page of an old version, from a process left behind, would be served beside those of the new one
    if _wake is not None:
        on_enqueue(_wake.set)
    elif settings.jobs == "inline":
        atexit.register(start_inline_worker(app, settings.instance_path / "worker.lock"))
    return app


def patient(app: Flask) -> PatientBodies:
    """Return the application for a server: clients that do not send what they announced hold none of its working threads."""
    settings = _settings(app)
    is_direct, most = settings.trusted_proxies == 0, app.config["MAX_CONTENT_LENGTH"]
    return PatientBodies(app.wsgi_app, working=working(settings), most=most, is_direct=is_direct)


def working(settings: Settings) -> int:
    """Return how many requests that read, and how many that write, a web process answers at once."""
    return WORKING_WITH_SQLITE if settings.is_sqlite else WORKING


def _settings(app: Flask) -> Settings:
    return cast(Settings, app.extensions["settings"])


def warm_up(app: Flask) -> None:
    """Make the pages most asked for once, past the cache: their templates and statements are then ready in every process, and so is
    the index. PostgreSQL's is not asked: that opens connections. Nothing is counted: that takes a thread, or connects to Redis."""
    with app.test_request_context():
        newest = db.session.scalar(sa.select(Thread).order_by(Thread.id.desc()).limit(1))
        paths = [("/", ""), ("/questions", ""), *([(newest.path, "")] if newest else [])]
        if newest and _settings(app).is_sqlite:
            paths.append(("/search", urlencode({"q": newest.title})))
        db.session.remove()
    was_limited, limiter.enabled = limiter.enabled, False
    for path, asked in paths:
        environ = EnvironBuilder(path=path, query_string=asked, environ_overrides={"HTTP_USER_AGENT": _WARM_UP}).get_environ()
        answer = Flask.wsgi_app(app, environ, lambda *_about: lambda _data: None)
        b"".join(answer)
    limiter.enabled = was_limited
