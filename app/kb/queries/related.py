"""What else a reader of an article may want: articles and threads that say similar things, by the search index."""

from dataclasses import dataclass

from app.core.actor import Actor
from app.search.documents import ARTICLE, THREAD, TitleCard, make_key
from app.search.engines import current_engine
from app.search.suggest import similar_titles

LIMIT = 5


@dataclass(frozen=True, slots=True)
class Related:
    """Up to LIMIT of each kind, best first; only what the actor may see."""

    articles: tuple[TitleCard, ...] = ()
    threads: tuple[TitleCard, ...] = ()


def find_related(actor: Actor, *, title: str, text: str = "", article_id: int | None = None, limit: int = LIMIT) -> Related:
    """Return articles and threads like a title and text (at most two statements); `article_id` is left out."""
    exclude = make_key(ARTICLE, article_id) if article_id is not None else ""
    cards = similar_titles(current_engine(), title, text, actor, limit=3 * limit, exclude=exclude)
    return Related(
        articles=tuple(card for card in cards if card.kind == ARTICLE)[:limit],
        threads=tuple(card for card in cards if card.kind == THREAD)[:limit],
    )


def find_related_articles(
    actor: Actor, *, title: str, text: str = "", article_id: int | None = None, limit: int = LIMIT
) -> tuple[TitleCard, ...]:
    """Return only the articles of `find_related`."""
    return find_related(actor, title=title, text=text, article_id=article_id, limit=limit).articles
