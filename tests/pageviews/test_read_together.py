"""What people read in one visit: counted without saying who, shown from a bound on, never what the reader may not see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import Audience
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.pageviews import visits
from app.pageviews.buffers import MemoryBuffer, RedisBuffer, ViewBuffer
from app.pageviews.jobs import forget_job
from app.pageviews.models import PageviewTotal, ReadTogether
from app.pageviews.queries import oldest_week, read_with
from app.pageviews.recorder import flush
from app.pageviews.visits import Visits, week_of
from tests.client import Browser
from tests.factories import make_article, make_category, make_person, make_question, make_section

MONDAY = date(2026, 6, 29)
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def read_all(buffer: ViewBuffer, visitor: str, *pages: tuple[str, int], day: date = MONDAY) -> None:
    for kind, target_id in pages:
        buffer.add(visitor, (kind, target_id, day))


def keep(one: tuple[str, int], other: tuple[str, int], count: int, week: date | None = None) -> None:
    """Store that two pages were read together in so many visits."""
    with unit_of_work():
        for (kind, target_id), (other_kind, other_id) in ((one, other), (other, one)):
            db.session.add(
                ReadTogether(
                    kind=kind, target_id=target_id, other_kind=other_kind, other_id=other_id, visits=count,
                    week=week or week_of(now().date()),
                )
            )  # fmt: skip


@pytest.mark.parametrize("day", [MONDAY, MONDAY + timedelta(days=6)])
def test_pages_of_one_visit_go_together_whatever_their_order(day: date):
    buffer = MemoryBuffer()
    read_all(buffer, "ada", ("thread", 1), ("article", 2), day=day)
    read_all(buffer, "ben", ("article", 2), ("thread", 1), ("thread", 1), day=day)
    read_all(buffer, "cleo", ("thread", 1), day=day)
    assert buffer.take_pairs() == {(MONDAY, ("article", 2), ("thread", 1)): 2}
    assert buffer.take_pairs() == {}


def test_a_page_goes_together_with_the_last_five_and_a_visit_ends_counting_after_twenty():
    following = Visits()
    for number in range(30):
        following.follow("ada", ("thread", number), MONDAY)
    pairs = following.take()
    assert sum(pairs.values()) == 0 + 1 + 2 + 3 + 4 + 15 * 5
    assert (MONDAY, ("thread", 3), ("thread", 8)) in pairs and (MONDAY, ("thread", 2), ("thread", 8)) not in pairs
    assert max(other for _, _, (_, other) in pairs) == 19


def test_half_an_hour_without_reading_begins_another_visit(monkeypatch: pytest.MonkeyPatch):
    moment = [1_000.0]
    monkeypatch.setattr(visits.time, "monotonic", lambda: moment[0])
    following = Visits()
    following.follow("ada", ("thread", 1), MONDAY)
    moment[0] += visits.VISIT_SECONDS - 1
    following.follow("ada", ("thread", 2), MONDAY)
    moment[0] += visits.VISIT_SECONDS
    following.follow("ada", ("thread", 3), MONDAY)
    assert following.take() == {(MONDAY, ("thread", 1), ("thread", 2)): 1}


def test_visits_that_are_remembered_are_limited(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visits, "MAX_VISITS", 2)
    following = Visits()
    for visitor in ("ada", "ben", "cleo", "dora", "ada"):
        following.follow(visitor, ("thread", ord(visitor[0])), MONDAY)
        following.follow(visitor, ("thread", 1), MONDAY)
    assert len(following._visits) <= 3


def test_processes_that_share_redis_follow_one_visit_together(redis_url: str):
    one, two = RedisBuffer(redis_url), RedisBuffer(redis_url)
    one.take_pairs()
    read_all(one, "visitor-r", ("thread", 901))
    read_all(two, "visitor-r", ("article", 902), ("thread", 901))
    assert one.take_pairs() == {(MONDAY, ("article", 902), ("thread", 901)): 1}
    assert two.take_pairs() == {}
    assert len(one.take()) == 2


def test_counts_are_written_both_ways_and_add_up(app: Flask):
    for visitor in ("ada", "ben"):
        read_all(app.extensions["pageviews"], visitor, ("thread", 1), ("thread", 2), day=now().date())
        flush()
    rows = db.session.execute(sa.select(ReadTogether.target_id, ReadTogether.other_id, ReadTogether.visits)).all()
    assert sorted(map(tuple, rows)) == [(1, 2, 2), (2, 1, 2)]
    assert set(ReadTogether.__table__.columns.keys()) == {"kind", "target_id", "week", "other_kind", "other_id", "visits"}


def test_what_everybody_reads_anyway_comes_later_and_rare_pairs_not_at_all(app: Flask):
    keep(("thread", 1), ("thread", 2), 6)
    keep(("thread", 1), ("thread", 3), 8)
    keep(("thread", 1), ("article", 4), 2)
    with unit_of_work():
        db.session.add(PageviewTotal(kind="thread", target_id=2, views=1_010, imported_views=1_000))
        db.session.add(PageviewTotal(kind="thread", target_id=3, views=900, imported_views=0))
    assert read_with("thread", 1, 5) == [("thread", 2), ("thread", 3)]
    assert read_with("article", 4, 2) == [("thread", 1)]


def test_old_weeks_count_no_more_and_are_deleted(app: Flask):
    old, kept = oldest_week() - timedelta(weeks=1), oldest_week()
    keep(("thread", 1), ("thread", 2), 9, week=old)
    keep(("thread", 1), ("thread", 3), 9, week=kept)
    assert read_with("thread", 1, 5) == [("thread", 3)]
    forget_job([{}])
    assert set(db.session.scalars(sa.select(ReadTogether.week))) == {kept}


def test_a_thread_and_an_article_name_each_other_once_enough_people_read_both(browser: Browser):
    thread, article = make_question(title="The vent sticks"), make_article("Oil the vent", section=make_section("vents"))
    keep(("thread", thread.id), ("article", article.id), 4)
    browser.get(thread.path)
    assert "People also read" not in browser.text()
    keep(("thread", thread.id), ("article", article.id), 1, week=oldest_week())
    browser.get(thread.path)
    assert "People also read" in browser.text() and "Oil the vent" in browser.text()
    browser.get(f"/kb/vents/{article.slug}")
    assert "People also read" in browser.text() and "The vent sticks" in browser.text()


def test_the_article_that_the_thread_names_above_is_not_named_again(browser: Browser):
    thread, article = make_question(title="The vent sticks"), make_article("Oil the vent", section=make_section("vents"))
    keep(("thread", thread.id), ("article", article.id), 5)
    thread.article_path, thread.article_title = f"/kb/vents/{article.slug}", article.title
    db.session.commit()
    browser.get(thread.path)
    assert browser.text().count("Oil the vent") == 1 and "kept up to date" in browser.text()


def test_nobody_is_told_of_pages_they_may_not_read(browser: Browser):
    thread = make_question(title="The vent sticks")
    inner = make_question(title="Canary of the staff room", category=make_category(audience=Audience.STAFF))
    article = make_article("Canary of the manual", audience=Audience.STAFF)
    keep(("thread", thread.id), ("thread", inner.id), 50)
    keep(("thread", thread.id), ("article", article.id), 50)
    browser.get(thread.path)
    assert "Canary" not in browser.text() and "People also read" not in browser.text()
    browser.sign_in(make_person(role="staff")).get(thread.path)
    assert "Canary of the staff room" in browser.text() and "Canary of the manual" in browser.text()


def test_reading_two_pages_is_noticed_on_the_site_and_by_programs_not(browser: Browser, app: Flask):
    one, other = make_question(), make_question()
    for page in (one, other):
        browser.get(page.path, headers=FIREFOX)
        browser.get(page.path, headers={"User-Agent": "Googlebot/2.1"})
    assert list(app.extensions["pageviews"].take_pairs().values()) == [1]
