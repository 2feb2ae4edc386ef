"""Knowledge bases of any shape over communities of any shape: articles, what they were built from, uses, words, views, decisions."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.kb.models import Article, ArticleFeedback, ArticleFix, ArticleReuse, ArticleSource, Candidate
from app.pageviews.models import PageviewDay
from tests.factories import make_article, make_person, make_section
from tests.insights.shapes import NOW, settle_community, some_shapes

STATES = ("published", "published", "published", "archived", "draft")
AUDIENCES = ("public", "public", "members", "staff")
CHANGES = ("", "", "", "edited", "withdrawn")
FIXES = ("open", "done", "refused")
CANDIDATES = ("proposed", "snoozed", "dismissed", "card", "promoted")


class _Chance(random.Random):
    def before(self, days: float = 300) -> datetime:
        """A moment of the last days."""
        return NOW - timedelta(days=self.uniform(0, days))

    def perhaps(self, moment: datetime, share: float = 0.5) -> datetime | None:
        return moment if self.random() < share else None


def settle_library(seed: int, questions: int = 60, articles: int = 16) -> None:
    """Write a community with its knowledge base into the empty database; the same seed writes the same."""
    settle_community(some_shapes(questions, seed))
    chance = _Chance(seed)
    shelf, keeper = make_section(), make_person()
    made = [
        make_article(f"Article {number}", section=shelf, state=chance.choice(STATES), audience=chance.choice(AUDIENCES))
        for number in range(articles)
    ]
    with unit_of_work():
        known = [db.session.get_one(Article, article.id) for article in made]
        threads = list(db.session.scalars(sa.select(Thread).order_by(Thread.id)))
        for article in known:
            _look_after(chance, article, keeper.id)
        _judge(chance, known)
        _connect(chance, known, threads)
        _decide(chance, known, threads)
        _read(chance, "thread", [thread.id for thread in threads])
        _read(chance, "article", [article.id for article in known])


def _look_after(chance: _Chance, article: Article, keeper_id: int) -> None:
    if article.published_revision is not None:
        article.published_at = chance.before(chance.choice((20, 60, 500)))
    article.verified_at = chance.perhaps(chance.before(600))
    article.next_review_at = chance.perhaps(NOW + timedelta(days=chance.uniform(-20, 20)), 0.4)
    article.review_every_days = chance.choice((None, None, 0, 90))
    article.needs_work_at, article.source_changed_at = chance.perhaps(NOW, 0.3), chance.perhaps(NOW, 0.3)
    article.owner_id = chance.choice((None, keeper_id))


def _judge(chance: _Chance, articles: list[Article]) -> None:
    for article in articles:
        for number in range(chance.choice((0, 0, 1, 3, 8))):
            said = {"is_helpful": chance.random() < 0.6, "created_at": chance.before()}
            db.session.add(ArticleFeedback(article_id=article.id, reader_key=f"reader {number}", **said))


def _connect(chance: _Chance, articles: list[Article], threads: list[Thread]) -> None:
    openings = {post.thread_id: post for post in db.session.scalars(sa.select(Post).where(Post.kind == "opening"))}
    for thread in threads:
        for article in chance.sample(articles, chance.choice((0, 0, 0, 0, 1, 2))):
            post = openings[thread.id]
            db.session.add(
                ArticleSource(
                    article_id=article.id, thread_id=thread.id, post_id=post.id, post_revision=1, post_hash=post.body_hash,
                    role="problem", change=chance.choice(CHANGES),
                )
            )  # fmt: skip
        for article in chance.sample(articles, chance.choice((0, 0, 0, 1))):
            db.session.add(ArticleFix(article_id=article.id, thread_id=thread.id, state=chance.choice(FIXES)))
    for post in db.session.scalars(sa.select(Post).where(Post.kind == "answer", Post.is_official)):
        for article in chance.sample(articles, chance.choice((0, 1, 2))):
            db.session.add(ArticleReuse(article_id=article.id, thread_id=post.thread_id, post_id=post.id))


def _decide(chance: _Chance, articles: list[Article], threads: list[Thread]) -> None:
    for thread in chance.sample(threads, len(threads) // 3):
        state = chance.choice(CANDIDATES)
        decided = min(NOW, thread.created_at + timedelta(days=chance.uniform(0, 40))) if state != "proposed" else None
        db.session.add(Candidate(thread_id=thread.id, score=10.0, parts=[], state=state, decided_at=decided))
    first_posts = dict(db.session.execute(sa.select(Post.thread_id, sa.func.max(Post.id)).group_by(Post.thread_id)).all())
    for thread in chance.sample(threads, len(threads) // 10):
        thread.card_post_id = first_posts[thread.id]


def _read(chance: _Chance, kind: str, ids: list[int]) -> None:
    for target_id in ids:
        for days in chance.sample((0, 1, 5, 28, 29, 30, 31, 60), chance.choice((0, 1, 2, 4))):
            day = (NOW - timedelta(days=days)).date()
            db.session.add(PageviewDay(kind=kind, target_id=target_id, day=day, views=chance.choice((1, 10, 14, 15, 16, 30))))
