"""The queue follows what happens in the forum: asked, answered, accepted, disputed, hidden, moved, reopened."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.uow import unit_of_work
from app.desk.jobs import resettle_job, tick_job
from app.desk.models import DeskItem, DeskState, WaitingReason
from app.desk.services.settling import settle_item
from app.desk.services.taking import take_thread
from app.forum.events import ThreadHeld
from app.forum.models import Category, Outcome, Thread
from app.forum.queries.threads import get_thread_for_update
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.confirming import record_outcome, report_stuck, withdraw_outcome
from app.forum.services.figures import settle
from app.forum.services.voting import say_me_too
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, make_thread, opening_of

MONDAY = "2026-03-02T09:00:00+00:00"


@pytest.fixture
def asker(app: Flask) -> Person:
    return make_person("asker")


def ask(asker: Person, category: Category | None = None, kind: str = "question", tags: tuple[str, ...] = ()) -> int:
    category = category or make_category()
    with unit_of_work():
        return start_thread(
            actor_of(asker), kind=kind, category_id=category.id, title="Why does the pump hum?",
            body=compose("It hums, and no water comes out.").body, tags=tags,
        ).id  # fmt: skip


def answer(by: Person, thread_id: int, text: str = "Clean the intake filter first.") -> int:
    with unit_of_work():
        return add_post(actor_of(by), thread_id=thread_id, body=compose(text).body).id


def status_of(thread_id: int) -> str:
    return db.session.scalars(sa.select(Thread.status).where(Thread.id == thread_id)).one()


def item_of(thread_id: int) -> DeskItem:
    db.session.rollback()
    return db.session.get_one(DeskItem, thread_id, populate_existing=True)


def test_a_new_question_stands_in_the_queue_with_a_due_date_in_working_hours(asker: Person, terms: object) -> None:
    with time_machine.travel("2026-03-06T16:00:00+00:00", tick=False):  # a Friday
        item = item_of(ask(asker, make_category(usual_answer_minutes=120)))
    assert (item.state, item.waiting_reason, item.affected_count) == (DeskState.WAITING, WaitingReason.NEW, 1)
    assert item.due_at is not None and item.due_at.isoformat() == "2026-03-09T10:00:00+00:00"


def test_a_discussion_has_no_place_at_the_desk(asker: Person) -> None:
    assert db.session.get(DeskItem, ask(asker, kind="discussion")) is None


def test_a_peers_answer_takes_it_out_of_the_queue_and_lets_the_clock_run(asker: Person, terms: object) -> None:
    thread_id = ask(asker)
    answer(make_person(), thread_id)
    item = item_of(thread_id)
    assert (item.state, item.due_at) == (DeskState.ANSWERED, None)
    assert item.clock_since is not None


def test_an_official_answer_stops_the_clock_and_frees_the_question(asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    with unit_of_work():
        take_thread(actor_of(staff), thread_id=thread_id)
    answer(staff, thread_id)
    item = item_of(thread_id)
    assert (item.clock_since, item.taken_by_id) == (None, None)


def test_the_askers_own_addition_is_no_answer_of_ours(asker: Person, terms: object) -> None:
    thread_id = ask(asker)
    answer(asker, thread_id, "I tried another socket, the same.")
    assert item_of(thread_id).clock_since is not None


def test_solved_is_done_and_a_withdrawn_solution_brings_it_back(asker: Person, terms: object) -> None:
    thread_id = ask(asker)
    post_id = answer(make_person(), thread_id)
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post_id)
    assert item_of(thread_id).state == DeskState.DONE
    with unit_of_work():
        withdraw_acceptance(actor_of(asker), post_id=post_id)
    item = item_of(thread_id)
    assert (item.state, item.waiting_reason) == (DeskState.WAITING, WaitingReason.REOPENED)


def test_a_dispute_brings_it_back_with_its_reason_until_somebody_answers(asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    post_id = answer(make_person(), thread_id)
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post_id)
    with unit_of_work():
        record_outcome(actor_of(asker), thread_id=thread_id, kind="refuted")
    item = item_of(thread_id)
    assert (item.state, item.waiting_reason) == (DeskState.WAITING, WaitingReason.DISPUTED)
    answer(staff, thread_id, "Then the impeller is worn: order part 12.")
    item = item_of(thread_id)
    assert (item.state, item.clock_since) == (DeskState.ANSWERED, None)


def test_an_asker_who_is_still_stuck_is_back_in_the_queue(asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    answer(staff, thread_id)
    assert item_of(thread_id).state == DeskState.ANSWERED
    with unit_of_work():
        report_stuck(actor_of(asker), thread_id=thread_id)
    item = item_of(thread_id)
    assert (item.state, item.waiting_reason) == (DeskState.WAITING, WaitingReason.STUCK)
    assert item.clock_since == item.returned_at


def test_taking_back_that_one_is_stuck_puts_the_question_back_where_it_was(asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    answer(staff, thread_id)
    before = item_of(thread_id)
    was = (before.state, before.since, before.waiting_reason, before.returned_at, before.clock_since, before.due_at)
    with unit_of_work():
        outcome = report_stuck(actor_of(asker), thread_id=thread_id)
    assert item_of(thread_id).state == DeskState.WAITING
    with unit_of_work():
        withdraw_outcome(actor_of(asker), outcome_id=outcome.id)
    item = item_of(thread_id)
    assert (item.state, item.since, item.waiting_reason, item.returned_at, item.clock_since, item.due_at) == was


def test_one_word_that_disputes_a_solution_is_taken_back_as_a_whole(asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    post_id = answer(staff, thread_id)
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post_id)
    with unit_of_work():
        outcome = report_stuck(actor_of(asker), thread_id=thread_id)
    assert item_of(thread_id).waiting_reason == WaitingReason.STUCK
    with unit_of_work():
        withdraw_outcome(actor_of(asker), outcome_id=outcome.id)
    item = item_of(thread_id)
    assert (item.state, item.waiting_reason, item.returned_at) == (DeskState.DONE, WaitingReason.NEW, None)


def test_who_is_stuck_stays_in_the_queue_whatever_they_add_or_untick(asker: Person, terms: object) -> None:
    thread_id = ask(asker)
    post_id = answer(make_person(), thread_id)
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post_id)
    with unit_of_work():
        report_stuck(actor_of(asker), thread_id=thread_id)
    with unit_of_work():
        withdraw_acceptance(actor_of(asker), post_id=post_id)
    item = item_of(thread_id)
    assert (status_of(thread_id), item.state, item.waiting_reason) == ("answered", DeskState.WAITING, WaitingReason.STUCK)


def test_details_after_a_wrong_inference_do_not_take_the_question_out_of_the_queue(asker: Person, terms: object) -> None:
    """The page behind the mail's link asks for exactly that comment."""
    thread_id = ask(asker)
    post_id = answer(make_person(), thread_id)
    with unit_of_work():
        thread = get_thread_for_update(thread_id)
        db.session.add(
            Outcome(thread_id=thread_id, post_id=post_id, kind="likely", source="inference", voice="system", created_at=now())
        )
        settle(thread)
    assert item_of(thread_id).state == DeskState.DONE
    with unit_of_work():
        report_stuck(actor_of(asker), thread_id=thread_id)
    with unit_of_work():
        opening = opening_of(db.session.get_one(Thread, thread_id))
        add_comment(actor_of(asker), post_id=opening.id, body=compose("I tried that.", is_comment=True).body)
    item = item_of(thread_id)
    assert (status_of(thread_id), item.state, item.waiting_reason) == ("answered", DeskState.WAITING, WaitingReason.STUCK)


