"""When a question was first answered, by whom, and since when it is solved: derived, and right after every change."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.confirming import record_outcome
from app.forum.services.judging import say_worked
from app.forum.services.recounting import recount_all, recount_thread
from tests.factories import make_answer, make_person, make_question, make_thread
from tests.forum.services.acting import do, post_now, thread_now

pytestmark = pytest.mark.usefixtures("app")
START = datetime.now(tz=now().tzinfo).replace(microsecond=0) - timedelta(days=10)


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def firsts(thread: Thread) -> tuple[datetime | None, datetime | None, datetime | None]:
    do(recount_thread, None, thread_id=thread.id)
    row = thread_now(thread)
    return row.first_answer_at, row.first_staff_answer_at, row.first_peer_answer_at


def test_the_first_answers_of_staff_and_peers_are_told_apart():
    thread = make_question(created_at=START)
    assert firsts(thread) == (None, None, None)
    make_answer(thread, created_at=hour(5), is_official=True)
    assert firsts(thread) == (hour(5), hour(5), None)
    make_answer(thread, created_at=hour(3))
    make_answer(thread, created_at=hour(9), is_official=True)
    assert firsts(thread) == (hour(3), hour(5), hour(3))


def test_the_askers_own_answer_is_no_first_answer():
    asker = make_person()
    thread = make_question(author=asker, created_at=START)
    make_answer(thread, author=asker, created_at=hour(1))
    assert firsts(thread) == (None, None, None) and thread_now(thread).answer_count == 1
    make_answer(thread, created_at=hour(2))
    assert firsts(thread) == (hour(2), None, hour(2))


@pytest.mark.parametrize("gone", ["answerer", "asker", "both"])
def test_somebody_whose_account_is_gone_counts_as_somebody_else(gone: str):
    thread = make_question(created_at=START)
    answer = make_answer(thread, created_at=hour(2))
    with unit_of_work():
        if gone != "asker":
            db.session.get_one(Post, answer.id).author_id = None
        if gone != "answerer":
            db.session.get_one(Thread, thread.id).author_id = None
    assert firsts(thread) == (hour(2), None, hour(2))


def test_hidden_and_held_answers_are_not_there():
    thread = make_question(created_at=START)
    first = make_answer(thread, created_at=hour(1))
    make_answer(thread, created_at=hour(2), held_at=now())
    make_answer(thread, created_at=hour(3))
    moderator = make_person(role="moderator")
    do(curating.hide_post, moderator, post_id=first.id, reason="Spam")
    assert firsts(thread) == (hour(3), None, hour(3))
    do(curating.restore_post, moderator, post_id=first.id, reason="No spam")
    assert thread_now(thread).first_answer_at == hour(1)


def test_replies_in_a_discussion_are_no_answers():
    thread = make_thread(kind="discussion", created_at=START)
    make_answer(thread, created_at=hour(1))
    assert firsts(thread) == (None, None, None) and thread_now(thread).solved_at is None


def test_the_date_of_the_solution_is_that_of_the_first_confirmation_which_stands():
    thread = make_question(created_at=START)
    one, two = make_answer(thread), make_answer(thread)
    staff = make_person(role="staff")
    first = do(accept_answer, staff, post_id=one.id).accepted_at
    assert thread_now(thread).solved_at == first
    second = do(accept_answer, staff, post_id=two.id).accepted_at
    assert thread_now(thread).solved_at == first
    do(withdraw_acceptance, staff, post_id=one.id)
    assert thread_now(thread).solved_at == second
    do(record_outcome, staff, thread_id=thread.id, kind="refuted")
    assert thread_now(thread).solved_at is None and thread_now(thread).status == "disputed"
    again = do(record_outcome, staff, thread_id=thread.id, kind="workaround")
    assert thread_now(thread).solved_at == again.created_at
    do(curating.close_thread, make_person(role="moderator"), thread_id=thread.id, reason="Old")
    assert thread_now(thread).solved_at is None


def test_readers_solve_at_the_word_by_which_they_were_enough():
    thread = make_question()
    answer = make_answer(thread, score=1)
    for number in range(3):
        do(say_worked, ANONYMOUS, post_id=answer.id, worked=True, reader_key=f"r{number}")
    solved_at = thread_now(thread).solved_at
    assert thread_now(thread).status == "solved" and solved_at is not None
    for number in range(40):
        do(say_worked, ANONYMOUS, post_id=answer.id, worked=True, reader_key=f"more{number}")
    assert thread_now(thread).solved_at == solved_at
    assert post_now(answer).worked_count == 43


def test_a_recount_puts_everything_right_and_says_what_was_wrong():
    thread = make_question()
    answer = make_answer(thread, score=1)
    for number in range(3):
        do(say_worked, ANONYMOUS, post_id=answer.id, worked=number > 0, reader_key=f"r{number}")
    recount_all()
    right = post_now(answer)
    expected = (right.worked_count, right.failed_count, right.last_worked_at)
    assert expected[:2] == (2, 1)
    with unit_of_work():
        row, post = db.session.get_one(Thread, thread.id), db.session.get_one(Post, answer.id)
        row.first_answer_at = row.first_staff_answer_at = row.solved_at = now()
        row.first_peer_answer_at = None
        post.worked_count, post.failed_count, post.last_worked_at = 9, 9, None
    wrong = recount_all().wrong
    assert set(wrong) == {
        "thread.first_answer_at", "thread.first_staff_answer_at", "thread.first_peer_answer_at", "thread.solved_at",
        "post.worked_count", "post.failed_count", "post.last_worked_at",
    }  # fmt: skip
    right = post_now(answer)
    assert (right.worked_count, right.failed_count, right.last_worked_at) == expected
    assert recount_all().total == 0
