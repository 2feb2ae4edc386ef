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

from app.core.actor import ANONYMOUS, Actor, Role
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
from app.search.engines.base import Scored, SearchEngine
from app.search.models import ReadNext
from app.search.suggest import load_titles, most_similar

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

_STAFF, _MEMBER = Actor(id=0, role=Role.STAFF), Actor(id=0, role=Role.MEMBER)
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
    similar: dict[int, list[Scored]] = {}
    given = {thread_id: (title, text) for thread_id, title, text in db.session.execute(texts)}
    for thread_id, (title, text) in given.items():
        similar[thread_id] = most_similar(engine, title, text, _STAFF.audiences, LIMIT, make_key(THREAD, thread_id))
    open_keys = {card.key for card in load_titles({hit for hits in similar.values() for hit in hits}, ANONYMOUS)}
    for thread_id, hits in similar.items():
        if any(hit.key not in open_keys for hit in hits):
            similar[thread_id] = _for_all(engine, thread_id, *given[thread_id], hits)
    return [
        {
            "kind": THREAD, "target_id": thread_id, "made_at": made_at, "similar": " ".join(hit.key for hit in hits),
            "together": " ".join(make_key(*target) for target in read_with(THREAD, thread_id, least_visits)[:MOST_TOGETHER]),
        }
        for thread_id, hits in sorted(similar.items())  # in one order, so that two workers never wait for each other
    ]  # fmt: skip


def _for_all(engine: SearchEngine, thread_id: int, title: str, text: str, hits: Sequence[Scored]) -> list[Scored]:
    """Return the hits of those who see most, with those that others find in place of what they do not see."""
    found = {hit.key: hit for hit in hits}
    for actor in (_MEMBER, ANONYMOUS):
        more = most_similar(engine, title, text, actor.audiences, LIMIT, make_key(THREAD, thread_id))
        found |= {hit.key: hit for hit in more if hit.key not in found}
    return sorted(found.values(), key=lambda hit: -hit.score)
