"""What to read after a thread, found ahead: the page says what it would say without, and asks the search index no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.queries import related
from app.forum.services import relating
from app.forum.services.editing import edit_post
from app.forum.services.relating import GROWS_OLD_AFTER, RELATE_JOB, make_relate_handler, relate_threads
from app.jobs.models import Job
from app.pageviews.models import PageviewDay
from app.search.models import ReadNext
from app.search.sync import rebuild
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_question, opening_of
from tests.forum.services.acting import do, text

TITLES = ("Pump hums but gives no water", "The pump hums and gives water slowly", "Water pump hums at night")


@pytest.fixture
def threads(app: Flask) -> list[Thread]:
    """Three questions about the same, of which the last one is for staff only."""
    inner = make_category("inner", audience="staff")
    return [
        make_question(title=title, text="The pump hums but no water comes.", **({"category": inner} if number == 2 else {}))
        for number, title in enumerate(TITLES)
    ]


def relate() -> int:
    rebuild()
    return relate_threads(2)


def names(browser: Browser, thread: Thread) -> set[str]:
    """Titles among TITLES that the page of a thread names beside it."""
    page = browser.get(thread.path).text.partition('<aside class="page-aside')[2]
    return {title for title in TITLES if title in page}


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object) -> None:
        raise AssertionError("The index was asked.")

    monkeypatch.setattr(related, "similar_hits", refuse)


def test_pages_say_the_same_and_ask_the_index_no_more(app: Flask, threads: list[Thread], monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, worker = Browser(app), Browser(app).sign_in(make_person(role="staff"))
    rebuild()
    asked = [names(visitor, threads[0]), names(worker, threads[0])]
    assert asked == [{TITLES[1]}, {TITLES[1], TITLES[2]}]
    assert relate_threads(2) == 3
    forbid(monkeypatch)
    assert [names(visitor, threads[0]), names(worker, threads[0])] == asked


def test_what_was_hidden_since_is_not_named(app: Flask, threads: list[Thread]) -> None:
    relate()
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == threads[1].id).values(hidden_at=now()))
    assert names(Browser(app), threads[0]) == set()


def test_after_a_question_was_edited_the_index_is_asked_until_it_was_looked_up_again(app: Flask, threads: list[Thread]) -> None:
    relate()
    author = make_person(role="moderator")
    do(edit_post, actor_of(author), post_id=opening_of(threads[0]).id, body=text("Which visa?"), title="Norway visa", reason="x")
    rebuild()
    assert names(Browser(app), threads[0]) == set()


def test_what_is_known_is_looked_up_again_only_when_it_is_old_and_somebody_reads(app: Flask, threads: list[Thread]) -> None:
    assert (relate(), relate()) == (3, 0)
    first = threads[0].id
    with unit_of_work():
        db.session.execute(sa.update(ReadNext).values(made_at=now() - 2 * GROWS_OLD_AFTER))
        db.session.add(PageviewDay(kind="thread", target_id=first, day=now().date() - timedelta(days=1), views=1))
        db.session.add(PageviewDay(kind="thread", target_id=threads[1].id, day=now().date() - timedelta(days=9), views=1))
    assert relate() == 1
    assert db.session.get_one(ReadNext, ("thread", first)).made_at > now() - GROWS_OLD_AFTER


def test_a_large_site_is_looked_through_in_short_runs(
    app: Flask, threads: list[Thread], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild()
    monkeypatch.setattr(relating, "BATCH", 1)
    monkeypatch.setattr(relating, "MOST_SECONDS", 0.0)
    handle, next_run = make_relate_handler(settings), sa.select(Job).where(Job.dedupe_key == f"{RELATE_JOB}:next")
    for found, is_more in ((1, True), (2, True), (3, True), (3, False)):
        with unit_of_work():
            db.session.execute(sa.delete(Job).where(Job.kind == RELATE_JOB))
        handle([])
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadNext)) == found
        assert (db.session.scalar(next_run) is not None) == is_more


def test_nothing_is_stored_without_an_index(app: Flask, threads: list[Thread], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.engines.whoosh.WhooshEngine.generation", lambda _self: "")
    assert relate_threads(2) == 0
