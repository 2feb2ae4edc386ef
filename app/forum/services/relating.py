"""Finding ahead what to read after a thread, so that its page need not ask the search index.

The job `forum.relate` looks for threads of which nothing is known yet, and once an hour again for those that were read since
yesterday: new questions, and what people read together, are named under older ones so much later. Where nothing is stored, or the
question was edited since, the page asks the index itself (queries/related).
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, upsert
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.queries.related import LIMIT
from app.jobs.queue import enqueue
from app.pageviews.models import PageviewDay
from app.pageviews.queries import read_with
from app.search.documents import THREAD, make_key
from app.search.engines import current_engine
from app.search.engines.base import SearchEngine
from app.search.models import ReadNext
from app.search.relating import similar_for_all

RELATE_JOB = "forum.relate"
RELATE_EVERY = timedelta(minutes=5)
# What is stored is looked up again after so long, of threads that are read.
GROWS_OLD_AFTER = timedelta(hours=1)
# So many in one unit of work; in one run as many as can be done in MOST_SECONDS, so that other work does not wait long. The job then
# goes on where it ended: a site of 100,000 threads is looked through once, in an hour or two.
BATCH = 25
MOST_AT_ONCE = 500
MOST_SECONDS = 1.0
PAUSE = timedelta(seconds=2)
# Three times what a page shows: some of it not everybody may see.
MOST_TOGETHER = 12

_OF_THREAD = sa.and_(ReadNext.kind == THREAD, ReadNext.target_id == Thread.id)
_OPENING = sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING)
_LISTED = sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None))


def relate_threads(least_visits: int) -> int:
    """Look for MOST_SECONDS what to read after threads, store it, and return of how many. Opens units of its own.

    Nothing is stored while there is no search index. `least_visits` as for the page (ALSO_READ_MIN).
    """
    engine = current_engine()
    if not engine.generation():
        return 0
    wanted, done, until = _list_wanted(MOST_AT_ONCE), 0, time.monotonic() + MOST_SECONDS
    while done < len(wanted):
        rows = _found(engine, wanted[done : done + BATCH], least_visits)
        db.session.rollback()  # reading is over
        with unit_of_work():
            upsert(ReadNext.__table__, rows, ["kind", "target_id"], ["similar", "together", "made_at"])
        done = min(done + BATCH, len(wanted))
        if time.monotonic() > until:
            break
    return done


def make_relate_handler(settings: Settings) -> Callable[[list[dict[str, Any]]], None]:
    """Return the handler of RELATE_JOB for these settings."""

    def handle(_payloads: list[dict[str, Any]]) -> None:
        if relate_threads(settings.also_read_min) >= BATCH:  # there may be more
            with unit_of_work():
                enqueue(RELATE_JOB, {}, dedupe_key=f"{RELATE_JOB}:next", delay=PAUSE)

    return handle


def _list_wanted(most: int) -> list[int]:
    """Return threads of which nothing is known, newest first, then those that were read and of which it is known for long."""
    unknown = (
        sa.select(Thread.id)
        .join(Post, _OPENING)
        .outerjoin(ReadNext, _OF_THREAD)
        .where(_LISTED, ReadNext.target_id.is_(None))
        .order_by(Thread.id.desc())
        .limit(most)
    )
    found = list(db.session.scalars(unknown))
    is_read = sa.exists().where(
        PageviewDay.kind == THREAD, PageviewDay.target_id == Thread.id, PageviewDay.day >= now().date() - timedelta(days=1)
    )
    old = (
        sa.select(Thread.id)
        .join(ReadNext, _OF_THREAD)
        .join(Post, _OPENING)
        .where(_LISTED, is_read, sa.or_(ReadNext.made_at < now() - GROWS_OLD_AFTER, ReadNext.made_at < Post.edited_at))
        .order_by(ReadNext.made_at, Thread.id)
        .limit(most - len(found))
    )
    return found + list(db.session.scalars(old)) if len(found) < most else found


def _found(engine: SearchEngine, thread_ids: Sequence[int], least_visits: int) -> list[dict[str, Any]]:
    """Return the rows of some threads."""
    made_at = now()
    texts = sa.select(Thread.id, Thread.title, Post.body_text).join(Post, _OPENING).where(Thread.id.in_(thread_ids))
    given = {thread_id: (title, text) for thread_id, title, text in db.session.execute(texts)}
    similar = similar_for_all(engine, THREAD, given, LIMIT)
    return [
        {
            "kind": THREAD, "target_id": thread_id, "made_at": made_at, "similar": " ".join(hit.key for hit in hits),
            "together": " ".join(make_key(*target) for target in read_with(THREAD, thread_id, least_visits)[:MOST_TOGETHER]),
        }
        for thread_id, hits in sorted(similar.items())  # in one order, so that two workers never wait for each other
    ]  # fmt: skip
