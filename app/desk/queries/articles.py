"""Articles to answer with: only published ones that everybody who can read the question can read as well."""

from datetime import datetime

from app.core.actor import Actor
from app.core.records import Struct
from app.core.text import shorten
from app.kb.policies import is_as_narrow
from app.search import querying
from app.search.documents import ARTICLE, HitCard
from app.search.engines import current_engine
from app.search.engines.base import Scored
from app.search.suggest import load_cards

FOUND = 5
SUGGESTED = 3
EXCERPT = 240
_SPECIAL = "\\`*_[]<>"


class ArticleOffer(Struct, frozen=True):
    """An article that may be put into the answer."""

    id: int
    title: str
    path: str
    excerpt: str
    section: str
    published_at: datetime | None

    @property
    def markdown(self) -> str:
        """The link with the beginning of the article as a quotation."""
        title = "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in self.title)
        quote = "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in shorten(self.excerpt, EXCERPT))
        return f"[{title}]({self.path})" + (f"\n\n> {quote}" if quote else "")


def find_articles(actor: Actor, text: str, audience: str, limit: int = FOUND) -> tuple[ArticleOffer, ...]:
    """Return the articles that fit the text best and that readers of `audience` may read; one statement, none without an index."""
    try:
        engine = current_engine()
    except RuntimeError:  # no engine was chosen: commands and tests without search
        return ()
    readable = tuple(other for other in actor.audiences if is_as_narrow(audience, than=other))
    query = querying.build(querying.parse(text), querying.SearchForm(type="articles"), readable, limit=limit)
    if not query.words and not query.required and not query.fallback:
        return ()
    cards = load_cards(engine.search(query).hits, actor)
    # The index may be a moment behind the database, which knows who may read an article now.
    return tuple(_offer(card) for card in cards if card.kind == ARTICLE and is_as_narrow(audience, than=card.audience))


def find_offer(actor: Actor, article_id: int, audience: str) -> ArticleOffer | None:
    """Return one article to answer with, or None when readers of `audience` may not read it; one statement."""
    cards = load_cards([Scored(ARTICLE, article_id, 0.0)], actor)
    return next((_offer(card) for card in cards if is_as_narrow(audience, than=card.audience)), None)


def _offer(card: HitCard) -> ArticleOffer:
    return ArticleOffer(card.id, card.title, card.path, " ".join(card.excerpt.split()), card.category_name, card.created_at)
