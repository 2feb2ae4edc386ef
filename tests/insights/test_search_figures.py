"""Figures about search: counted in sessions that are over, the same on the page, in lists, files and the API; and the comparison."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.desk.models import DeskItem
from app.insights.measures import Figure, Unit
from app.insights.period import parse_period
from app.insights.queries.searching import LEAST_COMPARED, Comparison, compare, load_searching
from app.insights.routes.searching import SEARCH_TABLES
from app.insights.scope import Scope
from app.insights.search_metrics import SEARCHING
from app.insights.search_parts import say_points
from app.search.ledger.reading import LEAST_SESSIONS
from app.search.models import Ending
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_question, make_thread
from tests.insights.search_community import DAY, add_asking, add_session, make_searches

PATHS = ("/insights/search", "/insights/list/searches", "/insights/list/searches.csv", "/insights/search/figures.csv",
         "/api/v1/insights/search")  # fmt: skip


@pytest.fixture
def lead(browser: Browser) -> Browser:
    return browser.sign_in(make_person(role=Role.STAFF))


def scope_of(role: Role = Role.STAFF, period: str = "90d", tz: str = "UTC") -> Scope:
    from zoneinfo import ZoneInfo

    zone, moment = ZoneInfo(tz), now()
    return Scope(actor_of(make_person(role=role)), parse_period(period, moment=moment, zone=zone), moment)


def figures() -> dict[str, Figure]:
    return load_searching(scope_of()).figures


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("role", [Role.STAFF, Role.MODERATOR, Role.MEMBER])
def test_curators_alone_see_search_figures(browser: Browser, role: Role):
    browser.sign_in(make_person(role=role))
    for path in PATHS:
        browser.get(path, status=404 if role is Role.MEMBER else 200)


def test_only_sessions_that_are_over_count_and_in_their_period(app):
    make_searches()
    add_session(("old", 0, Ending.LEFT, 0, None), at=now() - 120 * DAY)
    found = load_searching(scope_of())
    counted = {key: figure.value for key, figure in found.figures.items() if figure.of is None}
    assert {key: counted[key] for key in ("searches", "searches_empty", "searches_opened", "search_sessions", "sessions_found")} == {
        "searches": 7, "searches_empty": 2, "searches_opened": 4, "search_sessions": 5, "sessions_found": 3,
    }  # fmt: skip
    assert [counted[f"opened_{rank}"] for rank in (1, 2, 4, 11, "unknown")] == [1, 1, 0, 1, 1]
    assert sum(counted[f"searches_{end}"] for end in Ending) == 7
    assert sum(counted[f"sessions_{end}"] for end in ("clicked", "solved", "asked", "left")) == 5
    assert (found.figures["zero_result_share"].hits, found.figures["zero_result_share"].of) == (2, 7)
    assert found.previous["searches"].value == 1
    assert sum(point.figures["searches"].n for point in found.series) == 7
    assert load_searching(scope_of(period="all")).figures["searches"].value == 8


def test_about_to_ask_asked_solved_and_escalated(app):
    question, talk, late = make_question(), make_thread(kind="discussion"), make_question()
    for thread in (question, late):
        item = db.session.get(DeskItem, thread.id)
        with unit_of_work():
            if item is None:
                item = DeskItem(thread_id=thread.id, due_at=now(), since=now())
                db.session.add(item)
            item.escalated_at, item.before_return = None, None
            if thread is late:
                item.before_return = {
                    "reason": "new",
                    "is_backlog": False,
                    "returned_at": None,
                    "escalated_at": now().isoformat(),
                }
            else:
                item.before_return = {"reason": "new", "is_backlog": False, "returned_at": None, "escalated_at": None}
    for thread in (question, talk, late):
        add_session(reached_ask=True, asked_thread_id=thread.id, ending=Ending.ASKED)
    add_session(reached_ask=True, ending=Ending.SOLVED)
    add_session(reached_ask=True)
    counted = figures()
    assert [counted[key].value for key in ("ask_sessions", "ask_asked", "ask_solved", "ask_escalated")] == [5, 2, 1, 1]
    assert counted["search_sessions"].value == counted["searches"].value == 0
    with unit_of_work():
        db.session.get(DeskItem, question.id).escalated_at = now()
    assert figures()["ask_escalated"].value == 2


def test_only_sessions_that_began_while_some_were_held_out_are_compared(app):
    question = make_question()
    add_asking(40, 10, thread_id=question.id)
    add_asking(30, 15, is_held_out=True, thread_id=question.id)
    add_asking(20, 20, hold_out=0, thread_id=question.id)
    found = load_searching(scope_of())
    row = found.comparisons[0]
    assert (row.shown.hits, row.shown.of, row.held_out.hits, row.held_out.of) == (10, 40, 15, 30)
    assert row.difference == pytest.approx(0.25) and row.low < 0.25 < row.high and row.is_sure
    assert found.shares == (5,) and found.figures["ask_sessions"].value == 90
    assert found.comparisons[1].difference == 0 and not found.comparisons[1].is_sure


def share(hits: int, of: int) -> Figure:
    return Figure(hits / of if of else None, 0, 1, hits, of, hits=hits)


@pytest.mark.parametrize(
    ("shown", "held_out", "is_told", "is_sure"),
    [
        ((100, 400), (20, LEAST_COMPARED), True, True),
        ((100, 400), (8, LEAST_COMPARED), True, False),
        ((100, 400), (20, LEAST_COMPARED - 1), False, False),
        ((20, LEAST_COMPARED - 1), (100, 400), False, False),
        ((0, 0), (0, 0), False, False),
    ],
)
def test_a_difference_is_told_only_when_both_sides_are_large_enough(shown, held_out, is_told, is_sure):
    row: Comparison = compare("ask_rate", {"shown_ask_rate": share(*shown), "held_out_ask_rate": share(*held_out)})
    assert (row.difference is not None, row.low is not None, row.is_sure) == (is_told, is_told, is_sure)


@pytest.mark.parametrize(
    ("difference", "said"), [(0.083, "+8 points"), (-0.031, "−3 points"), (0.012, "+1 point"), (0.001, "0 points")]
)
def test_differences_are_told_in_points(difference, said):
    assert say_points(difference).replace("\u00a0", " ") == said


def test_every_number_of_the_page_leads_to_as_many_rows(lead: Browser):
    make_searches()
    add_asking(3, 1, thread_id=make_question().id)
    lead.get("/insights/search?period=30d")
    links = {
        (a.get("href"), a.text_content().strip()) for a in lead.page.xpath("//main//a[starts-with(@href, '/insights/list/')]")
    }
    assert len(links) > 20 and "Not enough data." in lead.text()
    for href, text in links:
        metric = SEARCHING[urlsplit(href).path.rpartition("/")[2]]
        if text.isdigit() and metric.unit is Unit.COUNT:
            rows = read_csv(lead.client.get(href.replace("?", ".csv?")).text)
            assert len(rows) == int(text), href


@pytest.mark.parametrize("key", ["searches", "click_share", "search_sessions", "ask_asked"])
def test_figure_list_file_and_program_say_the_same(lead: Browser, key: str):
    make_searches()
    add_asking(3, 1, thread_id=make_question(title="Why is it dry?").id)
    body = lead.client.get(f"/api/v1/insights/{key}?category=").json
    rows = read_csv(lead.client.get(f"/insights/list/{key}.csv").text)
    lead.get(f"/insights/list/{key}")
    answered = body["searches"] + body["sessions"]
    assert body["figure"]["n"] == len(rows) == len(answered) == len(lead.page.xpath("//main//tbody/tr")) > 0
    assert [row["day"] for row in rows] == [row["day"] for row in answered]
    assert body["questions"] == body["articles"] == []


def test_words_are_shown_only_where_enough_sessions_used_them(lead: Browser):
    make_searches()
    lead.get("/insights/list/searches")
    shown = [cell.text_content() for cell in lead.page.xpath("//main//tbody/tr/td[1]")]
    assert shown.count("pump hums") == LEAST_SESSIONS and set(shown) == {"pump hums", "rare words"}
    assert "ada" not in lead.client.get("/insights/list/searches.csv").text
    for _ in range(LEAST_SESSIONS):
        add_session(("keys of the house", 9, Ending.LEFT, 0, None), audience="staff")
    assert "keys of the house" in lead.get("/insights/list/searches").text
    moderator = Browser(lead.client.application).sign_in(make_person(role=Role.MODERATOR))
    assert "keys of the house" not in moderator.get("/insights/list/searches").text


def test_a_question_that_one_may_not_read_is_counted_and_not_named(app):
    secret = make_question(title="Where is the key?", category=make_category(audience="staff"))
    add_asking(1, 1, thread_id=secret.id)
    for role, named in ((Role.STAFF, "Where is the key?"), (Role.MODERATOR, "")):
        (row,) = SEARCHING["ask_asked"].list_rows(scope_of(role)).items
        assert (row.question, bool(row.question_path), row.has_asked) == (named, bool(named), True)


def test_categories_do_not_narrow_figures_about_search(lead: Browser):
    make_searches()
    make_category(slug="looms", name="Looms")
    lead.get("/insights/list/searches?category=looms")
    assert (
        "7 searches made in the period. Looked at: searches, made in the last 90 days, in sessions that are over." in lead.text()
    )
    assert not lead.page.xpath("//main//a[contains(@href,'category=looms')]")


def test_the_page_says_so_when_nobody_searched_or_nothing_is_noted(lead: Browser, app, monkeypatch: pytest.MonkeyPatch):
    lead.get("/insights/search")
    assert "No searches in the last 90 days" in lead.text() and "Not enough data." in lead.text()
    assert "Nobody is held out today: 0 sessions a week" in lead.text()
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], search_ledger_days=0))
    assert "Searches are not noted here" in lead.get("/insights/search").text
    lead.get("/insights/search?period=soon", status=400)
    lead.get("/insights/search/nothing.csv", status=404)


def test_the_page_tells_the_difference_in_words(lead: Browser):
    question = make_question()
    add_asking(40, 4, thread_id=question.id)
    add_asking(30, 27, is_held_out=True, thread_id=question.id)
    lead.get("/insights/search")
    said = lead.text().replace("\u00a0", " ")
    assert "Asked a question: more often without suggestions, +80 points (with chance, +" in said
    assert "So suggestions help." in said and "4 · 10 %" in said and "27 · 90 %" in said
    assert "Had to be escalated: no difference that chance could not make" in said
    (row, _escalated) = read_csv(lead.client.get("/insights/search/comparison.csv").text)
    assert (row["with_suggestions"], row["of_sessions_without"], row["difference"]) == ("4", "30", "0.8")
    for table in SEARCH_TABLES:
        assert read_csv(lead.client.get(f"/insights/search/{table}.csv").text)


def test_the_page_explains_every_figure_and_costs_a_few_statements(lead: Browser):
    make_searches()
    lead.get("/insights/search")
    explained = " ".join(node.text_content() for node in lead.page.xpath("//details[contains(@class,'counted')]"))
    for metric in SEARCHING.values():
        assert metric.title in explained and metric.formula in explained and metric.source in explained, metric.key
    with assert_queries(13):
        lead.get("/insights/search")
