"""Threads linked to articles that should be improved for them: for curators, and for the marks on threads."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Category, Thread
from app.forum.policies import visible_threads
from app.forum.urls import thread_path
from app.kb.models import Article, ArticleFix, FixState, Section
from app.kb.policies import visible_articles
from app.kb.urls import article_path

MOST_FIXES = 100


class FixRow(Struct, frozen=True):
    """A linked thread as the curators of the article see it."""

    id: int
    thread_id: int
    title: str
    path: str
    status: str
    note: str
    state: str
    created_by: str
    created_at: datetime
    settled_at: datetime | None


class LinkedArticle(Struct, frozen=True):
    """An article that a thread is linked to."""

    id: int
    title: str
    path: str
    note: str
    state: str


def list_fixes(actor: Actor, article_id: int) -> list[FixRow]:
    """Return the threads linked to an article that the actor may see: open ones first, then the latest."""
    statement = (
        sa.select(ArticleFix, Thread.title, Thread.kind, Thread.slug, Thread.status, Person.display_name, Person.name)
        .join(Thread, Thread.id == ArticleFix.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(Person, Person.id == ArticleFix.created_by_id)
        .where(ArticleFix.article_id == article_id, visible_threads(actor))
        .order_by(ArticleFix.state != FixState.OPEN, ArticleFix.id.desc())
        .limit(MOST_FIXES)
    )
    return [
        FixRow(
            id=fix.id, thread_id=fix.thread_id, title=title, path=thread_path(kind, fix.thread_id, slug), status=status,
            note=fix.note, state=fix.state, created_by=display_name or name or "", created_at=fix.created_at,
            settled_at=fix.settled_at,
        )
        for fix, title, kind, slug, status, display_name, name in db.session.execute(statement)
    ]  # fmt: skip


def count_open_fixes(actor: Actor, article_id: int) -> int:
    """Return how many threads that the actor may see wait for an article to be improved."""
    statement = (
        sa.select(sa.func.count())
        .select_from(ArticleFix)
        .join(Thread, Thread.id == ArticleFix.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(ArticleFix.article_id == article_id, ArticleFix.state == FixState.OPEN, visible_threads(actor))
    )
    return db.session.scalar(statement) or 0


def list_articles_linked_to(actor: Actor, thread_id: int) -> list[LinkedArticle]:
    """Return the articles that a thread is linked to and that the actor may see."""
    statement = (
        sa.select(Article.id, Article.title, Article.slug, Section.slug.label("section"), ArticleFix.note, ArticleFix.state)
        .join(Article, Article.id == ArticleFix.article_id)
        .join(Section, Section.id == Article.section_id)
        .where(ArticleFix.thread_id == thread_id, visible_articles(actor))
        .order_by(ArticleFix.id)
    )
    rows = db.session.execute(statement)
    return [LinkedArticle(row.id, row.title, article_path(row.section, row.slug), row.note, row.state) for row in rows]
