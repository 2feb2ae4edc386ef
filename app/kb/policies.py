"""Who may read, write and publish articles. `can_` is pure, `ensure_` raises, `visible_` is the SQL twin."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.actor import Actor, Audience
from app.core.errors import Forbidden, NotFound
from app.core.i18n import gettext as _
from app.core.trust import Ability
from app.kb.models import Article, ArticleState

READABLE_STATES = (ArticleState.PUBLISHED, ArticleState.ARCHIVED)
# From everybody to the fewest.
NARROWING = (Audience.PUBLIC, Audience.MEMBERS, Audience.STAFF)


def is_as_narrow(audience: str, than: str) -> bool:
    """Return whether everybody who reads `audience` may read `than` as well, so that its text may be copied there."""
    return NARROWING.index(Audience(audience)) >= NARROWING.index(Audience(than))


def narrowest(audiences: Iterable[str]) -> Audience:
    """Return the audience of the fewest readers; public for none."""
    return max((Audience(audience) for audience in audiences), key=NARROWING.index, default=Audience.PUBLIC)


def can_see_article(actor: Actor, article: Article) -> bool:
    """Readers of its audience see published and archived articles; curators also drafts, and owners their own."""
    if not actor.can_read(article.audience):
        return False
    if actor.is_curator or (actor.is_authenticated and article.owner_id == actor.id):
        return True
    return article.state in READABLE_STATES and article.published_revision is not None


def visible_articles(actor: Actor) -> sa.ColumnElement[bool]:
    """SQL twin of `can_see_article`."""
    readable = Article.audience.in_(actor.audiences)
    if actor.is_curator:
        return readable
    is_out = sa.and_(Article.state.in_(READABLE_STATES), Article.published_revision.is_not(None))
    is_own = Article.owner_id == actor.id if actor.is_authenticated else sa.false()
    return sa.and_(readable, sa.or_(is_out, is_own))


def listed_articles(actor: Actor) -> sa.ColumnElement[bool]:
    """Articles for lists, feeds and search: published and readable, whoever asks."""
    return sa.and_(Article.audience.in_(actor.audiences), Article.state == ArticleState.PUBLISHED)


def listed_of_named(actor: Actor) -> sa.ColumnElement[bool]:
    """As listed_articles, for statements that name the articles: in words for which SQLite does not go through all that are listed."""
    return sa.and_(Article.audience.in_(actor.audiences), sa.func.coalesce(Article.state, "") == ArticleState.PUBLISHED)


def public_articles() -> sa.ColumnElement[bool]:
    """Articles for public surfaces without an actor (sitemap, feeds)."""
    return sa.and_(Article.audience == Audience.PUBLIC, Article.state == ArticleState.PUBLISHED)


def can_give_feedback(article: Article) -> bool:
    """Readers judge what is published; drafts and archived articles are not asked about."""
    return article.state == ArticleState.PUBLISHED


def can_write_articles(actor: Actor) -> bool:
    """Staff, moderators and admins write, promote and publish."""
    return actor.can_post and actor.is_curator


def can_propose_articles(actor: Actor) -> bool:
    """Curators write articles, and so do members who are trusted to; what these write waits for a review."""
    return actor.can_post and actor.has(Ability.PROPOSE_ARTICLES)


def can_edit_article(actor: Actor, article: Article) -> bool:
    """Whoever may write articles changes those they see. Readers get it once a curator publishes it."""
    return can_propose_articles(actor) and can_see_article(actor, article)


def can_publish_article(actor: Actor, article: Article) -> bool:
    """Curators decide what readers see, and look after sources, owners, dates and versions."""
    return can_write_articles(actor) and actor.can_read(article.audience)


def can_own_articles(person: Actor, audience: str) -> bool:
    """Whoever may write articles and read this one may look after it."""
    return can_propose_articles(person) and person.can_read(audience)


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
        raise Forbidden(_("You are not allowed to edit articles."))


def ensure_can_publish_article(actor: Actor, article: Article) -> None:
    """Raise NotFound or Forbidden unless the actor decides what readers see of the article."""
    ensure_can_see_article(actor, article)
    if not can_publish_article(actor, article):
        raise Forbidden(_("Only staff and moderators can do this. Your text is saved and waits for them."))


def ensure_can_propose_articles(actor: Actor) -> None:
    """Raise Forbidden unless the actor may write articles, published by themself or others."""
    if not can_propose_articles(actor):
        raise Forbidden(_("You can write articles once you are trusted to: see “How trust grows” for what it takes."))


def ensure_can_write_articles(actor: Actor) -> None:
    """Raise Forbidden unless the actor looks after the knowledge base."""
    if not can_write_articles(actor):
        raise Forbidden(_("You are not allowed to edit the knowledge base."))


def ensure_can_set_audience(actor: Actor, audience: str) -> None:
    """Raise Forbidden when the actor would not be able to read their own article afterwards."""
    if not actor.can_read(audience):
        raise Forbidden(_("Only staff can write articles for staff."))
