"""Before you ask: the usual time to a first answer in each category, and how the ask page says it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category, Thread
from app.forum.queries.waiting import LEAST_QUESTIONS, WAITING_WINDOW, derive_usual_minutes
from app.forum.services.expecting import refresh_usual_waits, waiting_job
from app.web.filters import span, within
from tests.asserts import assert_queries, count_queries
from tests.factories import make_category, make_person, make_question

pytestmark = pytest.mark.usefixtures("app")


def ask(category: Category, hours: float | None, age: timedelta = timedelta(days=20), **values: object) -> Thread:
    """A question of that age whose first answer came after so many hours, or never."""
    asked = now() - age
    answered = None if hours is None else asked + timedelta(hours=hours)
    return make_question(category=category, created_at=asked, first_answer_at=answered, **values)


def minutes_of(category: Category, moment: datetime | None = None) -> int | None:
    return derive_usual_minutes(moment or now()).get(category.id)


def test_the_median_wait_is_kept_with_the_category():
    printers, looms = make_category(name="Printers"), make_category(name="Looms")
    for hours in (1, 2, 3, 40, 50):
        ask(printers, hours)
    for hours in (30, 30, 30, 30, 30, 31):
        ask(looms, hours)
    assert refresh_usual_waits() == 2
    assert [db.session.get_one(Category, c.id).usual_answer_minutes for c in (printers, looms)] == [180, 1800]
    assert refresh_usual_waits() == 0, "nothing changed since"


def test_questions_that_still_wait_count_against_it():
    """Of the answered alone the median would be two hours; with the waiting ones it is where half are answered."""
    category = make_category()
    for hours in (1, 2, 3):
        ask(category, hours)
    for _ in range(2):
        ask(category, None)
    assert minutes_of(category) == 180


def test_when_most_are_never_answered_nothing_is_promised():
    category = make_category()
    for hours in (1, None, None, None, None):
        ask(category, hours)
    assert minutes_of(category) is None


def test_a_young_open_question_says_little_an_old_one_much():
    """Censored questions leave the count when they were asked: those of a minute ago say nothing about the second hour."""
    category = make_category()
    for hours in (2, 2, 2):
        ask(category, hours)
    for _ in range(3):
        ask(category, None, age=timedelta(minutes=1))
    assert minutes_of(category) == 120


def test_a_closed_question_stops_waiting_when_it_was_closed():
    category = make_category()
    for hours in (5, 5, 5):
        ask(category, hours)
    for _ in range(4):
        ask(category, None, closed_at=now() - timedelta(days=20) + timedelta(hours=1))
    assert minutes_of(category) == 300


def test_too_few_questions_say_nothing():
    category = make_category()
    for _ in range(LEAST_QUESTIONS - 1):
        ask(category, 1)
    assert minutes_of(category) is None
    ask(category, 1)
    assert minutes_of(category) == 60


def test_discussions_duplicates_and_what_nobody_sees_do_not_count():
    category = make_category()
    original = ask(category, 1)
    for _ in range(4):
        ask(category, 1)
    for _ in range(9):
        ask(category, 90, hidden_at=now())
        ask(category, 90, held_at=now())
        ask(category, 90, duplicate_of_id=original.id)
    with unit_of_work():
        for _ in range(9):
            db.session.add(Thread(kind="discussion", title="So", slug="so", category_id=category.id, status="open"))
    assert minutes_of(category) == 60


def test_the_window_ends_with_the_newest_question_so_that_an_imported_site_knows_too():
    category, quiet = make_category(), make_category()
    for _ in range(LEAST_QUESTIONS):
        ask(category, 3, age=timedelta(days=2000))
        ask(quiet, 1, age=timedelta(days=2000) + WAITING_WINDOW + timedelta(days=1))
    assert (minutes_of(category), minutes_of(quiet)) == (180, None)


def test_what_is_no_longer_known_is_taken_back():
    category = make_category(usual_answer_minutes=77)
    waiting_job([{}])
    assert db.session.get_one(Category, category.id).usual_answer_minutes is None


def test_the_work_is_the_same_for_any_number_of_categories():
    counted = []
    for rounds in (1, 4):
        for _ in range(rounds):
            category = make_category()
            for _ in range(LEAST_QUESTIONS):
                ask(category, rounds)
        with count_queries() as found:
            refresh_usual_waits()
        counted.append(len(found) - sum(statement.startswith("UPDATE") for statement in found))
    assert counted[0] == counted[1] <= 4


def test_the_ask_page_says_it_for_the_chosen_category(browser):
    make_category("printers", name="Printers", usual_answer_minutes=170)
    make_category("looms", name="Looms", usual_answer_minutes=None)
    browser.sign_in(make_person())
    browser.get("/ask?category=printers")
    said = browser.page.xpath("//*[@data-waits-said]")[0].text_content()
    assert said == "Questions in Printers usually get a first answer within 3 hours."
    browser.get("/ask?category=looms")
    said = browser.page.xpath("//*[@data-waits-said]")[0].text_content()
    assert said == "Too little was asked in Looms of late to say how soon a first answer comes."


def test_without_a_choice_the_ask_page_lists_what_is_usual_everywhere(browser):
    make_category(name="Printers", usual_answer_minutes=170)
    make_category(name="Looms", usual_answer_minutes=3000)
    make_category(name="Secret", usual_answer_minutes=60, audience="staff")
    for person in (None, make_person()):
        if person:
            browser.sign_in(person)
        browser.get("/ask")
        assert browser.page.xpath("//details[@open]//ul"), "seen without a click and without a script"
        text = browser.text()
        assert "Printers usually within 3 hours" in text and "Looms usually within 3 days" in text
        assert "Secret" not in text


def test_with_one_category_one_sentence_is_enough(browser):
    make_category(name="Help", usual_answer_minutes=20)
    browser.get("/ask")
    assert "Questions in Help usually get a first answer within 20 minutes." in browser.text()


def test_the_ask_page_is_honest_when_nothing_is_known(browser):
    make_category(name="Printers")
    make_category(name="Looms")
    browser.get("/ask")
    assert "Too little was asked here of late to say how soon a first answer comes." in browser.text()
    browser.get("/discussions/new")
    assert "first answer" not in browser.text()


def test_an_empty_site_says_nothing_of_waiting(browser):
    browser.get("/ask")
    assert "first answer" not in browser.text() and refresh_usual_waits() == 0


def test_it_costs_the_ask_page_one_statement_beside_that_of_the_versions(browser):
    make_category(name="Help", usual_answer_minutes=20)
    browser.get("/ask")
    with assert_queries(2):
        browser.get("/ask")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "10 minutes"), (11, "20 minutes"), (50, "50 minutes"), (51, "an hour"), (60, "an hour"), (61, "2 hours"), (180, "3 hours"),
        (1200, "20 hours"), (1201, "a day"), (1440, "a day"), (1441, "2 days"), (18_720, "13 days"), (18_721, "2 weeks"), (50_000, "5 weeks"),
    ],
)  # fmt: skip
def test_waits_are_promised_in_round_words_and_never_too_short(minutes, said):
    assert within(minutes) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0.2, "under 1 min"), (40, "40 min"), (60, "1 h"), (200, "3 h 20 min"), (2879, "47 h 59 min"), (2880, "2 days"),
        (3120, "2 days 4 h"), (1439 * 10 + 10, "10 days"), (15_000, "10 days"), (108_000, "75 days"),
    ],
)  # fmt: skip
def test_lengths_of_time_are_told_in_two_units(minutes, said):
    assert span(minutes) == said
