"""The answer card: who pins one, on what, and how it is taken back."""

from __future__ import annotations

import pytest

from app.core.clock import now
from app.core.errors import Conflict, Forbidden, NotFound
from app.forum.events import ThreadCurated
from app.forum.policies import can_pin_card, shows_card
from app.forum.queries.threads import get_thread
from app.forum.services import curating
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import do, is_sync_requested, thread_now

pytestmark = pytest.mark.usefixtures("app")


def solved(**values):
    thread = make_question(**values)
    answer = make_answer(thread)
    accept(answer)
    return thread, answer


@pytest.fixture
def staff():
    return make_person("sue", role="staff")


def test_a_card_is_pinned_replaced_and_taken_off_and_each_is_told(staff, told):
    thread, first = solved()
    second = make_answer(thread, text="Another way that works as well.")
    do(curating.pin_card, staff, post_id=first.id)
    assert thread_now(thread).card_post_id == first.id and is_sync_requested(thread) and shows_card(thread_now(thread))
    do(curating.pin_card, staff, post_id=second.id, reason="Shorter")
    do(curating.unpin_card, staff, thread_id=thread.id)
    assert thread_now(thread).card_post_id is None
    assert [(event.action, event.actor_id, event.before) for event in told.of(ThreadCurated)] == [
        ("card", staff.id, ""), ("card", staff.id, str(first.id)), ("uncard", staff.id, str(second.id)),
    ]  # fmt: skip


def test_taking_back_a_replacement_brings_the_old_card_again(staff):
    thread, first = solved()
    second = make_answer(thread, text="Another way that works as well.")
    do(curating.pin_card, staff, post_id=first.id)
    do(curating.pin_card, staff, post_id=second.id)
    do(curating.undo_card, staff, thread_id=thread.id, give_back=str(first.id))
    assert thread_now(thread).card_post_id == first.id
    do(curating.undo_card, staff, thread_id=thread.id, give_back="")
    assert thread_now(thread).card_post_id is None
    do(curating.repin_card, staff, thread_id=thread.id, post_id=first.id)
    with pytest.raises(NotFound):
        do(curating.repin_card, staff, thread_id=make_question().id, post_id=first.id)


@pytest.mark.parametrize(("role", "may"), [("member", False), ("staff", True), ("moderator", True), ("admin", True)])
def test_curators_pin_and_others_do_not(role, may):
    thread, answer = solved()
    person = make_person(role=role)
    assert can_pin_card(actor_of(person), get_thread(actor_of(person), thread.id)) is may
    if may:
        do(curating.pin_card, person, post_id=answer.id)
    else:
        with pytest.raises(Forbidden):
            do(curating.pin_card, person, post_id=answer.id)


def test_what_a_curator_may_not_read_is_not_there_for_them():
    thread, answer = solved(category=make_category(audience="staff"))
    moderator = make_person(role="moderator")
    with pytest.raises(NotFound):
        do(curating.pin_card, moderator, post_id=answer.id)
    with pytest.raises(NotFound):
        do(curating.unpin_card, moderator, thread_id=thread.id)
    with pytest.raises(NotFound):
        do(curating.pin_card, moderator, post_id=10**15)


def test_only_a_visible_answer_of_a_solved_question_can_be_the_card(staff):
    open_question = make_question()
    waiting = make_answer(open_question)
    thread, answer = solved()
    hidden = make_answer(thread, hidden_at=now())
    covered, kept = solved(article_id=7, article_path="/kb/guides/pump", article_title="The pump")
    duplicate, joined = solved(duplicate_of_id=thread.id)
    discussion = make_thread(kind="discussion")
    reply = make_answer(discussion)
    for post in (waiting, opening_of(thread), hidden, kept, joined, reply):
        with pytest.raises(Conflict):
            do(curating.pin_card, staff, post_id=post.id)
    do(curating.pin_card, staff, post_id=answer.id)
    with pytest.raises(Conflict):
        do(curating.pin_card, staff, post_id=answer.id)
    with pytest.raises(Conflict):
        do(curating.unpin_card, staff, thread_id=covered.id)
    assert duplicate.id


@pytest.mark.parametrize(
    "values", [{"status": "disputed"}, {"status": "answered"}, {"article_path": "/kb/a/b"}, {"duplicate_of_id": 1}, {}]
)
def test_a_card_counts_only_while_the_question_is_solved_and_on_its_own(values):
    from app.forum.models import Thread

    given = {"status": "solved", "card_post_id": 5, "article_path": "", "duplicate_of_id": None}
    assert shows_card(Thread(**{**given, **values})) is (not values)
    assert not shows_card(Thread(**{**given, "card_post_id": None}))
