"""Threads and articles like a thread: from the search index where there is one, otherwise by its rarest tags."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.forum.models import Tag, Thread, ThreadTag
from app.forum.models.thread import Status
from app.forum.queries.categories import reader_of
from app.forum.queries.lists import base_select
from app.forum.queries.thread_rows import ThreadHead
from app.forum.urls import thread_path
from app.search.documents import ARTICLE, THREAD, TitleCard, make_key
from app.search.engines import current_engine
from app.search.engines.base import SearchEngine
from app.search.suggest import similar_titles

LIMIT = 6
BY_TAG_LIMIT = 5
RAREST_TAGS = 2


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A thread or article to read next. `status` is empty for articles."""

    title: str
    path: str
    kind: str
    status: str = ""


def list_related(head: ThreadHead, tags: tuple[str, ...], actor: Actor) -> tuple[RelatedLink, ...]:
    """Return what to read next: from the index, or by tags while there is none or it finds nothing (at most three statements)."""
    try:
        found = related_by_search(current_engine(), head, actor)
    except RuntimeError:  # no engine was chosen: commands and tests without search
        found = ()
    return found or related_by_tags(head, tags, actor)


def related_by_search(engine: SearchEngine, head: ThreadHead, actor: Actor) -> tuple[RelatedLink, ...]:
    """Return what the index finds like the thread's title and text, checked articles first (one statement a kind)."""
    key = make_key(THREAD, head.id)
    cards = similar_titles(engine, head.title, head.opening.text, actor, LIMIT, key)
    return tuple(_link(card) for card in sorted(cards, key=lambda card: card.kind != ARTICLE))


def _link(card: TitleCard) -> RelatedLink:
    kind = ARTICLE if card.kind == ARTICLE else card.thread_kind
    return RelatedLink(card.title, card.path, kind, "" if kind == ARTICLE else card.status)


@lru_cache(maxsize=8)
def _sharing_tags(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    names: sa.BindParameter[Any] = sa.bindparam("names", expanding=True)
    rarest = sa.select(Tag.id).where(Tag.name.in_(names), Tag.thread_count > 1).order_by(Tag.thread_count, Tag.name)
    sharing = sa.select(ThreadTag.thread_id).where(ThreadTag.tag_id.in_(rarest.limit(RAREST_TAGS).scalar_subquery()))
    return (
        base_select(reader)
        .where(Thread.id.in_(sharing), Thread.id != sa.bindparam("thread_id"), Thread.duplicate_of_id.is_(None))
        .order_by(sa.case((Thread.status == Status.SOLVED, 0), else_=1), Thread.score.desc(), Thread.id.desc())
        .limit(BY_TAG_LIMIT)
    )


def related_by_tags(head: ThreadHead, tags: tuple[str, ...], actor: Actor) -> tuple[RelatedLink, ...]:
    """Return threads that share the rarest tags of the thread, solved ones first (one statement)."""
    if not tags:
        return ()
    rows = read(_sharing_tags(reader_of(actor)), {"names": list(tags), "thread_id": head.id})
    return tuple(RelatedLink(row.title, thread_path(row.kind, row.id, row.slug), row.kind, row.status) for row in rows)
