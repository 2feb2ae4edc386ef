"""Whose turn a question is: every status, and every way of coming back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.models import DeskState
from app.desk.turns import TurnFacts, derive_turn, expected_time
from app.forum.models.thread import Status

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER, STILL_LATER = ASKED + timedelta(hours=1), ASKED + timedelta(hours=2)
LIMIT = timedelta(hours=8)


@pytest.mark.parametrize("status", [Status.SOLVED, Status.LIKELY_SOLVED, Status.CLOSED])
def test_what_is_settled_is_nobodys_turn(status: str) -> None:
    turn = derive_turn(TurnFacts(status, True, ASKED, LATER))
    assert (turn.state, turn.since, turn.clock_since) == (DeskState.DONE, None, None)


@pytest.mark.parametrize("status", list(Status))
def test_what_is_hidden_or_held_is_nobodys_turn(status: str) -> None:
    assert derive_turn(TurnFacts(status, False, ASKED)).state == DeskState.DONE


def test_a_new_question_waits_from_the_moment_it_was_asked() -> None:
    turn = derive_turn(TurnFacts(Status.UNANSWERED, True, ASKED))
    assert (turn.state, turn.since, turn.clock_since) == (DeskState.WAITING, ASKED, ASKED)


def test_a_peers_answer_ends_the_waiting_and_not_the_escalation_clock() -> None:
    turn = derive_turn(TurnFacts(Status.ANSWERED, True, ASKED, LATER))
    assert (turn.state, turn.clock_since) == (DeskState.ANSWERED, ASKED)


def test_an_official_answer_stops_the_escalation_clock() -> None:
    assert derive_turn(TurnFacts(Status.ANSWERED, True, ASKED, LATER, LATER)).clock_since is None


def test_asking_for_details_stops_all_clocks() -> None:
    turn = derive_turn(TurnFacts(Status.NEEDS_INFO, True, ASKED, LATER))
    assert (turn.state, turn.clock_since) == (DeskState.ASKER, None)


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.DISPUTED, Status.UNANSWERED])
def test_a_question_that_came_back_waits_anew_until_the_next_answer(status: str) -> None:
    back = derive_turn(TurnFacts(status, True, ASKED, LATER, LATER, returned_at=STILL_LATER))
    assert (back.state, back.since, back.clock_since) == (DeskState.WAITING, STILL_LATER, STILL_LATER)


def test_an_answer_after_it_came_back_ends_the_waiting_again() -> None:
    answered = derive_turn(TurnFacts(Status.DISPUTED, True, ASKED, STILL_LATER, STILL_LATER, returned_at=LATER))
    assert (answered.state, answered.clock_since) == (DeskState.ANSWERED, None)


def test_expected_is_the_usual_wait_but_never_more_than_the_limit() -> None:
    assert expected_time(180, 1, LIMIT) == timedelta(hours=3)
    assert expected_time(3000, 1, LIMIT) == LIMIT
    assert expected_time(None, 1, LIMIT) == LIMIT
    assert expected_time(None, 1, timedelta()) == timedelta(hours=8)


def test_each_doubling_of_people_brings_it_forward() -> None:
    assert expected_time(480, 2, LIMIT) == timedelta(hours=4)
    assert expected_time(480, 8, LIMIT) == timedelta(hours=2)


@given(st.none() | st.integers(0, 100_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_people_are_never_due_later(usual: int | None, some: int, more: int) -> None:
    few, many = sorted((some, more))
    assert timedelta() < expected_time(usual, many, LIMIT) <= expected_time(usual, few, LIMIT) <= LIMIT
