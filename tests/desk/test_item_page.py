"""The item page: what it shows of question, asker, turn and clocks, to whom, and at what cost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.desk.models import CannedAnswer, DeskItem
from app.desk.queries.asker import load_asker
from app.desk.services.settling import settle_item
from app.desk.services.taking import take_thread
from app.desk.urls import item_path
from app.forum.models import Thread
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.commenting import add_comment
from app.search import engines
from app.search.engines.whoosh import WhooshEngine
from app.search.sync import rebuild
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import (
    accept,
    actor_of,
    body,
    make_answer,
    make_article,
    make_category,
    make_person,
    make_question,
    make_thread,
    opening_of,
)  # fmt: skip


@pytest.fixture(autouse=True)
def engine(tmp_path: Path):
    before = engines._current
    engines.use_engine(WhooshEngine(tmp_path / "search"))
    yield
    engines._current = before


@pytest.fixture
def agent(app: Flask) -> Person:
    return make_person("stan", "staff")


def on_desk(thread: Thread) -> Thread:
    with unit_of_work():
        settle_item(get_thread_for_update(thread.id).id)
    return thread


def hold(thread: Thread) -> None:
    person = make_person(role="staff")
    with unit_of_work():
        take_thread(actor_of(person), thread_id=thread.id)


def set_status(thread: Thread, status: str) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(status=status))


def test_the_page_shows_question_answers_comments_and_who_asks(app: Flask, agent: Person):
    asker = make_person("mia")
    thread = on_desk(make_question(author=asker, title="Why does the pump hum at night?", tags=("pump",)))
    make_answer(thread, make_person("peer"), "Clean the intake filter.")
    make_answer(thread, agent, "Replace the capacitor.", is_official=True)
    with unit_of_work():
        add_comment(actor_of(asker), post_id=opening_of(thread).id, body=body("It is a model 5."))
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id))
    text = browser.text()
    for words in (
        "Why does the pump hum at night?", "Clean the intake filter.", "Replace the capacitor.", "Official answer",
        "It is a model 5.", "2 answers", "Mia", "This is their first question", "Post answer", "Ask for details",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("role", "audience", "status"),
    [
        ("staff", "public", 200), ("staff", "staff", 200), ("admin", "staff", 200), ("moderator", "public", 404),
        ("member", "public", 404), ("", "public", 302),
    ],
)  # fmt: skip
def test_only_staff_work_at_the_desk(app: Flask, role: str, audience: str, status: int):
    thread = make_question(category=make_category(audience=audience))
    browser = Browser(app)
    if role:
        browser.sign_in(make_person(role=role))
    browser.get(item_path(thread.id), status=status)


@pytest.mark.parametrize(
    ("values", "status"), [({}, 200), ({"held_at": 1}, 404), ({"hidden_at": 1}, 404), ({"closed_at": 1}, 200)]
)
def test_what_nobody_can_answer_is_not_at_the_desk(app: Flask, agent: Person, values: dict, status: int):
    thread = make_question(**dict.fromkeys(values, now()))
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id), status=status)
    if values and status == 200:
        assert "takes no new answers" in browser.text() and "Post answer" not in browser.text()


def test_a_discussion_and_an_unknown_number_are_not_found(app: Flask, agent: Person):
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(make_thread(kind="discussion").id), status=404)
    browser.get(item_path(987654), status=404)


def test_a_returning_asker_is_seen_at_once_with_open_questions_first(app: Flask, agent: Person):
    asker = make_person("mia")
    solved = make_question(author=asker, title="Solved long ago: the valve")
    accept(make_answer(solved))
    first = make_question(author=asker, title="Still open: the hose leaks", created_at=now() - timedelta(days=9))
    disputed = make_question(author=asker, title="Refuted: the tank smells", created_at=now() - timedelta(days=20))
    set_status(disputed, "disputed")
    make_thread(kind="discussion", author=asker, title="A discussion about hoses")
    make_question(author=asker, title="Hidden from everybody here", hidden_at=now())
    thread = make_question(author=asker)
    panel = load_asker(actor_of(agent), asker.id, thread.id, now())
    assert panel is not None
    assert [one.id for one in panel.earlier] == [disputed.id, first.id, solved.id]
    assert (panel.question_count, panel.unresolved_count, panel.solved_count) == (3, 2, 1)
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id))
    text = browser.text()
    assert "Has 2 other unresolved questions" in text and "Hidden from everybody" not in text
    assert text.index("Refuted: the tank") < text.index("Still open: the hose") < text.index("Solved long ago")


def test_the_panel_counts_all_and_shows_few_and_knows_people_who_left(app: Flask, agent: Person):
    asker = make_person()
    category = make_category()
    for number in range(9):
        make_question(author=asker, category=category, title=f"Pump number {number} does not start")
    thread = make_question(author=asker)
    panel = load_asker(actor_of(agent), asker.id, thread.id, now())
    assert panel is not None and panel.question_count == 9 and len(panel.earlier) == 6
    assert load_asker(actor_of(agent), None, thread.id, now()) is None
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(author_id=None))
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id))
    assert "has left" in browser.text()


@pytest.mark.usefixtures("app")
def test_questions_in_staff_categories_are_counted_for_staff_only():
    """The panel is for staff alone; its rule is still that of the reader."""
    asker, reader = make_person(), make_person()
    make_question(author=asker, category=make_category(audience="staff"))
    thread = make_question(author=asker)
    for person, expected in ((make_person(role="staff"), 1), (reader, 0)):
        panel = load_asker(actor_of(person), asker.id, thread.id, now())
        assert panel is not None and panel.question_count == expected


def test_turn_clock_and_holder_stand_beside_the_question(app: Flask, agent: Person):
    other = make_person("ann", "staff", display_name="Ann")
    thread = on_desk(make_question(created_at=now() - timedelta(days=30)))
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id))
    assert "Waits for an answer" in browser.text() and "overdue" in browser.text() and "nobody yet" in browser.text()
    with unit_of_work():
        take_thread(actor_of(other), thread_id=thread.id)
    browser.get(item_path(thread.id))
    assert "Ann has it until" in browser.text() and "Ann has taken this question" in browser.text()
    holder = Browser(app).sign_in(other)
    holder.get(item_path(thread.id))
    assert "You have it until" in holder.text() and "Give it back" in holder.text()


def test_why_a_question_came_back_is_said(app: Flask, agent: Person):
    thread = on_desk(make_question())
    with unit_of_work():
        db.session.execute(sa.update(DeskItem).values(waiting_reason="stuck"))
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id))
    assert "the asker is still stuck" in browser.text()


def test_next_goes_down_the_queue_past_what_others_hold_and_ends_at_the_desk(app: Flask, agent: Person):
    started = now() - timedelta(days=30)
    one, two, three = (on_desk(make_question(created_at=started + timedelta(days=day))) for day in range(3))
    hold(two)
    browser = Browser(app).sign_in(agent)
    assert browser.get(f"{item_path(one.id)}/next", status=302).location == item_path(three.id)
    assert browser.get(f"{item_path(three.id)}/next", status=302).location == "/desk"
    answered = make_question()
    accept(make_answer(answered))
    assert browser.get(f"{item_path(answered.id)}/next", status=302).location == item_path(one.id)


def test_the_page_costs_the_same_however_much_there_is(app: Flask, agent: Person):
    asker = make_person()
    category = make_category()
    thread = make_question(author=asker, category=category, title="Why does the pump hum at night?", tags=("pump", "noise"))
    for number in range(30):
        make_answer(thread, text=f"Try number {number} of the usual things.")
    with unit_of_work():
        for post_id in db.session.scalars(sa.select(sa.literal(opening_of(thread).id))):
            add_comment(actor_of(asker), post_id=post_id, body=body("Still humming."))
        for number in range(20):
            db.session.add(CannedAnswer(title=f"Text {number}", body_source="Hello", owner_id=agent.id))
    for number in range(8):
        make_question(author=asker, category=category)
        make_article(f"Pump guide {number} about humming at night")
    on_desk(thread)
    hold(thread)
    rebuild()
    browser = Browser(app).sign_in(agent)
    browser.get(item_path(thread.id))
    with assert_queries(at_most=14):
        browser.get(item_path(thread.id))
    assert "articles may answer this" in browser.text() and "Read all 30 answers" in browser.text()
