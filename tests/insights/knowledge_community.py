"""A small community in which every knowledge figure has something to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category, Post, Thread
from app.kb.models import Article, ArticleFeedback, ArticleReuse, ArticleSource, Candidate
from app.pageviews.models import PageviewDay
from tests.factories import make_answer, make_article, make_category, make_person, make_question, make_section, opening_of

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Library:
    """Who and what there is."""

    lead: Person
    staff: Person
    pumps: Category
    looms: Category
    old: Article
    fresh: Article
    secret: Article
    used: Thread
    added: Thread
    gap: Thread


def publish_at(article: Article, at: datetime, **values: object) -> None:
    """Move the first publication (and the last confirmation, unless given) of an article."""
    with unit_of_work():
        found = {"published_at": at, "verified_at": at, **values}
        db.session.execute(sa.update(Article).where(Article.id == article.id).values(**found))


def solve(thread: Thread, at: datetime) -> None:
    """Make the question a solved one since `at`."""
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(status="solved", solved_at=at))


def lead_to(thread: Thread, by: Person, *articles: Article, at: datetime | None = None) -> Post:
    """An official answer that leads to the articles."""
    post = make_answer(thread, by, created_at=at or thread.created_at + timedelta(hours=2), is_official=True)
    with unit_of_work():
        for article in articles:
            db.session.add(ArticleReuse(article_id=article.id, thread_id=thread.id, post_id=post.id, person_id=by.id))
    return post


def build_from(article: Article, thread: Thread, change: str = "") -> None:
    """Make the question a source of the article."""
    post = opening_of(thread)
    with unit_of_work():
        db.session.add(
            ArticleSource(
                article_id=article.id, thread_id=thread.id, post_id=post.id, post_revision=1, post_hash=post.body_hash,
                author_id=post.author_id, role="problem", change=change,
            )
        )  # fmt: skip


def say(article: Article, yes: int, no: int, at: datetime | None = None) -> None:
    """Let readers judge the article."""
    with unit_of_work():
        for number in range(yes + no):
            key = f"{article.id}-{number}-{at}"
            db.session.add(
                ArticleFeedback(article_id=article.id, reader_key=key[:64], is_helpful=number < yes, created_at=at or now())
            )


def read_often(kind: str, target_id: int, views: int, days_ago: int = 1) -> None:
    with unit_of_work():
        day = (now() - days_ago * DAY).date()
        db.session.add(PageviewDay(kind=kind, target_id=target_id, day=day, views=views))


def duplicate(thread: Thread, of: Thread) -> None:
    with unit_of_work():
        values = {"duplicate_of_id": of.id, "status": "closed", "closed_at": now()}
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(**values))


def propose(thread: Thread, state: str = "proposed", decided_at: datetime | None = None) -> None:
    with unit_of_work():
        db.session.add(Candidate(thread_id=thread.id, score=30.0, parts=[], state=state, decided_at=decided_at))


def make_library() -> Library:
    """Write it: ten questions in two categories, three articles, uses, sources, words and views."""
    lead, staff, mia = make_person("lead", "staff"), make_person("stella", "staff"), make_person("mia")
    pumps, looms = make_category("pumps", name="Pumps"), make_category("looms", name="Looms")
    shelf = make_section("guides", title="Guides")
    old = make_article("Prime the pump", section=shelf, owner=staff)
    fresh, secret = (
        make_article("Oil the loom", section=shelf),
        make_article("Keys of the house", section=shelf, audience="staff"),
    )
    publish_at(old, now() - 500 * DAY, verified_at=now() - 400 * DAY)
    publish_at(fresh, now() - 20 * DAY, source_changed_at=now())
    publish_at(secret, now() - 120 * DAY)

    def ask(title: str, age: int, category: Category, solved: int | None = None) -> Thread:
        thread = make_question(title=title, category=category, author=mia, created_at=now() - age * DAY, tags=("noise",))
        if solved is not None:
            solve(thread, now() - solved * DAY)
        return thread

    used, twice = ask("Why does the pump hum?", 40, pumps, 39), ask("Why is the pump dry?", 30, pumps, 28)
    lead_to(used, staff, old)
    lead_to(twice, staff, old, secret)
    fixed, added = ask("Can I prime it with oil?", 25, pumps, 20), ask("Which oil for the loom?", 60, looms, 50)
    build_from(old, fixed, change="edited")
    build_from(fresh, added)
    lead_to(ask("Is the loom thirsty?", 10, looms), staff, fresh, at=now() - 9 * DAY)
    gap = ask("Why is the loom slow?", 70, looms, 60)
    propose(gap)
    propose(ask("Who made this loom?", 50, looms), "dismissed", now() - 45 * DAY)
    duplicate(ask("Slow loom, why?", 5, looms), gap)
    duplicate(ask("The loom was slow first", 80, looms), gap)
    ask("A question nobody solved", 2, pumps)
    read_often("thread", gap.id, 31)
    read_often("thread", used.id, 99)
    read_often("thread", fixed.id, 29)
    read_often("article", old.id, 12)
    say(old, 8, 2)
    say(fresh, 1, 1)
    say(old, 1, 3, now() - 120 * DAY)
    return Library(lead, staff, pumps, looms, old, fresh, secret, used, added, gap)
