"""Which threads an article serves, so that they may name it. Reads only."""

import sqlalchemy as sa

from app.core.db import db
from app.core.records import Struct
from app.forum.models import Category, Post, Thread
from app.kb.models import ASKERS_PARTS, ArticleFix, ArticleSource, FixState, SourceChange


class ServedThread(Struct, frozen=True):
    """A thread that an article was built from, that is linked to it, or that names it (`marked_with` is the article it names)."""

    id: int
    audience: str
    marked_with: int | None
    is_served: bool


def list_served_threads(article_id: int) -> list[ServedThread]:
    """Return all threads that an article has to do with, and whether it serves them now; one statement.

    It serves those it was fixed for, and those whose words readers find in it: not while every answer it took from there is hidden
    and no curator has looked at that. One that it took but the question from is served.
    """
    fixes = sa.select(ArticleFix.thread_id).where(ArticleFix.article_id == article_id)
    sources = sa.select(ArticleSource.thread_id).where(ArticleSource.article_id == article_id)
    named = (sources, fixes, sa.select(Thread.id).where(Thread.article_id == article_id))
    shown = sources.where(ArticleSource.is_shown)
    helping = shown.where(ArticleSource.role.not_in(ASKERS_PARTS))
    is_gone = sa.and_(ArticleSource.change == SourceChange.HIDDEN, sa.or_(Post.hidden_at.is_not(None), Post.held_at.is_not(None)))
    standing = helping.join(Post, Post.id == ArticleSource.post_id).where(sa.not_(is_gone))
    is_served = sa.or_(
        Thread.id.in_(standing),
        sa.and_(Thread.id.in_(shown), Thread.id.not_in(helping)),
        Thread.id.in_(fixes.where(ArticleFix.state == FixState.DONE)),
    )
    statement = (
        sa.select(Thread.id, Category.audience, Thread.article_id, is_served)
        .join(Category, Category.id == Thread.category_id)
        .where(Thread.id.in_(sa.union(*named)))
        .order_by(Thread.id)
    )
    return [ServedThread(row[0], row[1], row[2], bool(row[3])) for row in db.session.execute(statement)]
