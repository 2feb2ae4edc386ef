"""Publishing an article at a moment to come. Owns the three columns that say so; publishing itself is `publishing`."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.accounts.queries import get_person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.kb.models import Article, ArticleState
from app.kb.policies import ensure_can_publish_article
from app.kb.queries.articles import get_article_and_threads_for_update, get_article_for_update
from app.kb.services.publishing import publish
from app.kb.services.readers import ensure_sources_allow
from app.kb.services.reviewing import remark
from app.kb.services.writing import StaleEdit

logger = logging.getLogger(__name__)
FARTHEST = timedelta(days=730)


def schedule(actor: Actor, *, article_id: int, at: datetime, revision: int | None = None) -> Article:
    """Plan that the newest revision is published at a moment to come, in the actor's name.

    Raises NotFound, Forbidden, Invalid("publish_at"), StaleEdit when `revision` is not the newest, Conflict when readers see
    it already or the article is archived.
    """
    require_unit_of_work()
    article = get_article_and_threads_for_update(article_id)
    ensure_can_publish_article(actor, article)
    if revision is not None and revision != article.revision:
        raise StaleEdit(article.revision)
    if not now() < at <= now() + FARTHEST:
        raise Invalid(_("Please choose a moment to come, within two years."), "publish_at")
    if article.state == ArticleState.ARCHIVED:
        raise Conflict(_("This article is archived. Make it a draft first."))
    if article.state == ArticleState.PUBLISHED and article.published_revision == article.revision:
        raise Conflict(_("Readers see this version already."))
    ensure_sources_allow(article, article.audience)
    article.publish_at, article.publish_revision, article.publish_by_id = at, article.revision, actor.id
    db.session.flush()
    return article


def unschedule(actor: Actor, *, article_id: int) -> Article:
    """Take the plan back. Raises NotFound, Forbidden, Conflict when there is none (any more)."""
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_publish_article(actor, article)
    if article.publish_at is None:
        raise Conflict(_("Nothing is planned for this article any more."))
    _forget(article)
    return article


def list_due() -> list[int]:
    """Return the ids of articles whose moment came."""
    statement = sa.select(Article.id).where(Article.publish_at <= now()).order_by(Article.publish_at, Article.id)
    return list(db.session.scalars(statement))


def publish_due(article_id: int, render: Callable[[str], str]) -> bool:
    """Publish an article whose moment came, in the name of whoever planned it; return whether it was done.

    What was planned but may not or cannot be any more is not published; a remark on the article says why (`render`: HTML of it).
    """
    require_unit_of_work()
    article = get_article_and_threads_for_update(article_id)
    if article.publish_at is None or article.publish_at > now():
        return False
    planned, person_id = article.publish_revision, article.publish_by_id
    _forget(article)
    try:
        if person_id is None:
            raise Conflict(_("The person who planned it left."))
        publish(get_person(person_id).as_actor(now()), article_id=article_id, revision=planned)
    except StaleEdit:
        problem = _("A newer version was saved meanwhile.")
    except AppError as error:
        problem = error.message
    else:
        return True
    text = _("This was planned to be published now, and was not. %(problem)s", problem=problem)
    remark(None, article, text, render(text))
    logger.warning("kb.not_published", extra={"article": article_id})
    return False


def _forget(article: Article) -> None:
    article.publish_at = article.publish_revision = article.publish_by_id = None
    db.session.flush()
