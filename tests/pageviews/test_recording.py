"""Views are human, deduplicated, bot-free and cheap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.pageviews import recorder
from app.pageviews.buffers import MemoryBuffer, RedisBuffer
from app.pageviews.importing import import_views, spread_views
from app.pageviews.models import PageviewDay, PageviewRecent, ReadTogether
from app.pageviews.queries import recent_views, total_views
from app.pageviews.recorder import flush, record
from app.web.bots import is_bot
from app.web.context import set_actor
from tests.factories import actor_of, make_person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def view(
    app: Flask,
    agent: str = FIREFOX,
    address: str = "203.0.113.5",
    person=None,
    method: str = "GET",
    author_id=None,
    target_id: int = 7,
    **headers: str,
) -> bool:
    with app.test_request_context(
        "/", method=method, headers={"User-Agent": agent, **headers}, environ_base={"REMOTE_ADDR": address}
    ):
        if person is not None:
            set_actor(actor_of(person))
        return record("thread", target_id, author_id)


@pytest.fixture(autouse=True)
def fresh_buffer(app: Flask):
    app.extensions["pageviews"] = MemoryBuffer()


def test_a_reader_counts_once_and_another_reader_counts_too(app: Flask):
    assert view(app) and not view(app)
    assert view(app, address="203.0.113.6")
    assert flush() == 1
    assert recent_views("thread", [7]) == {7: 2} == total_views("thread", [7])
    assert db.session.get_one(PageviewRecent, ("thread", 7)).views == 2


def test_flushing_twice_adds_up_and_nothing_to_flush_writes_nothing(app: Flask):
    view(app)
    flush()
    view(app, address="203.0.113.9")
    flush()
    assert flush() == 0
    assert total_views("thread", [7]) == {7: 2}


@pytest.mark.parametrize("buffer", ["memory", "redis"])
def test_what_cannot_be_written_is_written_later(app: Flask, monkeypatch: pytest.MonkeyPatch, redis_url: str, buffer: str):
    app.extensions["pageviews"] = MemoryBuffer() if buffer == "memory" else RedisBuffer(redis_url)

    def refuse(*_given: object) -> None:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    view(app)
    view(app, target_id=8)
    with monkeypatch.context() as away, pytest.raises(OperationalError):
        away.setattr(recorder, "derive_recent", refuse)
        flush()
    view(app, address="203.0.113.9")
    assert flush() == 2
    assert total_views("thread", [7, 8]) == {7: 2, 8: 1}
    assert db.session.scalars(sa.select(ReadTogether.visits)).all() == [1, 1]


@pytest.mark.parametrize(
    "agent",
    ["", "Googlebot/2.1 (+http://www.google.com/bot.html)", "Mozilla/5.0 (compatible; bingbot/2.0)", "curl/8.5.0", "python-requests/2.32",
     "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0", "Mozilla/5.0 AppleWebKit (compatible; GPTBot/1.2)"],
)  # fmt: skip
def test_programs_do_not_count(app: Flask, agent: str):
    assert is_bot(agent)
    assert not view(app, agent=agent)


def test_people_are_not_taken_for_programs():
    assert not is_bot(FIREFOX)
    assert not is_bot(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
    )


def test_authors_prefetches_and_head_requests_do_not_count(app: Flask):
    author = make_person()
    assert not view(app, person=author, author_id=author.id)
    assert not view(app, **{"Sec-Purpose": "prefetch;prerender"})
    assert not view(app, method="HEAD")
    assert flush() == 0


def test_the_address_is_stored_nowhere(app: Flask):
    view(app)
    flush()
    row = db.session.execute(sa.select(PageviewDay.__table__)).one()
    assert set(row._mapping) == {"kind", "target_id", "day", "views"}


def test_nothing_that_waits_names_a_member(app: Flask):
    assert view(app, person=make_person("ada")) and not view(app, agent="Mozilla/5.0 other", person=db.session.get(Person, 1))
    waiting = repr(vars(app.extensions["pageviews"])) + repr(vars(app.extensions["pageviews"]._visits))
    assert "person" not in waiting and "ada" not in waiting


@pytest.mark.parametrize(("lifetime", "age"), [(0, 400), (12, 400), (3_650, 365), (90_000, 1_000), (5, 2)])
def test_imported_views_are_the_monthly_average_over_the_age(lifetime: int, age: int):
    today = date(2026, 6, 30)
    created = datetime(2026, 6, 30, tzinfo=UTC) - timedelta(days=age)
    month = sum(n for day, n in spread_views(lifetime, created, today).items() if day > today - timedelta(days=30))
    expected = lifetime / age * min(30, age)
    assert abs(month - expected) <= max(1, expected * 0.04)


def test_an_import_written_twice_counts_once(app: Flask):
    created = now() - timedelta(days=300)
    for _ in range(2):
        with unit_of_work():
            import_views("thread", [(7, 3_000, created)])
    assert total_views("thread", [7]) == {7: 3_000}
    assert 285 <= recent_views("thread", [7])[7] <= 315


def test_the_average_of_ninety_days_is_three_times_that_of_thirty(app: Flask):
    with unit_of_work():
        import_views("thread", [(7, 3_000, now() - timedelta(days=300))])
    month, quarter = recent_views("thread", [7])[7], recent_views("thread", [7], days=90)[7]
    assert 2.8 * month <= quarter <= 3.2 * month


def test_redis_counts_for_all_processes(redis_url: str):
    one, two = RedisBuffer(redis_url), RedisBuffer(redis_url)
    target = ("thread", 7, date(2026, 6, 30))
    assert one.add("v1", target) and not two.add("v1", target) and two.add("v2", target)
    assert one.take() == {target: 2}
    assert two.take() == {}
