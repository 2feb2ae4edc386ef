"""Counting a reader of a page: after a 200 to a GET, never a bot, a prefetch or the author, once in six hours.

What is stored is a number per target and day, and one per week for two targets read in one visit. Readers, members too, are told
apart by a keyed hash of the day, which waits in memory (or Redis) for some hours and is written nowhere else.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app, request
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.db import Model, upsert
from app.core.heavy import redis
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.pageviews.buffers import Target, ViewBuffer, choose_buffer
from app.pageviews.models import PageviewDay, PageviewTotal, ReadTogether
from app.pageviews.recent import derive_recent
from app.pageviews.visits import Pair
from app.web.bots import is_bot, is_early
from app.web.context import AGENT_MAX, client_agent, current_actor, reader_key, visitor_key_of
from app.web.marking import repeat

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 10.0
# What is added to the stored figures.
_VIEWS_OF_DAY = {"views": PageviewDay.views + sa.literal_column("excluded.views", sa.Integer)}
_VIEWS = {"views": PageviewTotal.views + sa.literal_column("excluded.views", sa.Integer)}
_VISITS = {"visits": ReadTogether.visits + sa.literal_column("excluded.visits", sa.Integer)}


def init_pageviews(app: Flask, settings: Settings) -> None:
    """Give the application its buffer."""
    app.extensions["pageviews"] = choose_buffer(settings)


def _buffer() -> ViewBuffer:
    return cast(ViewBuffer, current_app.extensions["pageviews"])


def record(kind: str, target_id: int, author_id: int | None) -> bool:
    """Count the running request as a view of a target; return whether it counted."""
    repeat(partial(_count_again, current_app._get_current_object(), kind, target_id))  # type: ignore[attr-defined]
    actor = current_actor()
    if request.method != "GET" or is_bot(client_agent()) or is_early(request.environ):
        return False
    if actor.id is not None and actor.id == author_id:
        return False
    today = now().date()
    try:
        return _buffer().add(reader_key("view", today), (kind, target_id, today))
    except redis.RedisError:
        logger.warning("pageviews.redis_unavailable")
        return False


def _count_again(app: Flask, kind: str, target_id: int, environ: dict[str, Any]) -> None:
    """Count a visitor to whom the cache gave the page."""
    agent = environ.get("HTTP_USER_AGENT", "")[:AGENT_MAX]
    if environ["REQUEST_METHOD"] != "GET" or is_bot(agent) or is_early(environ):
        return
    today = now().date()
    reader = visitor_key_of(app, "view", today, environ.get("REMOTE_ADDR") or "unknown", agent)
    try:
        cast(ViewBuffer, app.extensions["pageviews"]).add(reader, (kind, target_id, today))
    except redis.RedisError:
        logger.warning("pageviews.redis_unavailable")


def flush() -> int:
    """Write the buffered counts in one transaction and return the number of targets written. What cannot be written stays buffered."""
    counts, pairs = _buffer().take(), _buffer().take_pairs()
    if not counts and not pairs:
        return 0
    try:
        return _write(counts, pairs)
    except OperationalError:
        _buffer().put_back(counts, pairs)
        raise


def _write(counts: dict[Target, int], pairs: dict[Pair, int]) -> int:
    days = [{"kind": k, "target_id": t, "day": d, "views": n} for (k, t, d), n in sorted(counts.items())]
    totals: dict[tuple[str, int], int] = {}
    for (kind, target_id, _day), views in counts.items():
        totals[kind, target_id] = totals.get((kind, target_id), 0) + views
    rows = [{"kind": k, "target_id": t, "views": n, "imported_views": 0} for (k, t), n in sorted(totals.items())]
    with unit_of_work():
        _add(PageviewDay, days, ["kind", "target_id", "day"], _VIEWS_OF_DAY)
        _add(PageviewTotal, rows, ["kind", "target_id"], _VIEWS)
        derive_recent(totals)
        _add(ReadTogether, _both_ways(pairs), ["kind", "target_id", "week", "other_kind", "other_id"], _VISITS)
    return len(rows)


def _add(table: type[Model], rows: list[dict[str, Any]], keys: list[str], added: dict[str, sa.ColumnElement[int]]) -> None:
    """Add the figure of each row to the stored one. Rows come sorted, so that two processes never wait for each other."""
    for start in range(0, len(rows), 500):
        upsert(table.__table__, rows[start : start + 500], keys, added)


def _both_ways(pairs: dict[Pair, int]) -> list[dict[str, Any]]:
    found = [(week, *ends, n) for (week, one, other), n in pairs.items() for ends in ((one, other), (other, one))]
    return [
        {"kind": one[0], "target_id": one[1], "week": week, "other_kind": other[0], "other_id": other[1], "visits": n}
        for week, one, other, n in sorted(found)
    ]


def start_flusher(app: Flask) -> Callable[[], None]:
    """Flush every FLUSH_SECONDS in a thread; the returned function stops it after a last flush."""
    stop = threading.Event()

    def loop() -> None:
        while True:
            stopped = stop.wait(FLUSH_SECONDS)
            try:
                with app.app_context():
                    flush()
            except Exception:  # the database may be away; the next round writes what this one could not
                logger.exception("pageviews.flush_failed")
            if stopped:
                return

    thread = threading.Thread(target=loop, name="pageviews", daemon=True)
    thread.start()

    def stop_flusher() -> None:
        stop.set()
        thread.join(timeout=10)

    return stop_flusher
