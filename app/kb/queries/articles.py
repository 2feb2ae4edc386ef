"""Articles one at a time: for services (locked) and for pages of curators. Lists are in `lists`."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.forum.models import Category, Thread
from app.forum.queries.threads import get_threads_for_update
from app.kb.models import Article, ArticleFix, ArticleRevision, ArticleSlug, ArticleSource
from app.kb.policies import ensure_can_see_article


def get_article(actor: Actor, article_id: int) -> Article:
    """Return an article with its section and owner. Raises NotFound unless the actor may read it."""
    options = (joinedload(Article.section, innerjoin=True), joinedload(Article.owner), joinedload(Article.verified_by))
    article: Article | None = db.session.scalar(sa.select(Article).where(Article.id == article_id).options(*options))
    if article is None:
        raise NotFound
    ensure_can_see_article(actor, article)
    return article


def get_article_for_update(article_id: int) -> Article:
    """Return an article with its section, locked until the transaction ends. Raises NotFound."""
    statement = (
        sa.select(Article)
        .where(Article.id == article_id)
        .options(joinedload(Article.section, innerjoin=True))
        .with_for_update(of=Article, key_share=True)
        .execution_options(populate_existing=True)
    )
    # One that was moved to another section at this very moment is there at the second look (see forum.queries.threads).
    article: Article | None = db.session.scalar(statement) or db.session.scalar(statement)
    if article is None:
        raise NotFound
    return article


def get_article_and_threads_for_update(article_id: int, more_thread_ids: Iterable[int] = ()) -> Article:
    """Lock the threads of an article (its sources, those linked to it, those that name it) and others, then the article: the order in
    which the forum's own changes reach it. Raises NotFound, or Conflict when another thread was named by it at this very moment.
    """
    ids = _thread_ids(article_id) | set(more_thread_ids)
    if ids:
        get_threads_for_update(sorted(ids))
    article = get_article_for_update(article_id)
    if not _thread_ids(article_id) <= ids:
        raise Conflict
    return article


def _thread_ids(article_id: int) -> set[int]:
    statement = sa.union(
        sa.select(ArticleSource.thread_id).where(ArticleSource.article_id == article_id),
        sa.select(ArticleFix.thread_id).where(ArticleFix.article_id == article_id),
        sa.select(Thread.id).where(Thread.article_id == article_id),
    )
    return set(db.session.scalars(statement))


def get_revision(article_id: int, number: int) -> ArticleRevision:
    """Return one revision with its editor. Raises NotFound."""
    statement = (
        sa.select(ArticleRevision)
        .where(ArticleRevision.article_id == article_id, ArticleRevision.number == number)
        .options(joinedload(ArticleRevision.editor))
    )
    revision: ArticleRevision | None = db.session.scalar(statement)
    if revision is None:
        raise NotFound
    return revision


def look_up_revision(actor: Actor, article_id: int, number: int) -> ArticleRevision:
    """Return a revision of an article that the actor may read, as `get_revision`. Raises NotFound for texts kept from them."""
    revision = get_revision(article_id, number)
    if not actor.can_read(revision.audience):
        raise NotFound
    return revision


def list_revisions(actor: Actor, article_id: int) -> list[ArticleRevision]:
    """Return the revisions whose text the actor may look up, with their editors, newest first; without HTML, plain text and blocks."""
    heavy = (ArticleRevision.body_html, ArticleRevision.body_text, ArticleRevision.blocks, ArticleRevision.toc)
    statement = (
        sa.select(ArticleRevision)
        .where(ArticleRevision.article_id == article_id, ArticleRevision.audience.in_(actor.audiences))
        .options(joinedload(ArticleRevision.editor), *(defer(column, raiseload=True) for column in heavy))
        .order_by(ArticleRevision.number.desc())
    )
    return list(db.session.scalars(statement))


def find_slug_owner(slug: str) -> int | None:
    """Return the id of the article that has or had this slug."""
    statement = sa.union_all(
        sa.select(Article.id).where(Article.slug == slug),
        sa.select(ArticleSlug.article_id).where(ArticleSlug.slug == slug),
    )
    return db.session.scalar(statement)


def list_slugs_like(prefix: str) -> set[str]:
    """Return the slugs, present and past, that begin with `prefix`."""
    statement = sa.union_all(
        sa.select(Article.slug).where(Article.slug.startswith(prefix, autoescape=True)),
        sa.select(ArticleSlug.slug).where(ArticleSlug.slug.startswith(prefix, autoescape=True)),
    )
    return set(db.session.scalars(statement))


def list_source_audiences(article_id: int) -> list[str]:
    """Return who may read the threads that an article was built from."""
    statement = (
        sa.select(Category.audience)
        .join(Thread, Thread.category_id == Category.id)
        .where(Thread.id.in_(sa.select(ArticleSource.thread_id).where(ArticleSource.article_id == article_id)))
        .distinct()
    )
    return sorted(db.session.scalars(statement))


def list_article_ids_of_threads(thread_ids: Iterable[int]) -> list[int]:
    """Return the ids of all articles built from any of these threads."""
    statement = sa.select(ArticleSource.article_id).where(ArticleSource.thread_id.in_(list(thread_ids))).distinct()
    return sorted(db.session.scalars(statement))
