"""From evidence to status, for any sequence of events."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.core.records import replace
from app.core.statistics import wilson_interval
from app.forum.models.resolution import OutcomeKind, Voice
from app.forum.models.thread import Status
from app.forum.outcomes import (
    CONFIRMATIONS_NEEDED,
    CONFIRMED,
    FAILURES_NEEDED,
    FRESH_WORDS,
    TOLERATED_FAILURES,
    OutcomeFact,
    Words,
    derive_status,
    solving_event,
    standing_events,
    weigh,
)

KINDS = [kind for kind in OutcomeKind if kind not in (OutcomeKind.WITHDRAWN, OutcomeKind.CONFIRMED_BY_OTHER)]
WORDS = (OutcomeKind.CONFIRMED_BY_OTHER, OutcomeKind.REFUTED)
GOOD = sorted(CONFIRMED)
POSTS = (None, 1, 2)
READER = Voice.READER


def voice_for(kind: str, pick: int) -> str:
    """Whose word an event of this kind can be, as services write it."""
    if kind in (OutcomeKind.JUDGED_BY_STAFF, OutcomeKind.NEEDS_INFO):
        return Voice.STAFF
    if kind == OutcomeKind.LIKELY:
        return Voice.SYSTEM
    return (Voice.ASKER, Voice.STAFF)[pick % 2]


@st.composite
def events(draw: st.DrawFn, number: int = 0) -> OutcomeFact:
    """Any event that takes nothing back."""
    if draw(st.integers(0, 2)):
        return OutcomeFact(number, draw(st.sampled_from(WORDS)), READER, draw(st.sampled_from((1, 2))))
    kind = draw(st.sampled_from(KINDS))
    return OutcomeFact(number, kind, voice_for(kind, draw(st.integers(0, 1))), draw(st.sampled_from(POSTS)))


@st.composite
def logs(draw: st.DrawFn) -> list[OutcomeFact]:
    """A log as services write it: a withdrawal names an earlier event that nobody took back yet."""
    facts: list[OutcomeFact] = []
    for number in range(1, draw(st.integers(0, 24)) + 1):
        open_events = [event.id for event in standing_events(facts)]
        if open_events and draw(st.integers(0, 3)) == 0:
            facts.append(OutcomeFact(number, OutcomeKind.WITHDRAWN, withdraws_id=draw(st.sampled_from(open_events))))
        else:
            facts.append(draw(events(number)))
    return facts


def word(number: int, kind: str = OutcomeKind.CONFIRMED_BY_OTHER, post_id: int = 1) -> OutcomeFact:
    return OutcomeFact(number, kind, READER, post_id)


def words(first: int, worked: int, failed: int, post_id: int = 1) -> list[OutcomeFact]:
    kinds = [OutcomeKind.CONFIRMED_BY_OTHER] * worked + [OutcomeKind.REFUTED] * failed
    return [word(number, kind, post_id) for number, kind in enumerate(kinds, start=first)]


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


@given(logs(), st.integers(0, 3), events())
def test_taking_back_the_last_event_leaves_the_status_as_it_was(facts: list[OutcomeFact], answers: int, event: OutcomeFact):
    number = len(facts) + 1
    after = [*facts, replace(event, id=number), OutcomeFact(number + 1, OutcomeKind.WITHDRAWN, withdraws_id=number)]
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
def test_solved_always_has_a_standing_confirmation_that_happened(facts: list[OutcomeFact], answers: int):
    event = solving_event(facts)
    assert (derive_status(facts, answers, False) == Status.SOLVED) == (event is not None)
    if event is not None:
        assert event in standing_events(facts)
        assert event.kind in CONFIRMED or (event.voice == READER and event.kind == OutcomeKind.CONFIRMED_BY_OTHER)


@given(logs(), st.integers(1, 3), st.integers(0, 8), st.sampled_from(POSTS))
def test_an_inference_never_beats_real_evidence(facts: list[OutcomeFact], answers: int, place: int, post_id: int | None):
    """Wherever it stands in the log, it can only make an open question likely, or give a refutation something to refute."""
    place = min(place, len(facts))
    likely = OutcomeFact(0, OutcomeKind.LIKELY, Voice.SYSTEM, post_id)
    renumbered = {event.id: (index + 1 if index < place else index + 2) for index, event in enumerate(facts)}
    moved = [replace(e, id=renumbered[e.id], withdraws_id=renumbered.get(e.withdraws_id or 0)) for e in facts]
    before, after = derive_status(facts, answers, False), derive_status([*moved, replace(likely, id=place + 1)], answers, False)
    if before != after:
        bad = weigh(facts).bad
        assert (before, after) in {
            (Status.ANSWERED, Status.LIKELY_SOLVED), (Status.ANSWERED, Status.DISPUTED), (Status.SOLVED, Status.DISPUTED),
        }  # fmt: skip
        assert after == Status.LIKELY_SOLVED or bad is not None


@given(st.lists(st.sampled_from(WORDS), max_size=60), st.randoms(use_true_random=False))
def test_words_that_are_fresh_count_in_whatever_order_they_were_said(kinds: list[OutcomeKind], rnd: random.Random):
    kinds = kinds[:FRESH_WORDS]
    accepted = OutcomeFact(1, OutcomeKind.ACCEPTED, Voice.ASKER, 1)
    given_order = [accepted, *(word(number, kind) for number, kind in enumerate(kinds, start=2))]
    rnd.shuffle(kinds)
    other_order = [accepted, *(word(number, kind) for number, kind in enumerate(kinds, start=2))]
    assert derive_status(given_order, 1, False) == derive_status(other_order, 1, False)
    assert derive_status(given_order[1:], 1, False) == derive_status(other_order[1:], 1, False)


@given(logs(), st.integers(1, 3), st.sampled_from((1, 2)))
def test_a_reader_for_whom_it_worked_never_makes_it_worse(facts: list[OutcomeFact], answers: int, post_id: int):
    """One more "worked" may end a dispute or solve; it never disputes."""
    before = derive_status(facts, answers, False)
    after = derive_status([*facts, word(len(facts) + 1, post_id=post_id)], answers, False)
    assert after == before or after == Status.SOLVED or (before, after) == (Status.ANSWERED, Status.LIKELY_SOLVED)


@given(st.integers(0, 3))
def test_without_evidence_answers_decide(answers: int):
    assert derive_status([], answers, False) == (Status.ANSWERED if answers else Status.UNANSWERED)


def test_an_inference_counts_only_while_nobody_said_anything():
    likely, refuted = OutcomeFact(2, OutcomeKind.LIKELY, Voice.SYSTEM, 1), OutcomeFact(3, OutcomeKind.REFUTED)
    assert derive_status([likely], 1, False) == Status.LIKELY_SOLVED
    assert derive_status([likely], 0, False) == Status.UNANSWERED
    assert derive_status([likely, refuted], 1, False) == Status.DISPUTED
    assert derive_status([OutcomeFact(1, OutcomeKind.REFUTED), likely], 1, False) == Status.ANSWERED
    assert derive_status([likely, OutcomeFact(4, OutcomeKind.ACCEPTED)], 1, False) == Status.SOLVED
    assert derive_status([likely, *words(3, worked=0, failed=1)], 1, False) == Status.LIKELY_SOLVED
    assert derive_status([likely, *words(3, worked=0, failed=6)], 1, False) == Status.ANSWERED


def test_a_refutation_with_nothing_to_refute_leaves_a_question_open():
    assert derive_status([OutcomeFact(1, OutcomeKind.REFUTED)], 1, False) == Status.ANSWERED
    assert derive_status([OutcomeFact(1, OutcomeKind.REFUTED)], 0, False) == Status.UNANSWERED


def test_dispute_and_return():
    """Accepted, disputed by readers, confirmed again by staff, refuted by the asker, solved by another answer."""
    log = [OutcomeFact(1, OutcomeKind.ACCEPTED, post_id=1)]
    assert derive_status(log, 2, False) == Status.SOLVED
    log += words(2, worked=1, failed=4)
    assert derive_status(log, 2, False) == Status.DISPUTED
    log += words(10, worked=6, failed=0)
    assert derive_status(log, 2, False) == Status.SOLVED, "more readers for whom it works"
    log += words(20, worked=0, failed=20)
    assert derive_status(log, 2, False) == Status.DISPUTED
    log.append(OutcomeFact(50, OutcomeKind.JUDGED_BY_STAFF, Voice.STAFF, 1))
    assert derive_status(log, 2, False) == Status.SOLVED, "older words are not fresh any more"
    log.append(OutcomeFact(51, OutcomeKind.REFUTED))
    assert derive_status(log, 2, False) == Status.DISPUTED
    log.append(OutcomeFact(52, OutcomeKind.ACCEPTED, post_id=2))
    solved = solving_event(log)
    assert derive_status(log, 2, False) == Status.SOLVED and solved is not None and solved.id == 52


def test_a_solution_needs_enough_words_to_be_disputed():
    accepted = OutcomeFact(1, OutcomeKind.ACCEPTED, post_id=1)
    assert derive_status([accepted, *words(2, worked=0, failed=FAILURES_NEEDED - 1)], 1, False) == Status.SOLVED
    assert derive_status([accepted, *words(2, worked=0, failed=FAILURES_NEEDED)], 1, False) == Status.DISPUTED
    assert derive_status([accepted, *words(2, worked=2, failed=3)], 1, False) == Status.SOLVED, "3 of 5: lower bound 0.23"
    assert derive_status([accepted, *words(2, worked=1, failed=4)], 1, False) == Status.DISPUTED, "4 of 5: lower bound 0.38"
    assert derive_status([accepted, *words(2, worked=0, failed=9, post_id=2)], 2, False) == Status.SOLVED, "of another answer"


@given(st.integers(0, FRESH_WORDS), st.integers(0, FRESH_WORDS))
def test_words_are_refuted_exactly_beyond_the_lower_bound(worked: int, failed: int):
    total = worked + failed
    expected = failed >= FAILURES_NEEDED and wilson_interval(failed, total)[0] > TOLERATED_FAILURES
    assert Words(worked, failed).is_refuted == expected
    assert not (Words(worked, failed).is_refuted and Words(worked, failed).is_confirmed)


def test_only_the_newest_words_about_an_answer_count():
    old_noes = words(2, worked=0, failed=100)
    accepted = OutcomeFact(1, OutcomeKind.ACCEPTED, post_id=1)
    assert derive_status([accepted, *old_noes, *words(200, worked=FRESH_WORDS, failed=0)], 1, False) == Status.SOLVED
    assert weigh([accepted, *old_noes]).words == {1: Words(0, FRESH_WORDS)}


def test_readers_solve_a_question_whose_asker_is_silent():
    assert derive_status(words(1, worked=CONFIRMATIONS_NEEDED - 1, failed=0), 1, False) == Status.ANSWERED
    enough = words(1, worked=CONFIRMATIONS_NEEDED, failed=0)
    assert derive_status(enough, 1, False) == Status.SOLVED
    assert derive_status([*words(1, 2, 0), *words(5, 1, 0, post_id=2)], 2, False) == Status.ANSWERED, "not of one answer"
    assert derive_status(words(1, worked=3, failed=3), 1, False) == Status.ANSWERED, "as many say that it does not"
    assert derive_status([OutcomeFact(1, OutcomeKind.NEEDS_INFO, Voice.STAFF), *words(2, 3, 0)], 1, False) == Status.SOLVED


def test_the_date_of_a_solution_by_readers_does_not_move_when_more_confirm_it():
    solved = [solving_event(words(1, worked=number, failed=0)) for number in (3, 10, FRESH_WORDS + 20)]
    assert [event and event.id for event in solved] == [3, 3, 3]


def test_readers_do_not_overrule_the_asker_about_the_answer_they_refuted():
    refuted = OutcomeFact(1, OutcomeKind.REFUTED, post_id=1)
    assert derive_status([refuted, *words(2, 9, 0, post_id=1)], 2, False) == Status.ANSWERED
    assert derive_status([refuted, *words(2, 3, 0, post_id=2)], 2, False) == Status.SOLVED
    unnamed = [OutcomeFact(1, OutcomeKind.ACCEPTED, post_id=1), OutcomeFact(2, OutcomeKind.REFUTED)]
    assert derive_status([*unnamed, *words(3, 9, 0, post_id=1)], 2, False) == Status.DISPUTED
    assert derive_status([*unnamed, *words(3, 3, 0, post_id=2)], 2, False) == Status.SOLVED


def test_waiting_for_the_asker_ends_with_the_next_word_and_begins_again_with_the_next_request():
    asked, accepted = OutcomeFact(1, OutcomeKind.NEEDS_INFO, Voice.STAFF), OutcomeFact(2, OutcomeKind.ACCEPTED)
    refuted, again = OutcomeFact(3, OutcomeKind.REFUTED), OutcomeFact(4, OutcomeKind.NEEDS_INFO, Voice.STAFF)
    assert derive_status([asked], 0, False) == derive_status([asked], 2, False) == Status.NEEDS_INFO
    assert derive_status([asked, accepted], 1, False) == Status.SOLVED
    assert derive_status([asked, accepted, refuted], 1, False) == Status.DISPUTED
    assert derive_status([asked, accepted, refuted, again], 1, False) == Status.NEEDS_INFO
    assert derive_status([accepted, again], 1, False) == Status.SOLVED, "a solved question waits for nobody"
    assert derive_status([asked, *words(2, 1, 1)], 1, False) == Status.NEEDS_INFO, "readers' words are no answer to it"


def test_the_documents_say_how_many_words_dispute():
    """The table in docs/metrics.md is the rule."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    totals, failed = (
        [int(cell) for cell in next(line for line in text.splitlines() if line.strip().startswith(start)).split("|")[2:-1]]
        for start in ("| words |", '| of them "it did not work" |')
    )
    assert len(totals) == len(failed) == 8
    for total, needed in zip(totals, failed, strict=True):
        assert Words(total - needed, needed).is_refuted and not Words(total - needed + 1, needed - 1).is_refuted
    for constant in (FAILURES_NEEDED, FRESH_WORDS, CONFIRMATIONS_NEEDED, TOLERATED_FAILURES):
        assert str(constant) in text
