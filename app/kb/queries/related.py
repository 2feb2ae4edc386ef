"""What else a reader of an article may want: what says similar things, by the search index, and what others read with it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from app.core.actor import ANONYMOUS, Actor
from app.core.db import read
from app.core.records import Struct
from app.forum.queries.categories import reader_of
from app.kb.models import Article
from app.pageviews.queries import read_with
from app.search.documents import ARTICLE, THREAD, TitleCard, make_key, split_key
from app.search.engines import current_engine
from app.search.engines.base import Scored
from app.search.models import ReadNext
from app.search.suggest import load_titles, most_similar, similar_titles
from app.web.marking import SITE, article_tag, thread_tag
from app.web.remembering import remember, remember_each

LIMIT = 5
# So many are looked for: some are shown otherwise, and some not to everybody.
MOST_SIMILAR = 3 * LIMIT

Key = tuple[str, int]
_TAGS = {THREAD: thread_tag, ARTICLE: article_tag}


class Related(Struct, frozen=True):
    """Up to LIMIT of each kind, best first; only what the actor may see."""

    articles: tuple[TitleCard, ...] = ()
    threads: tuple[TitleCard, ...] = ()
    also_read: tuple[TitleCard, ...] = ()


def find_related(actor: Actor, *, title: str, text: str = "", article_id: int | None = None, limit: int = LIMIT) -> Related:
    """Return articles and threads like a title and text (at most two statements); `article_id` is left out."""
    exclude = make_key(ARTICLE, article_id) if article_id is not None else ""
    cards = similar_titles(current_engine(), title, text, actor, limit=3 * limit, exclude=exclude)
    return Related(
        articles=tuple(card for card in cards if card.kind == ARTICLE)[:limit],
        threads=tuple(card for card in cards if card.kind == THREAD)[:limit],
    )


def find_read_next(actor: Actor, *, title: str, text: str, article_id: int, least: int) -> Related:
    """As find_related for a stored article, and what people read in the same visit in at least `least` visits.

    What is named for that is not named again as related. Four statements, none while it is remembered: links as long as nothing
    about them changes, what people read together and what is like it as long as views may be old.
    """
    reader = reader_of(actor)
    name = ("read with", ARTICLE, article_id, least)
    together = remember(ANONYMOUS, name, (), lambda: tuple(read_with(ARTICLE, article_id, least)))
    tags = (article_tag(article_id),)
    similar = remember(reader, ("like", ARTICLE, article_id), tags, lambda: _like(reader, title, text, article_id))
    wanted = {(kind, target_id): (_TAGS[kind](target_id), SITE) for kind, target_id in (*together, *similar)}
    cards = remember_each(reader, "title", wanted, partial(_load_titles, reader))
    also_read = _pick(together, cards)[:LIMIT]
    related = [card for card in _pick(similar, cards)[:MOST_SIMILAR] if card not in also_read]
    return Related(
        articles=tuple(card for card in related if card.kind == ARTICLE)[:LIMIT],
        threads=tuple(card for card in related if card.kind == THREAD)[:LIMIT],
        also_read=also_read,
    )


_STORED = (
    sa.select(ReadNext.similar)
    .join(Article, Article.id == ReadNext.target_id)
    .where(ReadNext.kind == ARTICLE, Article.id == sa.bindparam("article_id"), ReadNext.made_at >= Article.modified_at)
)


def _like(reader: Actor, title: str, text: str, article_id: int) -> tuple[Key, ...]:
    """Return what a job found like an article, otherwise what the index says now; some of it the reader may not see."""
    stored = read(_STORED, {"article_id": article_id}).first()
    if stored is not None:
        return tuple(map(split_key, stored.similar.split()))
    hits = most_similar(current_engine(), title, text, reader.audiences, MOST_SIMILAR, make_key(ARTICLE, article_id))
    return tuple((hit.kind, hit.id) for hit in hits)


def _load_titles(reader: Actor, keys: Sequence[Key]) -> dict[Key, TitleCard]:
    cards = load_titles([Scored(kind, target_id, 0.0) for kind, target_id in keys], reader)
    return {(card.kind, card.id): card for card in cards}


def _pick(keys: Iterable[Key], cards: Mapping[Key, TitleCard | None]) -> tuple[TitleCard, ...]:
    found = (cards[key] for key in keys)
    return tuple(card for card in found if card is not None)


def find_related_articles(
    actor: Actor, *, title: str, text: str = "", article_id: int | None = None, limit: int = LIMIT
) -> tuple[TitleCard, ...]:
    """Return only the articles of `find_related`."""
    return find_related(actor, title=title, text=text, article_id=article_id, limit=limit).articles
