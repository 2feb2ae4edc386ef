"""What is like an article, found ahead: the page says what it would say without, and asks the search index no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs.models import Job
from app.kb.jobs import RELATE_JOB, relate_job
from app.kb.models import Article
from app.kb.queries import related
from app.kb.queries.related import find_read_next
from app.kb.services import relating
from app.kb.services.relating import GROWS_OLD_AFTER, relate_articles
from app.search.models import ReadNext
from app.search.sync import rebuild
from tests.factories import actor_of, make_article, make_person, make_question

TITLE = "Priming the pump that hums"


@pytest.fixture
def article(app: Flask) -> Article:
    """An article with three that are like it, of which the last one is for staff only, and a question."""
    article = make_article(TITLE, summary="The pump hums but gives no water.")
    for number, audience in enumerate(("public", "public", "staff")):
        make_article(f"The pump hums {number}", summary="It gives no water.", audience=audience)
    make_question(title="The pump hums and gives no water", text="What to do?")
    rebuild()
    return article


def named(article: Article, role: str = "") -> related.Related:
    """What the page names for a reader, with nothing remembered."""
    db.session.rollback()
    actor = actor_of(make_person(role=role)) if role else ANONYMOUS
    return find_read_next(actor, title=article.title, text=article.summary, article_id=article.id, least=2)


def test_pages_say_the_same_and_ask_the_index_no_more(article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [named(article), named(article, "staff")]
    assert [len(found.articles) for found in before] == [2, 3] and len(before[0].threads) == 1
    assert not relate_articles()

    def refuse(*_given: object) -> None:
        raise AssertionError("The index was asked.")

    monkeypatch.setattr(related, "most_similar", refuse)
    assert [named(article), named(article, "staff")] == before


def test_an_article_that_was_changed_since_asks_the_index_until_it_was_looked_up_again(article: Article) -> None:
    relate_articles()
    with unit_of_work():
        db.session.execute(sa.update(ReadNext).values(similar=""))
    assert not named(article).articles
    with unit_of_work():
        db.session.execute(sa.update(Article).where(Article.id == article.id).values(modified_at=now() + timedelta(seconds=1)))
    assert named(article).articles
    assert relating._list_wanted() == [article.id]


def test_what_is_old_is_looked_up_again(article: Article) -> None:
    relate_articles()
    assert relating._list_wanted() == []
    with unit_of_work():
        db.session.execute(
            sa.update(ReadNext).where(ReadNext.target_id == article.id).values(made_at=now() - 2 * GROWS_OLD_AFTER)
        )
        db.session.execute(sa.update(Article).values(modified_at=now() - 3 * GROWS_OLD_AFTER))
    assert relating._list_wanted() == [article.id]


def test_many_articles_are_looked_through_in_short_runs(article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relating, "BATCH", 3)
    monkeypatch.setattr(relating, "MOST_SECONDS", 0.0)
    next_run = sa.select(Job).where(Job.dedupe_key == f"{RELATE_JOB}:next")
    relate_job([])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadNext)) == 3
    assert db.session.scalar(next_run) is not None


def test_nothing_is_stored_without_an_index(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_article()
    monkeypatch.setattr("app.search.engines.whoosh.WhooshEngine.generation", lambda _self: "")
    assert not relate_articles()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadNext)) == 0
