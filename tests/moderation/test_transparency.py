"""The page that tells everybody how much is moderated: right counts, nobody to be recognised, nothing where it is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from app.core.clock import now
from app.core.uow import unit_of_work
from app.moderation.presenters import transparency
from app.moderation.presenters.transparency import (
    FAMILIES,
    FEWEST,
    count_everything,
    current_report,
    forget_report,
    last_months,
    shown,
)
from app.moderation.queries.transparency import count_decisions
from app.moderation.services.logging import write_log
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_category, make_person, make_thread

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def public(app: Flask) -> Iterator[None]:
    """The site publishes its figures."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, transparency="on")
    forget_report()
    yield
    app.extensions["settings"] = before
    forget_report()


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0"), (1, ""), (FEWEST - 1, ""), (FEWEST, str(FEWEST)), (12345, "12,345")]
)  # fmt: skip
def test_small_numbers_are_not_given(count: int, words: str):
    assert shown(count) == words


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [(date(2026, 11, 22), date(2025, 12, 1), date(2026, 11, 1)), (date(2026, 12, 31), date(2026, 1, 1), date(2026, 12, 1)),
     (date(2026, 1, 1), date(2025, 2, 1), date(2026, 1, 1))],
)  # fmt: skip
def test_the_last_twelve_months_end_with_the_running_one(today: date, first: date, last: date):
    months = last_months(today)
    assert (len(months), months[0], months[-1]) == (12, first, last)


def test_no_action_counts_twice():
    actions = [action for _, family in FAMILIES for action in family]
    assert len(actions) == len(set(actions))


def test_decisions_are_counted_by_month_of_the_site_without_staff_only_ones(app: Flask):
    person = make_person()
    secret = make_thread(category=make_category(audience="staff"))
    open_one = make_thread()
    for moment, about in (
        (datetime(2026, 9, 30, 21, 59, tzinfo=UTC), {"person_id": person.id}), (datetime(2026, 9, 30, 22, 1, tzinfo=UTC), {"person_id": person.id}),
        (datetime(2026, 11, 1, 12, tzinfo=UTC), {"thread_id": open_one.id}), (datetime(2026, 11, 2, 12, tzinfo=UTC), {"thread_id": secret.id}),
    ):  # fmt: skip
        with time_machine.travel(moment, tick=False), unit_of_work():
            write_log(None, "warn", "", **about)
    months = [
        datetime(2026, 8, 31, 22, tzinfo=UTC),
        datetime(2026, 9, 30, 22, tzinfo=UTC),
        datetime(2026, 10, 31, 23, tzinfo=UTC),
    ]
    assert count_decisions({"warn", "ban"}, months) == {("warn", 0): 1, ("warn", 1): 1, ("warn", 2): 1}


def test_the_page_shows_counts_and_neither_persons_nor_reasons(public, browser: Browser):
    person = make_person("recognisable")
    with unit_of_work():
        for _ in range(FEWEST):
            write_log(person.id, "ban", "a telling reason", person_id=person.id)
        write_log(person.id, "mute", "a telling reason", person_id=person.id)
    with assert_queries(3):
        page = browser.get("/transparency")
    assert "recognisable" not in page.text and "telling" not in page.text and "noindex" in page.text
    banned = browser.page.xpath("//tr[th='People banned']/td")
    assert [cell.text_content().strip() for cell in banned] == [str(FEWEST)] + ["0"] * 11
    assert "fewer than 5" in browser.page.xpath("//tr[th='People muted']/td[1]")[0].text_content()
    assert browser.page.xpath("//footer//a[@href='/transparency']")


def test_the_figures_are_counted_once_an_hour(public, app: Flask):
    with time_machine.travel(now(), tick=False) as traveller:
        first = current_report(UTC_ZONE)
        with assert_queries(0):
            assert current_report(UTC_ZONE) is first
        traveller.shift(transparency.KEPT_FOR + timedelta(seconds=1))
        assert current_report(UTC_ZONE) is not first


def test_an_empty_site_has_figures_too(app: Flask):
    report = count_everything(UTC_ZONE, now())
    assert {cell for row in (*report.decisions, *report.reports, *report.appeals) for cell in row.cells} == {"0"}


def test_where_it_is_switched_off_there_is_no_such_page(browser: Browser):
    browser.get("/transparency", status=404)
    assert "/transparency" not in browser.get("/").text
