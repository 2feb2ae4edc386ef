"""Asking the asker for details: the comment and the status in one step."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.markup import render_inline
from app.core.uow import unit_of_work
from app.forum.models import Comment, Outcome, Thread
from app.forum.policies import can_ask_for_information
from app.forum.services.commenting import add_comment
from app.forum.services.enquiring import ask_for_information
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question, make_thread, opening_of

pytestmark = pytest.mark.usefixtures("app")
QUESTION = "Which version do you have?"


def ask(person, thread, text=QUESTION):
    with unit_of_work():
        return ask_for_information(actor_of(person), thread_id=thread.id, body=render_inline(text))


def status_of(thread) -> str:
    db.session.expire_all()
    return str(db.session.scalar(sa.select(Thread.status).where(Thread.id == thread.id)))


def test_staff_ask_in_a_comment_and_the_question_waits_for_its_asker():
    thread, staff = make_question(), make_person(role="staff")
    comment = ask(staff, thread)
    assert comment.post_id == opening_of(thread).id and comment.author_id == staff.id
    assert status_of(thread) == "needs_info"
    event = db.session.scalars(sa.select(Outcome)).one()
    assert (event.kind, event.voice, event.actor_id) == ("needs_info", "staff", staff.id)


def test_asking_twice_at_once_is_asking_once():
    thread, staff = make_question(), make_person(role="staff")
    assert ask(staff, thread).id == ask(staff, thread).id
    assert db.session.scalar(sa.select(sa.func.count(Comment.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count(Outcome.id))) == 1


def test_the_reply_of_the_asker_ends_the_wait_and_that_of_others_does_not():
    asker, staff = make_person(), make_person(role="staff")
    thread = make_question(author=asker)
    ask(staff, thread)
    for person, expected in ((make_person(), "needs_info"), (staff, "needs_info"), (asker, "unanswered")):
        with unit_of_work():
            add_comment(
                actor_of(person), post_id=opening_of(thread).id, body=render_inline(f"It is version 5, I am {person.name}")
            )
        assert status_of(thread) == expected


def test_an_answered_question_can_wait_too_and_a_solved_one_cannot():
    staff, thread = make_person(role="staff"), make_question()
    post = make_answer(thread)
    ask(staff, thread)
    assert status_of(thread) == "needs_info"
    solved = make_question()
    accept(make_answer(solved))
    with pytest.raises(Conflict):
        ask(staff, solved)
    assert post.id and db.session.scalar(sa.select(sa.func.count(Comment.id))) == 1


@pytest.mark.parametrize(("role", "may"), [("member", False), ("staff", True), ("moderator", True), ("admin", True)])
def test_staff_and_moderators_may_ask(role: str, may: bool):
    thread = make_question()
    person = make_person(role=role)
    assert can_ask_for_information(actor_of(person), thread) is may
    if may:
        assert ask(person, thread)
    else:
        with pytest.raises(Forbidden):
            ask(person, thread)


def test_nobody_asks_themselves_and_discussions_wait_for_nobody():
    staff = make_person(role="staff")
    for thread in (make_question(author=staff), make_thread(kind="discussion")):
        with pytest.raises(Forbidden):
            ask(staff, thread)


def test_what_may_not_be_seen_is_not_found_and_locked_questions_take_nothing():
    moderator, staff = make_person(role="moderator"), make_person(role="staff")
    with pytest.raises(NotFound):
        ask(moderator, make_question(category=make_category(audience="staff")))
    locked = make_question()
    with unit_of_work():
        db.session.execute(sa.update(Thread).values(locked_at=sa.func.current_timestamp()))
    with pytest.raises(Conflict):
        ask(staff, locked)


def test_an_empty_or_too_long_text_changes_nothing():
    thread, staff = make_question(), make_person(role="staff")
    for text in ("   ", "x" * 2_001):
        with pytest.raises(Invalid):
            ask(staff, thread, text)
    assert status_of(thread) == "unanswered"


def test_the_asker_reads_what_to_do_and_others_why_it_waits(app: Flask):
    asker, thread = make_person(), None
    thread = make_question(author=asker)
    ask(make_person(role="staff"), thread)
    browser = Browser(app)
    browser.get(thread.path)
    assert "Waiting for details from the person who asked" in browser.text()
    mine = Browser(app).sign_in(asker)
    mine.get(thread.path)
    assert "Helpers need a few more details from you" in mine.text() and QUESTION in mine.text()
