"""For machines that watch: is the process alive, can it do its work, how much waits.

`/healthz` is for load balancers (the process answers), `/readyz` for monitors (database, index, background work),
`/metrics` for Prometheus. None of them is cached.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import cast

import sqlalchemy as sa
from flask import Response, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.core.errors import NotFound
from app.pagecache.middleware import PageCache
from app.pages.blueprint import blueprint
from app.pages.queries import count_everything, job_figures
from app.search.engines import current_engine
from app.search.sync import what_stops as search_trouble
from app.web.access import public
from app.web.context import client_address, current_actor, site_settings

logger = logging.getLogger(__name__)
MAX_LAG_SECONDS = 900
LOCAL = frozenset({"127.0.0.1", "::1"})


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return _uncached(Response("ok\n", mimetype="text/plain"))


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Whether database, index and background work are as they should be: 200 or 503, with a word for each."""
    states = {"database": _database_state(), "index": _index_state()}
    if states["database"] == states["index"] == "ok" and search_trouble():
        states["index"] = "cannot be written"
    states["jobs"] = _job_state() if states["database"] == "ok" else "unknown"
    response = jsonify(states)
    response.status_code = 200 if all(state == "ok" for state in states.values()) else 503
    return _uncached(response)


def _database_state() -> str:
    try:
        db.session.execute(sa.select(1))
    except SQLAlchemyError:
        logger.exception("readyz.database_unavailable")
        db.session.rollback()
        return "unavailable"
    return "ok"


def _index_state() -> str:
    try:
        return "needs a rebuild" if current_engine().is_stale() else "ok"
    except (RuntimeError, OSError):
        logger.exception("readyz.index_unavailable")
        return "unavailable"


def _job_state() -> str:
    lag = job_figures().lag_seconds
    return "ok" if lag <= MAX_LAG_SECONDS else f"behind by {int(lag)} s"


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Figures in Prometheus' text format, for admins and for this machine only; others find nothing here."""
    if not current_actor().is_admin and not _is_local():
        raise NotFound
    return _uncached(Response("\n".join(_metric_lines()) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"))


def _is_local() -> bool:
    """Whether the request comes from this machine itself, not through a proxy on it."""
    is_proxied = site_settings().trusted_proxies == 0 and bool(
        {"x-forwarded-for", "forwarded", "x-real-ip", "via"} & {name.lower() for name, _ in request.headers}
    )
    return client_address() in LOCAL and not is_proxied


def _metric_lines() -> Iterator[str]:
    jobs, counts = job_figures(), count_everything()
    yield from _metric("threadwell_jobs_pending", "Jobs that wait to be done.", [("", jobs.pending)])
    yield from _metric("threadwell_jobs_dead", "Jobs that failed for good.", [("", jobs.dead)])
    yield from _metric("threadwell_jobs_lag_seconds", "Wait of the oldest ready job.", [("", round(jobs.lag_seconds, 1))])
    threads = [(f'{{kind="{kind}",status="{status}"}}', n) for (kind, status), n in sorted(counts.threads.items())]
    yield from _metric("threadwell_threads", "Threads by kind and status.", threads)
    yield from _metric("threadwell_posts", "Posts of all threads.", [("", counts.posts)])
    yield from _metric("threadwell_people", "People with an account or imported.", [("", counts.people)])
    articles = [(f'{{state="{state}"}}', n) for state, n in sorted(counts.articles.items())]
    yield from _metric("threadwell_articles", "Articles by state.", articles)
    yield from _page_cache_lines()


def _page_cache_lines() -> Iterator[str]:
    """The figures of the process that answers: each has a cache of its own."""
    cache = cast(PageCache | None, current_app.extensions.get("page_cache"))
    if cache is None:
        return
    figures = cache.figures()
    name = "threadwell_page_cache"
    yield from _metric(f"{name}_hits_total", "Visitors answered from pages kept ready.", [("", figures.hits)], "counter")
    yield from _metric(f"{name}_misses_total", "Visitors whose answer was made.", [("", figures.misses)], "counter")
    yield from _metric(f"{name}_pages", "Pages kept ready.", [("", figures.pages)])
    yield from _metric(f"{name}_bytes", "What these pages take, of PAGE_CACHE_MB.", [("", figures.bytes)])


def _metric(name: str, sentence: str, values: Sequence[tuple[str, float]], kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {sentence}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values:
        yield f"{name}{labels} {value}"
