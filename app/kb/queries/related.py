"""What else a reader of an article may want: what says similar things, by the search index, and what others read with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.actor import Actor
from app.pageviews.queries import read_with
from app.search.documents import ARTICLE, THREAD, TitleCard, make_key
from app.search.engines import current_engine
from app.search.engines.base import Scored
from app.search.suggest import load_titles, similar_hits, similar_titles

LIMIT = 5


@dataclass(frozen=True, slots=True)
class Related:
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
    """As find_related for a stored article, and what people read in the same visit in at least `least` visits (three statements).

    What is named for that is not named again as related.
    """
    together = [Scored(kind, target_id, 0.0) for kind, target_id in read_with(ARTICLE, article_id, least)]
    similar = similar_hits(current_engine(), title, text, actor, 3 * LIMIT, make_key(ARTICLE, article_id))
    cards = {(card.kind, card.id): card for card in load_titles(dict.fromkeys((*together, *similar)), actor)}
    also_read = _pick(together, cards)[:LIMIT]
    related = [card for card in _pick(similar, cards) if card not in also_read]
    return Related(
        articles=tuple(card for card in related if card.kind == ARTICLE)[:LIMIT],
        threads=tuple(card for card in related if card.kind == THREAD)[:LIMIT],
        also_read=also_read,
    )


def _pick(hits: Sequence[Scored], cards: Mapping[tuple[str, int], TitleCard]) -> tuple[TitleCard, ...]:
    found = (cards.get((hit.kind, hit.id)) for hit in hits)
    return tuple(card for card in found if card is not None)


def find_related_articles(
    actor: Actor, *, title: str, text: str = "", article_id: int | None = None, limit: int = LIMIT
) -> tuple[TitleCard, ...]:
    """Return only the articles of `find_related`."""
    return find_related(actor, title=title, text=text, article_id=article_id, limit=limit).articles
