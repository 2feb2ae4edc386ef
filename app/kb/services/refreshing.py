"""Keeping articles true to the posts they were built from: noticing what changed, and recording that somebody looked.

Owns `ArticleSource.change` and `Article.source_changed_at`. Never changes the text of an article.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.kb.events import SourceChanged
from app.kb.models import Article, ArticleSource, SourceChange
from app.kb.policies import ensure_can_publish_article, is_as_narrow
from app.kb.queries.articles import get_article_and_threads_for_update, get_article_for_update
from app.kb.queries.sources import get_article_id_of_source
from app.kb.services.marking import mark_threads


class PostState(Struct, frozen=True):
    """How a post stands now. `audience` is that of its category; `is_listed` includes its thread.

    `is_refuted`: it is an answer of a question whose solution is disputed.
    """

    revision: int
    hash: str
    is_accepted: bool
    is_listed: bool
    audience: str
    is_refuted: bool = False


def derive_change(source: ArticleSource, state: PostState, article_audience: str) -> SourceChange:
    """Return what changed since a curator took the source over or last looked at it; the worst counts.

    Text that not all readers of the article may read any more counts as hidden.
    """
    if source.was_listed and not is_readable(state, article_audience):
        return SourceChange.HIDDEN
    if source.was_accepted and not state.is_accepted:
        return SourceChange.WITHDRAWN
    if state.is_refuted and not source.was_refuted:
        return SourceChange.REFUTED
    if source.post_hash != state.hash:
        return SourceChange.EDITED
    return SourceChange.NONE


def is_readable(state: PostState, article_audience: str) -> bool:
    """Return whether everybody who reads the article may read the post."""
    return state.is_listed and is_as_narrow(article_audience, than=state.audience)


def refresh_sources(criterion: sa.ColumnElement[bool]) -> None:
    """Compare the sources that match `criterion` with their posts, store what changed, and tell others of new changes.

    What got better (a post became accepted, or is shown again) is taken over in silence, so that losing it counts later. Threads
    whose posts were hidden, or are shown again, follow: the caller has locked them.
    """
    require_unit_of_work()
    article_ids = db.session.scalars(sa.select(ArticleSource.article_id).where(criterion).distinct())
    for article_id in sorted(article_ids):
        article = get_article_for_update(article_id)
        sources = _load_sources(sa.and_(criterion, ArticleSource.article_id == article_id))
        states = load_states(source.post_id for source in sources)
        turned = [source.thread_id for source in sources if _note(article, source, states[source.post_id])]
        _sum_up(article)
        for thread_id in sorted(set(turned)):
            mark_threads(article, only=thread_id)


def load_states(post_ids: Iterable[int]) -> dict[int, PostState]:
    """Return how posts stand now, in one statement."""
    is_refuted = sa.and_(Thread.status == Status.DISPUTED, Post.kind == PostKind.ANSWER)
    statement = (
        sa.select(
            Post.id, Post.revision, Post.body_hash, Post.accepted_at, is_refuted, Post.hidden_at, Post.held_at, Thread.hidden_at,
            Thread.held_at, Category.audience,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(Post.id.in_(list(post_ids)))
    )  # fmt: skip
    return {
        post_id: PostState(revision, digest, accepted_at is not None, not any(unlisted), audience, bool(refuted))
        for post_id, revision, digest, accepted_at, refuted, *unlisted, audience in db.session.execute(statement)
    }


def acknowledge_source(actor: Actor, *, source_id: int, revision: int) -> Article:
    """Record that the actor looked at a changed source, as it is now, and keeps the article as it is.

    Raises NotFound, Forbidden, or Conflict when the post has a newer revision than the one that was looked at.
    """
    require_unit_of_work()
    article = get_article_and_threads_for_update(get_article_id_of_source(source_id))
    ensure_can_publish_article(actor, article)
    source = _load_sources(ArticleSource.id == source_id)[0]
    state = load_states([source.post_id])[source.post_id]
    if state.revision != revision:
        raise Conflict(_("The post was edited again while you were reading. Please look at the newest change."))
    source.post_revision, source.post_hash = state.revision, state.hash
    source.was_accepted, source.was_listed = state.is_accepted, is_readable(state, article.audience)
    source.was_refuted = state.is_refuted
    source.change, source.changed_at = SourceChange.NONE, None
    _sum_up(article)
    mark_threads(article, only=source.thread_id)
    return article


def _load_sources(criterion: sa.ColumnElement[bool]) -> list[ArticleSource]:
    statement = sa.select(ArticleSource).where(criterion).order_by(ArticleSource.id)
    return list(db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True)))


def _note(article: Article, source: ArticleSource, state: PostState) -> bool:
    """Store what changed, and return whether the source is hidden now and was not, or the other way round."""
    source.was_accepted = source.was_accepted or state.is_accepted
    source.was_listed = source.was_listed or is_readable(state, article.audience)
    source.was_refuted = bool(source.was_refuted and state.is_refuted)
    change = derive_change(source, state, article.audience)
    if change == source.change:
        return False
    is_turned = SourceChange.HIDDEN in (change, source.change)
    source.change, source.changed_at = change, now() if change else None
    if change:
        db.session.flush()
        emit(SourceChanged(article.id, source.post_id, change))
    return is_turned


def _sum_up(article: Article) -> None:
    """Set the article's own mark from its sources."""
    db.session.flush()
    article.source_changed_at = db.session.scalar(
        sa.select(sa.func.max(ArticleSource.changed_at)).where(ArticleSource.article_id == article.id, ArticleSource.change != "")
    )
    db.session.flush()
