"""What to read after a thread: what others read with it, and what is like it, by the search index or by its rarest tags."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.core.records import Struct
from app.forum.models import Tag, Thread, ThreadTag
from app.forum.models.thread import Status
from app.forum.queries.categories import reader_of
from app.forum.queries.lists import base_select
from app.forum.queries.thread_rows import ThreadHead
from app.forum.urls import thread_path
from app.pageviews.queries import read_with
from app.search.documents import ARTICLE, THREAD, TitleCard, make_key, split_key
from app.search.engines import current_engine
from app.search.engines.base import Scored
from app.search.suggest import load_titles, similar_hits
from app.web.marking import SITE, article_tag, thread_tag
from app.web.remembering import remember_each

LIMIT = 6
ALSO_READ_LIMIT = 4
BY_TAG_LIMIT = 5
RAREST_TAGS = 2

Key = tuple[str, int]
_TAGS = {THREAD: thread_tag, ARTICLE: article_tag}


class RelatedLink(Struct, frozen=True):
    """A thread or article to read next. `status` is empty for articles."""

    title: str
    path: str
    kind: str
    tag: str
    status: str = ""


class ReadNext(Struct, frozen=True):
    """What to read after a thread: what other people read in the same visit, and what says similar things (each once)."""

    also_read: tuple[RelatedLink, ...] = ()
    related: tuple[RelatedLink, ...] = ()

    @property
    def shows(self) -> set[str]:
        """Return the tags of what is named, for the cache of pages."""
        return {link.tag for link in (*self.also_read, *self.related)}


def read_next(head: ThreadHead, tags: tuple[str, ...], actor: Actor, least: int) -> ReadNext:
    """Return what to read next: what a job found ahead, otherwise from the index, or by tags while there is none or it finds nothing.

    At most four statements, none where a job found it and the links are remembered: what the actor may not see has no link.
    `least`: visits in which people must have read something together with the thread before it is named for that.
    """
    stored = head.next
    if stored is not None and (head.opening.edited_at is None or head.opening.edited_at < stored.made_at):
        together, similar = _keys(stored.together), _keys(stored.similar)
    else:
        together, similar = read_with(THREAD, head.id, least), _similar(head, actor)
    wanted = {key: (_TAGS[key[0]](key[1]), SITE) for key in (*together, *similar)}
    links = remember_each(reader_of(actor), "link", wanted, partial(_load_links, reader_of(actor)))
    said_above = head.article_path  # the article that keeps up to date what was answered here
    also_read = _pick(together, links, ALSO_READ_LIMIT, said_above)
    related = sorted(_pick(similar, links, LIMIT, said_above), key=lambda link: link.kind != ARTICLE)
    return ReadNext(also_read, tuple(link for link in related or related_by_tags(head, tags, actor) if link not in also_read))


def _keys(stored: str) -> list[Key]:
    return [split_key(key) for key in stored.split()]


def _similar(head: ThreadHead, actor: Actor) -> list[Key]:
    try:
        engine = current_engine()
    except RuntimeError:  # no engine was chosen: commands and tests without search
        return []
    found = similar_hits(engine, head.title, head.opening.text, actor, LIMIT, make_key(THREAD, head.id))
    return [(hit.kind, hit.id) for hit in found]


def _load_links(reader: Actor, keys: Sequence[Key]) -> dict[Key, RelatedLink]:
    cards = load_titles([Scored(kind, target_id, 0.0) for kind, target_id in keys], reader)
    return {(card.kind, card.id): _link(card) for card in cards}


def _pick(keys: Sequence[Key], links: Mapping[Key, RelatedLink | None], limit: int, said_above: str) -> tuple[RelatedLink, ...]:
    found = (links[key] for key in keys)
    return tuple(link for link in found if link is not None and link.path != said_above)[:limit]


def _link(card: TitleCard) -> RelatedLink:
    kind = ARTICLE if card.kind == ARTICLE else card.thread_kind
    return RelatedLink(card.title, card.path, kind, _TAGS[card.kind](card.id), "" if kind == ARTICLE else card.status)


@lru_cache(maxsize=8)
def _sharing_tags(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    names: sa.BindParameter[Any] = sa.bindparam("names", expanding=True)
    rarest = sa.select(Tag.id).where(Tag.name.in_(names), Tag.thread_count > 1).order_by(Tag.thread_count, Tag.name)
    sharing = sa.select(ThreadTag.thread_id).where(ThreadTag.tag_id.in_(rarest.limit(RAREST_TAGS).scalar_subquery()))
    return (
        base_select(reader, is_named=True)
        .where(Thread.id.in_(sharing), Thread.id != sa.bindparam("thread_id"), Thread.duplicate_of_id.is_(None))
        .order_by(sa.case((Thread.status == Status.SOLVED, 0), else_=1), Thread.score.desc(), Thread.id.desc())
        .limit(BY_TAG_LIMIT)
    )


def related_by_tags(head: ThreadHead, tags: tuple[str, ...], actor: Actor) -> tuple[RelatedLink, ...]:
    """Return threads that share the rarest tags of the thread, solved ones first (one statement)."""
    if not tags:
        return ()
    rows = read(_sharing_tags(reader_of(actor)), {"names": list(tags), "thread_id": head.id})
    return tuple(
        RelatedLink(row.title, thread_path(row.kind, row.id, row.slug), row.kind, thread_tag(row.id), row.status) for row in rows
    )
