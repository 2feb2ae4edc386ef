"""Who may read, write and publish articles. `can_` is pure, `ensure_` raises, `visible_` is the SQL twin."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound
from app.kb.models import Article, ArticleState

READABLE_STATES = (ArticleState.PUBLISHED, ArticleState.ARCHIVED)


def can_see_article(actor: Actor, article: Article) -> bool:
    """Readers of its audience see published and archived articles; curators also drafts."""
    if not actor.can_read(article.audience):
        return False
    return actor.is_curator or (article.state in READABLE_STATES and article.published_revision is not None)


def visible_articles(actor: Actor) -> sa.ColumnElement[bool]:
    """SQL twin of `can_see_article`."""
    readable = Article.audience.in_(actor.audiences)
    if actor.is_curator:
        return readable
    return sa.and_(readable, Article.state.in_(READABLE_STATES), Article.published_revision.is_not(None))


def listed_articles(actor: Actor) -> sa.ColumnElement[bool]:
    """Articles for lists, feeds and search: published and readable, whoever asks."""
    return sa.and_(Article.audience.in_(actor.audiences), Article.state == ArticleState.PUBLISHED)


def can_write_articles(actor: Actor) -> bool:
    """Staff, moderators and admins write, promote and publish."""
    return actor.can_write and actor.is_curator


def can_edit_article(actor: Actor, article: Article) -> bool:
    """Curators edit what they can read."""
    return can_write_articles(actor) and actor.can_read(article.audience)


def can_manage_sections(actor: Actor) -> bool:
    """Curators keep the tree of sections."""
    return can_write_articles(actor)


def can_promote(actor: Actor) -> bool:
    """Curators decide about candidates."""
    return can_write_articles(actor)


def ensure_can_see_article(actor: Actor, article: Article) -> None:
    """Raise NotFound unless the actor may read the article."""
    if not can_see_article(actor, article):
        raise NotFound


def ensure_can_edit_article(actor: Actor, article: Article) -> None:
    """Raise NotFound or Forbidden unless the actor may edit the article."""
    ensure_can_see_article(actor, article)
    if not can_edit_article(actor, article):
        raise Forbidden("You are not allowed to edit articles.")


def ensure_can_write_articles(actor: Actor) -> None:
    """Raise Forbidden unless the actor looks after the knowledge base."""
    if not can_write_articles(actor):
        raise Forbidden("You are not allowed to edit the knowledge base.")
