"""Values for tests of the knowledge base: texts, places, facts, and threads that are worth an article."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.kb.models import Article, ArticleSource, Section, SourceRole
from app.kb.services.promoting import Chosen, promote_thread
from app.kb.services.publishing import publish
from app.kb.services.scoring import IssueEvidence
from app.kb.services.writing import ArticleText, Placement
from app.pageviews.models import PageviewDay
from app.pageviews.recent import derive_recent
from tests.factories import accept, make_answer, make_question, opening_of

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
LONG_AGO = datetime.fromisoformat("2026-01-05T10:00:00+00:00")


def text(
    title: str = "How to prime the pump", source: str = "## Solution\n\nFill it with water first.", **values: Any
) -> ArticleText:
    return ArticleText(title, render_markdown(source, top_level=2), **values)


def place(section_id: int, audience: str = "public", slug: str = "") -> Placement:
    return Placement(section_id, audience, slug)


def facts(**values: Any) -> IssueEvidence:
    """Evidence about a thread that nothing speaks against."""
    given = {
        "thread_id": 1, "kind": "question", "audience": "public", "status": "solved", "created_at": LONG_AGO, "views_30d": 100,
        "answer_count": 2, "accepted_count": 1, "votes": 8, "best_answer_score": 5, **values,
    }  # fmt: skip
    return IssueEvidence(**given)


def add_views(thread: Thread, views: int, kind: str = "thread", days_ago: int = 1) -> None:
    with unit_of_work():
        db.session.add(PageviewDay(kind=kind, target_id=thread.id, day=now().date() - timedelta(days=days_ago), views=views))
        db.session.flush()
        derive_recent([(kind, thread.id)])


def make_solved(title: str = "Why does the pump hum?", views: int = 200, **values: Any) -> tuple[Thread, Post]:
    """A question of last month with an accepted answer that has votes, and readers."""
    thread = make_question(title=title, created_at=now() - timedelta(days=30), **values)
    answer = make_answer(thread, text="Clean the intake filter, then prime the pump.", score=7)
    accept(answer)
    add_views(thread, views)
    return thread, answer


def change(entity: Any, **values: Any) -> None:
    """Set columns of a row."""
    with unit_of_work():
        row = db.session.get_one(type(entity), entity.id)
        for name, value in values.items():
            setattr(row, name, value)


def promote(
    actor: Actor, thread: Thread, answers: list[Post], section_id: int, audience: str = "public", **values: Any
) -> Article:
    """Build a draft from the question and some answers, as the page does."""
    posts = [(opening_of(thread), SourceRole.PROBLEM), *((answer, SourceRole.SOLUTION) for answer in answers)]
    chosen = [Chosen(post.id, post.revision, role) for post, role in posts]
    draft = text(
        values.pop("title", thread.title),
        "\n\n".join(["## Problem", posts[0][0].body_source, "## Solution", *(p.body_source for p in answers)]),
    )
    with unit_of_work():
        return promote_thread(actor, thread_id=thread.id, chosen=chosen, place=place(section_id, audience), text=draft)


def promote_and_publish(actor: Actor, thread: Thread, answers: list[Post], section_id: int, **values: Any) -> Article:
    article = promote(actor, thread, answers, section_id, **values)
    with unit_of_work():
        return publish(actor, article_id=article.id)


def fresh(entity: Any) -> Any:
    """The row as the database has it now."""
    db.session.rollback()
    return db.session.get_one(type(entity), entity.id, populate_existing=True)


def path_of(article: Article) -> str:
    """Where the article is read, from the database."""
    statement = (
        sa.select(Section.slug, Article.slug).join(Section, Section.id == Article.section_id).where(Article.id == article.id)
    )
    section, slug = db.session.execute(statement).one()
    return f"/kb/{section}/{slug}"


def source_of(article: Article, post: Post) -> ArticleSource:
    db.session.rollback()
    statement = sa.select(ArticleSource).where(ArticleSource.article_id == article.id, ArticleSource.post_id == post.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()
