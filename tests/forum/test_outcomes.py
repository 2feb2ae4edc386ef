"""From evidence to status, for any sequence of events."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from app.forum.models.resolution import OutcomeKind
from app.forum.models.thread import Status
from app.forum.outcomes import CONFIRMATIONS_NEEDED, CONFIRMED, OutcomeFact, derive_status, standing_events

KINDS = [kind for kind in OutcomeKind if kind != OutcomeKind.WITHDRAWN]
GOOD = sorted(CONFIRMED)


@st.composite
def logs(draw: st.DrawFn) -> list[OutcomeFact]:
    """A log as services write it: a withdrawal names an earlier event that nobody took back yet."""
    facts: list[OutcomeFact] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        open_events = [event.id for event in standing_events(facts)]
        if open_events and draw(st.booleans()):
            facts.append(OutcomeFact(number, OutcomeKind.WITHDRAWN, withdraws_id=draw(st.sampled_from(open_events))))
        else:
            facts.append(OutcomeFact(number, draw(st.sampled_from(KINDS))))
    return facts


@given(logs(), st.integers(0, 3), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_only_that_of_ids(
    facts: list[OutcomeFact], answers: int, closed: bool, rnd: random.Random
):
    shuffled = list(facts)
    rnd.shuffle(shuffled)
    assert derive_status(shuffled, answers, closed) == derive_status(facts, answers, closed)


@given(logs(), st.integers(0, 3))
def test_a_closed_question_is_closed_whatever_the_evidence(facts: list[OutcomeFact], answers: int):
    assert derive_status(facts, answers, True) == Status.CLOSED


@given(logs(), st.integers(0, 3), st.sampled_from(KINDS))
def test_taking_back_the_last_event_leaves_the_status_as_it_was(facts: list[OutcomeFact], answers: int, kind: OutcomeKind):
    number = len(facts) + 1
    after = [*facts, OutcomeFact(number, kind), OutcomeFact(number + 1, OutcomeKind.WITHDRAWN, withdraws_id=number)]
    assert derive_status(after, answers, False) == derive_status(facts, answers, False)


@given(logs(), st.integers(0, 3))
def test_what_was_taken_back_counts_for_nothing(facts: list[OutcomeFact], answers: int):
    assert derive_status(standing_events(facts), answers, False) == derive_status(facts, answers, False)


@given(logs(), st.integers(0, 3), st.sampled_from(GOOD))
def test_a_fresh_confirmation_solves_unless_the_question_is_no_longer_relevant(facts: list[OutcomeFact], answers: int, kind: str):
    gone = any(event.kind == OutcomeKind.NO_LONGER_RELEVANT for event in standing_events(facts))
    status = derive_status([*facts, OutcomeFact(len(facts) + 1, kind)], answers, False)
    assert status == (Status.CLOSED if gone else Status.SOLVED)


@given(logs(), st.integers(0, 3))
def test_solved_always_has_a_standing_confirmation(facts: list[OutcomeFact], answers: int):
    if derive_status(facts, answers, False) == Status.SOLVED:
        standing = standing_events(facts)
        others = sum(event.kind == OutcomeKind.CONFIRMED_BY_OTHER for event in standing)
        assert any(event.kind in CONFIRMED for event in standing) or others >= CONFIRMATIONS_NEEDED


@given(st.integers(0, 3))
def test_without_evidence_answers_decide(answers: int):
    assert derive_status([], answers, False) == (Status.ANSWERED if answers else Status.UNANSWERED)


def test_an_inference_never_overrides_a_word():
    likely, refuted = OutcomeFact(2, OutcomeKind.LIKELY), OutcomeFact(1, OutcomeKind.REFUTED)
    assert derive_status([likely], 1, False) == Status.LIKELY_SOLVED
    assert derive_status([likely], 0, False) == Status.UNANSWERED
    assert derive_status([refuted, likely], 1, False) == Status.DISPUTED
