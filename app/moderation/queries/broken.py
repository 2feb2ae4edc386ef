"""Sources of articles that changed, went or are doubted since the article was built from them, for the inbox. Reads only."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import db, read
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Category, Post, PostRevision, Thread
from app.forum.queries.categories import reader_of
from app.kb.models import Article, ArticleSource, ArticleState
from app.moderation.policies import moderated_categories

EXCERPT = 800


class BrokenRow(Struct, frozen=True):
    """A changed source. `change`: a SourceChange; `revision`: what stands there now; the texts are those of then and now."""

    id: int
    article_id: int
    article_title: str
    post_id: int
    change: str
    changed_at: datetime
    revision: int
    text_then: str
    text_now: str
    author_id: int | None
    author_name: str
    author_path: str


def _broken(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ArticleSource.id, ArticleSource.article_id, Article.title, ArticleSource.post_id, ArticleSource.change,
            ArticleSource.changed_at, Post.revision, PostRevision.body_source.label("text_then"), Post.body_source.label("text_now"),
            Person.id.label("author_id"), Person.name, Person.display_name,
        )
        .join(Article, Article.id == ArticleSource.article_id)
        .join(Post, Post.id == ArticleSource.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(PostRevision, sa.and_(PostRevision.post_id == Post.id, PostRevision.number == ArticleSource.post_revision))
        .outerjoin(Person, Person.id == Post.author_id)
        .where(
            Article.source_changed_at.is_not(None), Article.state != ArticleState.ARCHIVED, Article.audience.in_(actor.audiences),
            ArticleSource.changed_at.is_not(None), ArticleSource.change != "", moderated_categories(actor),
        )
    )  # fmt: skip


def list_broken(actor: Actor, limit: int) -> list[BrokenRow]:
    """Return changed sources of articles that are in use, those first that changed longest ago; one statement."""
    order = (Article.source_changed_at, ArticleSource.id)
    return [_row(row) for row in db.session.execute(_broken(actor).order_by(*order).limit(limit))]


def find_broken(actor: Actor, source_id: int) -> BrokenRow | None:
    """Return one changed source, or None when somebody looked at it already."""
    row = db.session.execute(_broken(actor).where(ArticleSource.id == source_id)).first()
    return _row(row) if row else None


def count_broken(actor: Actor) -> int:
    """Return how many sources changed."""
    return read(_counting(reader_of(actor))).scalar() or 0


@lru_cache(maxsize=8)
def _counting(actor: Actor) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(_broken(actor).subquery())


def _row(row: sa.Row[*tuple[Any, ...]]) -> BrokenRow:
    return BrokenRow(
        id=row.id, article_id=row.article_id, article_title=row.title, post_id=row.post_id, change=row.change,
        changed_at=row.changed_at, revision=row.revision, text_then=shorten(row.text_then or "", EXCERPT),
        text_now=shorten(row.text_now, EXCERPT), author_id=row.author_id, author_name=row.display_name or "",
        author_path=person_path(row.name) if row.name else "",
    )  # fmt: skip
