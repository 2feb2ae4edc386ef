"""In which answers an article was used: for the people who look after it."""

from datetime import datetime

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.core.records import Struct
from app.forum.models import Category, Post, Thread
from app.forum.policies import listed_threads
from app.forum.urls import post_path
from app.kb.models import ArticleReuse

SHOWN = 10


class ReuseRow(Struct, frozen=True):
    """One answer that leads to the article."""

    title: str
    path: str
    created_at: datetime


class Reuse(Struct, frozen=True):
    """How many listed official answers lead to an article, and the newest of them."""

    count: int = 0
    newest: tuple[ReuseRow, ...] = ()


def reuse_of(actor: Actor, article_id: int) -> Reuse:
    """Return where an article was used, as far as the actor may read it; one statement."""
    statement = (
        sa.select(Thread.title, Post.id, Post.created_at, sa.func.count().over().label("total"))
        .select_from(ArticleReuse)
        .join(Post, Post.id == ArticleReuse.post_id)
        .join(Thread, Thread.id == ArticleReuse.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(ArticleReuse.article_id == article_id, Post.hidden_at.is_(None), Post.held_at.is_(None), listed_threads(actor))
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(SHOWN)
    )
    rows = read(statement).all()
    if not rows:
        return Reuse()
    return Reuse(rows[0].total, tuple(ReuseRow(row.title, post_path(row.id), row.created_at) for row in rows))
