"""Readers' words about answers: one each, replaced and taken back by events, counted, and never the asker's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.actor import ANONYMOUS, SYSTEM, Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.forum import policies
from app.forum.events import StatusChanged
from app.forum.models import Outcome, Post, Thread
from app.forum.models.resolution import OutcomeKind
from app.forum.models.thread import Status
from app.forum.outcomes import OutcomeFact, standing_events
from app.forum.queries.judging import ReasonCount, find_word, person_key, reasons_of
from app.forum.services.judging import Word, say_worked, take_back_word
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import do, is_sync_requested, post_now, thread_now
from tests.forum.services.conftest import Told
from tests.thorough import examples

pytestmark = pytest.mark.usefixtures("app")


def make_solution(**values: Any) -> tuple[Thread, Post]:
    thread = make_question(**values)
    answer = make_answer(thread)
    accept(answer)
    return thread, answer


def say(answer: Post, worked: bool, reader: str = "a", **values: Any) -> Word:
    return do(say_worked, ANONYMOUS, post_id=answer.id, worked=worked, reader_key=reader, **values)


def counts(answer: Post) -> tuple[int, int]:
    row = post_now(answer)
    return row.worked_count, row.failed_count


def events_of(answer: Post) -> list[Outcome]:
    statement = sa.select(Outcome).where(Outcome.post_id == answer.id, Outcome.voice == "reader").order_by(Outcome.id)
    return list(db.session.scalars(statement))


def test_a_word_is_an_event_with_its_reader_and_reason_and_is_counted():
    thread, answer = make_solution()
    word = say(answer, False, reason_kind="outdated")
    assert word == Word(thread.id, answer.id, False, "outdated", Status.SOLVED, 0, 1)
    (event,) = events_of(answer)
    assert (event.kind, event.voice, event.source, event.reader_key) == ("refuted", "reader", "page", "a")
    assert (event.reason_kind, event.actor_id, event.thread_id) == ("outdated", None, thread.id)
    assert counts(answer) == (0, 1)


def test_each_reader_counts_once_and_may_change_their_mind():
    _, answer = make_solution()
    say(answer, True)
    say(answer, True)
    assert counts(answer) == (1, 0) and len(events_of(answer)) == 1
    say(answer, False)
    say(answer, True, "b")
    assert counts(answer) == (1, 1)
    assert [event.kind for event in events_of(answer)] == ["confirmed_by_other", "withdrawn", "refuted", "confirmed_by_other"]


def test_a_reason_told_after_the_no_replaces_it_and_stays_when_no_is_said_again():
    _, answer = make_solution()
    say(answer, False)
    say(answer, False, reason_kind="unclear")
    assert say(answer, False).reason_kind == "unclear"
    assert counts(answer) == (0, 1) and len(events_of(answer)) == 3
    assert say(answer, True, reason_kind="wrong").reason_kind == ""
    assert reasons_of([answer.id]) == {}


def test_a_word_can_be_taken_back_and_said_again():
    _, answer = make_solution()
    assert do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key="a").worked is None
    assert events_of(answer) == []
    say(answer, True)
    said_at = post_now(answer).last_worked_at
    assert said_at is not None
    do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key="a")
    do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key="a")
    assert counts(answer) == (0, 0) and post_now(answer).last_worked_at is None
    assert len(events_of(answer)) == 2 and find_word(answer.id, "a") is None
    say(answer, False)
    assert counts(answer) == (0, 1)


def test_a_member_counts_once_on_every_device_and_in_mails():
    _, answer = make_solution()
    reader = make_person()
    do(say_worked, reader, post_id=answer.id, worked=True, reader_key="phone")
    do(say_worked, reader, post_id=answer.id, worked=True, reader_key="desk", source="mail")
    assert counts(answer) == (1, 0)
    (event,) = events_of(answer)
    assert (event.actor_id, event.reader_key, len(event.reader_key)) == (reader.id, person_key(reader.id), 48)


def test_a_visitor_without_a_key_is_a_mistake_of_the_program():
    _, answer = make_solution()
    with pytest.raises(ValueError, match="reader key"):
        do(say_worked, ANONYMOUS, post_id=answer.id, worked=True)


def test_reasons_are_counted_by_answer_in_a_fixed_order_without_those_taken_back():
    thread, answer = make_solution()
    other = make_answer(thread, score=2)
    for number, reason in enumerate(("wrong", "outdated", "", "outdated", "other_version")):
        say(answer, False, f"r{number}", reason_kind=reason)
    do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key="r3")
    say(other, True, "r1")
    assert reasons_of([answer.id, other.id]) == {
        answer.id: (ReasonCount("outdated", 1), ReasonCount("other_version", 1), ReasonCount("wrong", 1), ReasonCount("", 1))
    }
    assert reasons_of([]) == {}


@pytest.mark.parametrize("reason", ["because", "OUTDATED", "incomplete", "\x00"])
def test_an_unknown_reason_is_refused(reason: str):
    _, answer = make_solution()
    with pytest.raises(Invalid):
        say(answer, False, reason_kind=reason)
    assert counts(answer) == (0, 0)


def test_only_proposed_answers_are_judged_but_what_was_said_can_be_changed_later():
    thread = make_question()
    plain, voted = make_answer(thread), make_answer(thread, score=1)
    with pytest.raises(Conflict):
        say(plain, True)
    say(voted, True)
    post_now(voted).score = 0
    db.session.commit()  # as an unvote would
    say(voted, False)
    with pytest.raises(Conflict):
        say(voted, True, "b")
    assert counts(voted) == (0, 1)


def test_what_is_no_visible_answer_is_not_judged():
    thread, answer = make_solution()
    reply = make_answer(make_thread(kind="discussion"), score=3)
    for post in (opening_of(thread), reply):
        with pytest.raises(Conflict):
            say(post, True)
    hidden = make_answer(thread, score=3, hidden_at=now())
    inner = make_answer(make_question(category=make_category(audience="members")), score=3)
    held = make_answer(make_question(held_at=now()), score=3)
    for post in (hidden, inner, held):
        with pytest.raises(NotFound):
            say(post, True)
    with pytest.raises(NotFound):
        do(say_worked, ANONYMOUS, post_id=2**62, worked=True, reader_key="a")
    assert counts(answer) == (0, 0)


def test_asker_author_and_suspended_people_are_refused_with_the_reason():
    asker = make_person()
    thread = make_question(author=asker)
    helper = make_person()
    answer = make_answer(thread, helper, score=1)
    suspended = make_person(suspended_until=now() + timedelta(days=1))
    for person, words in ((asker, "You asked this"), (helper, "own answer"), (suspended, "suspended")):
        with pytest.raises(Forbidden, match=words):
            do(say_worked, person, post_id=answer.id, worked=True)
        with pytest.raises(Forbidden):
            do(take_back_word, person, post_id=answer.id)
    assert counts(answer) == (0, 0)


WHO = ("visitor", "member", "asker", "author", "suspended", "staff", "moderator", "admin", "system")
EVERYBODY = {"visitor", "member", "staff", "moderator", "admin", "system"}


@pytest.mark.parametrize(
    ("thread_values", "post_values", "allowed"),
    [
        ({}, {}, EVERYBODY),
        ({"locked_at": 1}, {}, EVERYBODY),
        ({"closed_at": 1}, {}, EVERYBODY),
        ({"held_at": 1}, {}, set()),
        ({"hidden_at": 1}, {}, set()),
        ({}, {"held_at": 1}, set()),
        ({}, {"hidden_at": 1}, set()),
        ({"kind": "discussion"}, {}, set()),
        ({"audience": "members"}, {}, EVERYBODY - {"visitor"}),
        ({"audience": "staff"}, {}, {"staff", "admin", "system"}),
    ],
)
def test_who_may_say_whether_an_answer_worked(thread_values: dict[str, Any], post_values: dict[str, Any], allowed: set[str]):
    values = {name: now() if name.endswith("_at") else value for name, value in thread_values.items()}
    category = make_category(audience=values.pop("audience", "public"))
    asker, author = make_person(), make_person()
    thread = make_thread(**{"kind": "question", "author": asker, "category": category, **values})
    answer = make_answer(thread, author, score=1, **dict.fromkeys(post_values, now()))
    actors: dict[str, Actor] = {
        "visitor": ANONYMOUS, "member": actor_of(make_person()), "asker": actor_of(asker), "author": actor_of(author),
        "suspended": actor_of(make_person(suspended_until=now() + timedelta(days=1))),
        **{role: actor_of(make_person(role=role)) for role in ("staff", "moderator", "admin")}, "system": SYSTEM,
    }  # fmt: skip
    assert {who for who in WHO if policies.can_say_worked(actors[who], answer, thread)} == allowed
    for who in WHO:
        if who in allowed:
            do(say_worked, actors[who], post_id=answer.id, worked=True, reader_key=who)
        else:
            with pytest.raises(AppError):
                do(say_worked, actors[who], post_id=answer.id, worked=True, reader_key=who)
    assert counts(answer) == (len(allowed), 0)


def test_words_that_change_no_status_are_no_news_for_searches_and_feeds():
    thread, answer = make_solution()
    before = thread_now(thread).modified_at
    say(answer, True)
    assert thread_now(thread).modified_at == before and not is_sync_requested(thread)


def test_enough_readers_for_whom_it_failed_dispute_a_solution_and_others_bring_it_back(told: Told):
    thread, answer = make_solution()
    for number in range(12):
        say(answer, False, f"r{number}", reason_kind="outdated")
    assert thread_now(thread).status == Status.DISPUTED and is_sync_requested(thread)
    assert [(e.old_status, e.new_status) for e in told.of(StatusChanged)] == [("solved", "disputed")]
    for number in range(12):
        do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key=f"r{number}")
    assert thread_now(thread).status == Status.SOLVED and counts(answer) == (0, 0)


def test_readers_who_confirm_solve_a_question_whose_asker_never_came_back():
    thread = make_question()
    answer = make_answer(thread, score=1)
    for number in range(3):
        assert thread_now(thread).status == Status.ANSWERED
        say(answer, True, f"r{number}")
    assert thread_now(thread).status == Status.SOLVED
    do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key="r0")
    assert thread_now(thread).status == Status.ANSWERED


STEPS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([True, False, None]), st.sampled_from(["", "wrong"])), max_size=14
)


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_counts_and_words_always_follow_from_the_log(steps: list[tuple[str, bool | None, str]]):
    _, answer = make_solution()
    said: dict[str, tuple[bool, str]] = {}
    for reader, worked, reason in steps:
        if worked is None:
            do(take_back_word, ANONYMOUS, post_id=answer.id, reader_key=reader)
            said.pop(reader, None)
            continue
        say(answer, worked, reader, reason_kind=reason)
        old = said.get(reader)
        kept = old[1] if old and old[0] is worked and not worked else ""
        said[reader] = (worked, "" if worked else reason or kept)
    events = events_of(answer)
    standing = {e.id for e in standing_events(OutcomeFact(id=e.id, kind=e.kind, withdraws_id=e.withdraws_id) for e in events)}
    assert {e.reader_key: (e.kind == OutcomeKind.CONFIRMED_BY_OTHER, e.reason_kind) for e in events if e.id in standing} == said
    assert len(standing) == len(said)
    yes = [e.created_at for e in events if e.id in standing and e.kind == OutcomeKind.CONFIRMED_BY_OTHER]
    assert counts(answer) == (len(yes), len(said) - len(yes))
    assert post_now(answer).last_worked_at == max(yes, default=None)
