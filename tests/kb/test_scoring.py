"""The score of a thread: a pure function whose every part pulls in one direction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.settings import Settings
from app.kb.services.scoring import MIN_AGE, find_obstacle, is_proposed, score_thread
from tests.kb.samples import LONG_AGO, facts

MOMENT = LONG_AGO + timedelta(days=100)
SETTINGS = Settings()
counts = st.integers(0, 1_000_000)


def total(**values: object) -> float:
    return score_thread(facts(**values), SETTINGS, MOMENT).total


@pytest.mark.parametrize("name", ["views_30d", "question_score", "best_answer_score", "me_too_count", "duplicate_count"])
@given(first=counts, second=counts)
def test_more_of_anything_never_lowers_the_score(name: str, first: int, second: int):
    low, high = sorted((first, second))
    assert total(**{name: low}) <= total(**{name: high})


@given(views=counts, votes=st.integers(-1000, 1000), me_toos=counts, duplicates=st.integers(0, 500))
def test_the_total_is_the_sum_of_its_parts(views: int, votes: int, me_toos: int, duplicates: int):
    given_facts = facts(views_30d=views, best_answer_score=votes, me_too_count=me_toos, duplicate_count=duplicates)
    score = score_thread(given_facts, SETTINGS, MOMENT)
    assert score.total == pytest.approx(sum(part.points for part in score.parts), abs=0.01)
    assert all(part.text and part.points >= 0 for part in score.parts)


@given(votes=st.integers(-1000, 0))
def test_votes_against_count_as_none(votes: int):
    assert total(question_score=votes) == total(question_score=0)


def test_solved_is_worth_more_than_answered_and_that_more_than_merely_written():
    answered = {"status": "answered", "accepted_count": 0}
    outcomes = [
        {"best_answer_score": 5}, {"best_answer_score": 5, **answered}, {"best_answer_score": 0, "question_score": 8, **answered},
    ]  # fmt: skip
    points = [
        next(part.points for part in score_thread(facts(**o), SETTINGS, MOMENT).parts if part.key == "outcome") for o in outcomes
    ]
    assert points == [10.0, 5.0, 0.0]


def test_a_question_solved_without_an_accepted_answer_counts_as_solved():
    score = score_thread(facts(accepted_count=0, status="solved"), SETTINGS, MOMENT)
    assert ("outcome", "confirmed as solved") in [(part.key, part.text) for part in score.parts]


def test_the_parts_say_why_in_plain_words():
    score = score_thread(
        facts(views_30d=812, question_score=5, best_answer_score=12, me_too_count=1, duplicate_count=4), SETTINGS, MOMENT
    )
    assert [part.text for part in score.parts] == [
        "812 views in 30 days", "accepted answer", "17 votes on question and best answer", "1 other person has the same problem",
        "4 duplicates", "no article covers it",
    ]  # fmt: skip


def test_what_is_not_there_is_not_mentioned():
    score = score_thread(facts(question_score=0, best_answer_score=0), SETTINGS, MOMENT)
    assert [part.key for part in score.parts] == ["views", "outcome", "coverage"]


def test_each_doubling_of_many_views_gives_the_weight_in_points():
    settings = replace(SETTINGS, promotion_view_weight=6.0)
    gain = (
        score_thread(facts(views_30d=200_000), settings, MOMENT).total
        - score_thread(facts(views_30d=100_000), settings, MOMENT).total
    )
    assert gain == pytest.approx(6.0, abs=0.02)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"has_article": True}, "article"), ({"kind": "discussion"}, "discussion"), ({"is_listed": False}, "hidden"),
        ({"audience": "staff"}, "staff"), ({"is_duplicate": True}, "duplicate"), ({"status": "closed"}, "closed"),
        ({"status": "disputed"}, "disputed"), ({"answer_count": 0}, "answered"),
        ({"is_locked": True, "accepted_count": 0}, "locked"),
        ({"created_at": MOMENT - MIN_AGE + timedelta(seconds=1)}, "two days"),
    ],
)  # fmt: skip
def test_what_speaks_against_an_article_is_named(values: dict[str, object], word: str):
    obstacle = find_obstacle(facts(**values), MOMENT)
    assert word in obstacle
    assert not is_proposed(facts(**values), score_thread(facts(**values), SETTINGS, MOMENT), SETTINGS)


def test_members_only_threads_and_locked_solved_ones_are_welcome():
    assert find_obstacle(facts(audience="members"), MOMENT) == ""
    assert find_obstacle(facts(is_locked=True), MOMENT) == ""


def test_both_bounds_must_be_reached():
    rich = facts(views_30d=29, best_answer_score=500, duplicate_count=9)
    poor = facts(views_30d=31, question_score=0, best_answer_score=0, accepted_count=0, status="answered")
    good = facts(views_30d=200)
    assert [is_proposed(f, score_thread(f, SETTINGS, MOMENT), SETTINGS) for f in (rich, poor, good)] == [False, False, True]


def test_a_bound_of_no_views_at_all_does_not_divide_by_zero():
    settings = replace(SETTINGS, promotion_min_views=0)
    assert score_thread(facts(views_30d=0), settings, MOMENT).total > 0
