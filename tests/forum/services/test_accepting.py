"""Acceptance and outcomes: who says that it worked, and what follows from it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.forum.events import AcceptanceWithdrawn, AnswerAccepted, StatusChanged
from app.forum.models import Acceptance, Outcome
from app.forum.queries.outcomes import list_outcomes
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.confirming import record_outcome, withdraw_outcome
from app.forum.services.curating import hide_post, restore_post
from tests.factories import make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import do, is_sync_requested, post_now, thread_now

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def mira():
    return make_person("mira")


@pytest.fixture
def thread(mira):
    return make_question(author=mira)


def kinds(thread):
    return [(event.kind, event.withdraws_id is not None) for event in list_outcomes(thread.id)]


def test_the_asker_accepts_and_the_question_is_solved(mira, thread, told):
    post = make_answer(thread)
    acceptance = do(accept_answer, mira, post_id=post.id)
    after = thread_now(thread)
    assert (after.status, after.accepted_count, post_now(post).accepted_at) == ("solved", 1, acceptance.accepted_at)
    event = db.session.get(Outcome, acceptance.outcome_id)
    assert (event.kind, event.actor_id, event.post_id, event.source) == ("accepted", mira.id, post.id, "page")
    assert told == [StatusChanged(thread.id, "answered", "solved"), AnswerAccepted(thread.id, post.id, mira.id)]
    assert is_sync_requested(thread)


@pytest.mark.parametrize("role", ["staff", "moderator", "admin"])
def test_somebody_in_charge_accepts_for_an_absent_asker_and_the_evidence_says_so(thread, role):
    person, post = make_person(role=role), make_answer(thread)
    do(accept_answer, person, post_id=post.id)
    assert [(event.kind, event.actor_id) for event in list_outcomes(thread.id)] == [("judged_by_staff", person.id)]
    assert thread_now(thread).status == "solved"


def test_several_answers_may_be_accepted_and_the_first_is_the_main_one(mira, thread):
    first, second = make_answer(thread), make_answer(thread)
    do(accept_answer, mira, post_id=second.id)
    do(accept_answer, mira, post_id=first.id)
    main = db.session.scalars(sa.select(Acceptance.post_id).order_by(Acceptance.accepted_at)).first()
    assert main == second.id and thread_now(thread).accepted_count == 2


def test_accepting_twice_changes_nothing(mira, thread, told):
    post = make_answer(thread)
    first = do(accept_answer, mira, post_id=post.id)
    assert do(accept_answer, mira, post_id=post.id).outcome_id == first.outcome_id
    assert len(told.of(AnswerAccepted)) == 1 and len(kinds(thread)) == 1


def test_others_cannot_accept(thread):
    helper = make_person()
    post = make_answer(thread, helper)
    with pytest.raises(Forbidden):
        do(accept_answer, helper, post_id=post.id)


def test_what_is_no_visible_answer_cannot_be_accepted(mira, thread):
    with pytest.raises(Conflict):
        do(accept_answer, mira, post_id=opening_of(thread).id)
    with pytest.raises(NotFound):
        do(accept_answer, mira, post_id=make_answer(thread, hidden_at=now()).id)
    with pytest.raises(Conflict):
        do(accept_answer, make_person(role="moderator"), post_id=make_answer(thread, hidden_at=now()).id)


def test_replies_are_not_accepted(mira):
    post = make_answer(make_thread(author=mira, kind="discussion"))
    with pytest.raises(Forbidden):
        do(accept_answer, mira, post_id=post.id)


def test_staff_only_answers_do_not_exist_for_others():
    post = make_answer(make_question(category=make_category(audience="staff")))
    with pytest.raises(NotFound):
        do(accept_answer, make_person(role="moderator"), post_id=post.id)


def test_withdrawing_names_the_event_and_derives_the_status_again(mira, thread, told):
    post = make_answer(thread)
    do(accept_answer, mira, post_id=post.id)
    told.clear()
    assert do(withdraw_acceptance, mira, post_id=post.id, reason="It came back")
    after = thread_now(thread)
    assert (after.status, after.accepted_count, post_now(post).accepted_at) == ("answered", 0, None)
    assert kinds(thread) == [("accepted", False), ("withdrawn", True)]
    assert told == [
        StatusChanged(thread.id, "solved", "answered"), AcceptanceWithdrawn(thread.id, post.id, mira.id, "It came back"),
    ]  # fmt: skip


def test_withdrawing_takes_back_all_that_says_that_the_answer_solved_it(mira, thread):
    post, other = make_answer(thread), make_answer(thread)
    do(accept_answer, make_person(role="staff"), post_id=post.id)
    do(record_outcome, mira, thread_id=thread.id, kind="confirmed_by_asker", post_id=post.id, source="mail")
    assert do(withdraw_acceptance, mira, post_id=post.id)
    assert thread_now(thread).status == "answered" and [kind for kind, _ in kinds(thread)][2:] == ["withdrawn"] * 2
    do(accept_answer, mira, post_id=post.id)
    do(record_outcome, mira, thread_id=thread.id, kind="confirmed_by_asker", post_id=other.id)
    do(withdraw_acceptance, mira, post_id=post.id)
    assert thread_now(thread).status == "solved"  # by the other answer


def test_withdrawing_what_is_not_accepted_changes_nothing(mira, thread):
    post = make_answer(thread)
    assert not do(withdraw_acceptance, mira, post_id=post.id)
    assert kinds(thread) == []


def test_accepting_again_after_a_withdrawal_counts_again(mira, thread):
    post = make_answer(thread)
    for _ in range(2):
        do(accept_answer, mira, post_id=post.id)
        do(withdraw_acceptance, mira, post_id=post.id)
    do(accept_answer, mira, post_id=post.id)
    assert thread_now(thread).status == "solved" and len(kinds(thread)) == 5


def test_a_hidden_accepted_answer_stays_accepted_but_does_not_count(mira, thread):
    post, moderator = make_answer(thread), make_person(role="moderator")
    do(accept_answer, mira, post_id=post.id)
    do(hide_post, moderator, post_id=post.id, reason="Wrong and dangerous")
    after = thread_now(thread)
    assert (after.status, after.accepted_count, after.answer_count) == ("unanswered", 0, 0)
    assert db.session.get(Acceptance, post.id) is not None
    do(restore_post, moderator, post_id=post.id)
    after = thread_now(thread)
    assert (after.status, after.accepted_count, after.answer_count) == ("solved", 1, 1)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("solved_elsewhere", "solved"),
        ("workaround", "solved"),
        ("no_longer_relevant", "closed"),
        ("confirmed_by_asker", "solved"),
    ],
)
def test_the_asker_says_how_it_ended(mira, thread, kind, status):
    make_answer(thread)
    event = do(record_outcome, mira, thread_id=thread.id, kind=kind, reason="Bought a new one")
    assert (event.kind, event.reason, thread_now(thread).status) == (kind, "Bought a new one", status)


def test_a_refutation_disputes_and_a_later_confirmation_solves_again(mira, thread):
    post = make_answer(thread)
    do(accept_answer, mira, post_id=post.id)
    do(record_outcome, mira, thread_id=thread.id, kind="refuted", post_id=post.id)
    assert thread_now(thread).status == "disputed"
    do(record_outcome, mira, thread_id=thread.id, kind="confirmed_by_asker", post_id=post.id)
    assert thread_now(thread).status == "solved"


def test_a_confirmation_by_somebody_else_is_not_written_down_as_the_askers(thread):
    make_answer(thread)
    event = do(record_outcome, make_person(role="staff"), thread_id=thread.id, kind="confirmed_by_asker")
    assert event.kind == "judged_by_staff"


def test_saying_the_same_twice_is_one_event(mira, thread):
    ids = {do(record_outcome, mira, thread_id=thread.id, kind="workaround").id for _ in range(3)}
    assert len(ids) == 1


def test_an_outcome_can_be_taken_back_once(mira, thread):
    event = do(record_outcome, mira, thread_id=thread.id, kind="no_longer_relevant")
    assert do(withdraw_outcome, mira, outcome_id=event.id) is True
    assert do(withdraw_outcome, mira, outcome_id=event.id) is False
    assert thread_now(thread).status == "unanswered" and kinds(thread) == [("no_longer_relevant", False), ("withdrawn", True)]


def test_an_acceptance_is_withdrawn_at_the_answer_only(mira, thread):
    acceptance = do(accept_answer, mira, post_id=make_answer(thread).id)
    with pytest.raises(Conflict):
        do(withdraw_outcome, mira, outcome_id=acceptance.outcome_id)


def test_a_judgement_about_an_answer_that_is_not_accepted_can_be_taken_back(thread):
    staff, post = make_person(role="staff"), make_answer(thread)
    event = do(record_outcome, staff, thread_id=thread.id, kind="confirmed_by_asker", post_id=post.id)
    assert (event.kind, thread_now(thread).status) == ("judged_by_staff", "solved")
    assert do(withdraw_outcome, staff, outcome_id=event.id) and thread_now(thread).status == "answered"
    acceptance = do(accept_answer, staff, post_id=post.id)
    with pytest.raises(Conflict):
        do(withdraw_outcome, staff, outcome_id=acceptance.outcome_id)


@pytest.mark.parametrize("kind", ["accepted", "likely", "withdrawn", "confirmed_by_other", "", "nonsense"])
def test_other_kinds_cannot_be_reported(mira, thread, kind):
    with pytest.raises(Invalid):
        do(record_outcome, mira, thread_id=thread.id, kind=kind)


def test_others_cannot_say_how_it_ended(thread):
    with pytest.raises(Forbidden):
        do(record_outcome, make_person(), thread_id=thread.id, kind="workaround")


def test_the_named_answer_must_belong_to_the_question(mira, thread):
    stranger = make_answer(make_question())
    with pytest.raises(NotFound):
        do(record_outcome, mira, thread_id=thread.id, kind="refuted", post_id=stranger.id)
    with pytest.raises(NotFound):
        do(record_outcome, mira, thread_id=thread.id, kind="refuted", post_id=2**62)
    with pytest.raises(Conflict):
        do(record_outcome, mira, thread_id=thread.id, kind="refuted", post_id=opening_of(thread).id)
