"""The way of an article: draft, in review, published, archived. Owns the states; texts are written by `writing`."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.kb.credits import plain_text
from app.kb.events import ArticlePublished, ArticleStateChanged
from app.kb.models import Article, ArticleRevision, ArticleState
from app.kb.policies import ensure_can_edit_article, ensure_can_publish_article
from app.kb.queries.articles import get_article_and_threads_for_update, get_article_for_update, get_revision
from app.kb.services.checking import confirm, confirm_versions
from app.kb.services.marking import mark_threads
from app.kb.services.readers import ensure_sources_allow
from app.kb.services.reusing import request_uses
from app.kb.services.sourcing import sync_sources
from app.kb.services.writing import StaleEdit, copy_text, is_blank
from app.search.documents import ARTICLE, request_sync

_AT_ONCE = 100  # articles that are in memory while plain texts are compared


def submit_for_review(actor: Actor, *, article_id: int) -> Article:
    """Ask others to look at a draft before it is published. Whoever may write it may ask."""
    require_unit_of_work()
    article = get_article_and_threads_for_update(article_id)
    ensure_can_edit_article(actor, article)
    _change_state(actor, article, (ArticleState.DRAFT,), ArticleState.IN_REVIEW)
    return article


def publish(actor: Actor, *, article_id: int, revision: int | None = None) -> Article:
    """Show readers the newest revision; publishing counts as confirming that it is right, but not that it holds on versions nobody named.

    Raises StaleEdit when `revision` (what the actor looked at) is not the newest, Conflict when readers see it already, and
    Invalid when a source has fewer readers than the article would have.
    """
    article = _load(actor, article_id)
    if revision is not None and revision != article.revision:
        raise StaleEdit(article.revision)
    if article.state == ArticleState.PUBLISHED and article.published_revision == article.revision:
        raise Conflict(_("Readers see this version already."))
    ensure_sources_allow(article, article.audience)
    is_first = article.published_at is None
    newest = get_revision(article.id, article.revision)
    if is_blank(newest):
        raise Invalid(_("There is nothing to read yet. Please write something before you publish."), "body")
    _show(article, newest)
    sync_sources(article)
    article.published_at = article.published_at or now()
    article.modified_at = now()
    article.publish_at = article.publish_revision = article.publish_by_id = None
    confirm(actor, article)
    if article.state != ArticleState.PUBLISHED:
        _change_state(actor, article, tuple(ArticleState), ArticleState.PUBLISHED)
    db.session.flush()
    emit(ArticlePublished(article.id, actor.id, is_first))
    mark_threads(article)
    if is_first:
        request_uses(article.id)
    return article


def archive(actor: Actor, *, article_id: int, reason: str = "") -> Article:
    """Take an article out of lists and search; its page stays, with a banner, for links. Its threads are on their own again."""
    article = _load(actor, article_id)
    allowed = (ArticleState.DRAFT, ArticleState.IN_REVIEW, ArticleState.PUBLISHED)
    article.publish_at = article.publish_revision = article.publish_by_id = None
    _change_state(actor, article, allowed, ArticleState.ARCHIVED, reason)
    mark_threads(article)
    return article


def reopen(actor: Actor, *, article_id: int, reason: str = "") -> Article:
    """Make an archived article, or one in review, a draft again."""
    article = _load(actor, article_id)
    article.publish_at = article.publish_revision = article.publish_by_id = None
    _change_state(actor, article, (ArticleState.IN_REVIEW, ArticleState.ARCHIVED), ArticleState.DRAFT, reason)
    mark_threads(article)
    return article


def put_back(actor: Actor, *, article_id: int, was: str, state: str, reason: str = "") -> Article:
    """Undo a change of state to `was`: the article stands in `state` again, with the revision that readers saw then.

    Raises NotFound, Forbidden, Conflict when its state changed since, Invalid when a source has fewer readers by now.
    """
    article = _load(actor, article_id)
    if state == ArticleState.PUBLISHED:
        ensure_sources_allow(article, article.audience)
    article.publish_at = article.publish_revision = article.publish_by_id = None
    _change_state(actor, article, (ArticleState(was),), ArticleState(state), reason)
    mark_threads(article)
    return article


def list_wrong_texts() -> list[int]:
    """Return the articles whose plain text is not that of what they show. It takes milliseconds for each, so call it without a lock."""
    statement = sa.select(Article.id, Article.body_html, Article.body_text).where(Article.body_html.contains("/posts/"))
    wrong, last = [], 0
    while rows := db.session.execute(statement.where(Article.id > last).order_by(Article.id).limit(_AT_ONCE)).all():
        wrong += [row.id for row in rows if plain_text(row.body_html) != row.body_text]
        last = rows[-1].id
    return wrong


def derive_text(article_id: int) -> None:
    """Derive the plain text of an article from what it shows."""
    article = get_article_for_update(article_id)
    article.body_text = plain_text(article.body_html)
    request_sync(ARTICLE, article_id)


def verify(actor: Actor, *, article_id: int) -> Article:
    """Record that the actor checked a published article today and that it is still right, also on the current versions."""
    article = _load(actor, article_id)
    if article.state != ArticleState.PUBLISHED:
        raise Conflict(_("Only published articles can be confirmed."))
    confirm(actor, article)
    confirm_versions(actor, article)
    db.session.flush()
    return article


def _load(actor: Actor, article_id: int) -> Article:
    require_unit_of_work()
    article = get_article_and_threads_for_update(article_id)
    ensure_can_publish_article(actor, article)
    return article


def _change_state(actor: Actor, article: Article, allowed: tuple[ArticleState, ...], new: ArticleState, reason: str = "") -> None:
    """Move the article to `new` and tell others. Raises Conflict when its state is not among `allowed`."""
    if article.state not in allowed or article.state == new:
        raise Conflict(_("Somebody changed the state of this article meanwhile. Please look again."))
    old, article.state = article.state, new
    db.session.flush()
    emit(ArticleStateChanged(article.id, actor.id, old, new, reason))


def _show(article: Article, revision: ArticleRevision) -> None:
    """Make a revision the one that readers see."""
    copy_text(article, revision)
    article.published_revision = revision.number
    article.body_html, article.body_text, article.toc = revision.body_html, revision.body_text, revision.toc