def test_saying_again_that_one_is_stuck_does_not_postpone_the_answer(asker: Person, terms: object) -> None:
    with time_machine.travel(MONDAY, tick=False):
        thread_id = ask(asker)
        answer(make_person(), thread_id)
        with unit_of_work():
            report_stuck(actor_of(asker), thread_id=thread_id)
    before = item_of(thread_id).due_at
    with time_machine.travel("2026-03-04T09:00:00+00:00", tick=False), unit_of_work():
        report_stuck(actor_of(asker), thread_id=thread_id)
    assert item_of(thread_id).due_at == before is not None


def test_the_page_tells_the_desk_like_the_mail_does(app: Flask, asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    answer(staff, thread_id)
    Browser(app).sign_in(asker).post(f"/threads/{thread_id}/outcome", {"kind": "refuted"})
    item = item_of(thread_id)
    assert (item.state, item.waiting_reason) == (DeskState.WAITING, WaitingReason.STUCK)


def test_asking_for_details_waits_apart_and_a_reply_brings_it_back(asker: Person, staff: Person, terms: object) -> None:
    thread_id = ask(asker)
    with unit_of_work():
        record_outcome(actor_of(staff), thread_id=thread_id, kind="needs_info")
    item = item_of(thread_id)
    assert (item.state, item.due_at, item.clock_since) == (DeskState.ASKER, None, None)
    answer(asker, thread_id, "It is the model 300, bought in May.")
    item = item_of(thread_id)
    assert (item.state, item.waiting_reason) == (DeskState.WAITING, WaitingReason.REPLIED)


@pytest.mark.parametrize(("away", "back"), [("hide", "restore"), ("close", "reopen")])
def test_hidden_and_closed_questions_leave_and_return(asker: Person, admin: Person, terms: object, away: str, back: str) -> None:
    thread_id = ask(asker)
    with unit_of_work():
        getattr(curating, f"{away}_thread")(actor_of(admin), thread_id=thread_id, reason="Spam?")
    assert item_of(thread_id).state == DeskState.DONE
    with unit_of_work():
        getattr(curating, f"{back}_thread")(actor_of(admin), thread_id=thread_id, reason="No.")
    assert item_of(thread_id).state == DeskState.WAITING


def test_a_question_whose_change_has_to_be_read_first_leaves_until_it_is_approved(
    asker: Person, admin: Person, terms: object
) -> None:
    thread_id = ask(asker)
    with unit_of_work():
        get_thread_for_update(thread_id).held_at = now()
        emit(ThreadHeld(thread_id, asker.id))
    assert item_of(thread_id).state == DeskState.DONE
    with unit_of_work():
        curating.approve_thread(actor_of(admin), thread_id=thread_id)
    assert item_of(thread_id).state == DeskState.WAITING


def test_hiding_the_only_answer_brings_it_back(asker: Person, admin: Person, terms: object) -> None:
    thread_id = ask(asker)
    post_id = answer(make_person(), thread_id)
    with unit_of_work():
        curating.hide_post(actor_of(admin), post_id=post_id, reason="Wrong and dangerous")
    assert item_of(thread_id).state == DeskState.WAITING


def test_more_affected_people_bring_it_forward_with_the_next_look(asker: Person, terms: object) -> None:
    with time_machine.travel(MONDAY, tick=False):
        thread_id = ask(asker, make_category(usual_answer_minutes=240))
        before, other = item_of(thread_id).due_at, make_person()
        with unit_of_work():
            say_me_too(actor_of(other), thread_id=thread_id, value=1)
        tick_job([])
    after = item_of(thread_id)
    assert before is not None and after.due_at == before - timedelta(hours=2)
    assert after.affected_count == 2


def test_questions_from_an_import_are_taken_in_without_alarm(app: Flask, terms: object) -> None:
    with time_machine.travel(MONDAY, tick=False):
        old = make_question(created_at=now() - timedelta(days=900))
        disputed = make_question(created_at=now() - timedelta(days=900))
        with unit_of_work():
            values = {"status": "disputed", "modified_at": now() - timedelta(days=4)}
            db.session.execute(sa.update(Thread).where(Thread.id == disputed.id).values(**values))
        fresh = make_question(created_at=now() - timedelta(minutes=5))
        for values in ({"hidden_at": now()}, {"kind": "discussion"}):
            make_thread(**values)
        tick_job([])
        known = set(db.session.scalars(sa.select(DeskItem.thread_id)))
        assert known == {old.id, disputed.id, fresh.id}
        assert [item_of(t.id).is_backlog for t in (old, disputed, fresh)] == [True, True, False]
        assert all(item_of(t.id).escalated_at is None for t in (old, disputed, fresh))


def test_an_item_that_is_wrong_is_derived_anew(asker: Person, terms: object) -> None:
    thread_id = ask(asker)
    right = item_of(thread_id)
    due, since = right.due_at, right.since
    with unit_of_work():
        db.session.execute(sa.update(DeskItem).values(due_at=now() + timedelta(days=9), since=now() + timedelta(days=1)))
    resettle_job([])
    item = item_of(thread_id)
    assert (item.due_at, item.since) == (due, since)


def test_settling_twice_changes_nothing(asker: Person, terms: object) -> None:
    thread_id = ask(asker)
    make_answer(db.session.get_one(Thread, thread_id))
    rows = []
    for _ in range(2):
        with unit_of_work():
            settle_item(thread_id)
        rows.append(db.session.execute(sa.select(DeskItem.__table__)).all())
    assert rows[0] == rows[1]


def test_nothing_is_written_outside_a_unit_of_work(asker: Person) -> None:
    thread_id = ask(asker)
    with pytest.raises(RuntimeError):
        settle_item(thread_id)
    with pytest.raises(RuntimeError):
        take_thread(Actor(is_system=True), thread_id=thread_id)
