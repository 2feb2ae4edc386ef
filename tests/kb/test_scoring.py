"""The score of an issue: a pure function whose every part pulls in one direction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.settings import Settings
from app.kb.services.scoring import find_obstacles, is_proposed, score_issue
from tests.kb.samples import LONG_AGO, facts

MOMENT = LONG_AGO + timedelta(days=100)
SETTINGS = Settings()
MIN_AGE = timedelta(days=SETTINGS.promotion_min_age_days)
counts = st.integers(0, 1_000_000)
FOR_IT = ["views_30d", "views_90d", "duplicate_count", "me_too_count", "confirmed", "votes"]


def total(**values: object) -> float:
    return score_issue(facts(**values), SETTINGS, MOMENT).total


def points_of(key: str, **values: object) -> float:
    return next(part.points for part in score_issue(facts(**values), SETTINGS, MOMENT).parts if part.key == key)


@pytest.mark.parametrize("name", FOR_IT)
@given(first=counts, second=counts)
def test_more_of_what_speaks_for_it_never_lowers_the_score(name: str, first: int, second: int):
    low, high = sorted((first, second))
    assert total(**{name: low}) <= total(**{name: high})


@pytest.mark.parametrize("name", ["failed", "views_before"])
@given(first=counts, second=counts)
def test_more_of_what_speaks_against_it_never_raises_the_score(name: str, first: int, second: int):
    low, high = sorted((first + 1, second + 1))
    assert total(**{name: low}) >= total(**{name: high})


@given(views=counts, before=counts, votes=counts, me_toos=counts, duplicates=st.integers(0, 500), failed=counts)
def test_the_total_is_the_sum_of_its_parts_and_each_says_why(
    views: int, before: int, votes: int, me_toos: int, duplicates: int, failed: int
):
    score = score_issue(
        facts(
            views_30d=views, views_90d=views + before, views_before=before, votes=votes, me_too_count=me_toos,
            duplicate_count=duplicates, failed=failed,
        ),
        SETTINGS, MOMENT,
    )  # fmt: skip
    assert score.total == pytest.approx(sum(part.points for part in score.parts), abs=0.01)
    assert all(part.text for part in score.parts)
    assert {part.key for part in score.parts if part.points < 0} <= {"trend", "failed"}


def test_solved_is_worth_more_than_answered_and_that_more_than_merely_written():
    answered = {"status": "answered", "accepted_count": 0}
    outcomes = [
        {"best_answer_score": 5}, {"best_answer_score": 5, **answered}, {"best_answer_score": 0, "votes": 8, **answered},
    ]  # fmt: skip
    assert [points_of("outcome", **values) for values in outcomes] == [10.0, 5.0, 0.0]


def test_a_question_solved_without_an_accepted_answer_counts_as_solved():
    score = score_issue(facts(accepted_count=0, status="solved"), SETTINGS, MOMENT)
    assert ("outcome", "solved") in [(part.key, part.text) for part in score.parts]


def test_the_parts_say_why_in_plain_words():
    score = score_issue(
        facts(
            views_30d=812, views_90d=1400, views_before=400, votes=17, me_too_count=1, duplicate_count=4, confirmed=17, failed=2,
        ),
        SETTINGS, MOMENT,
    )  # fmt: skip
    assert [part.text for part in score.parts] == [
        "812 views in 30 days", "1,400 views in 90 days", "more readers than the 400 of the 30 days before", "4 duplicates",
        "1 other person has it too", "accepted answer", "17 confirmed", "17 votes on question and best answer",
        "did not work for 2 readers", "no article",
    ]  # fmt: skip


def test_what_is_not_there_is_not_mentioned():
    score = score_issue(facts(votes=0), SETTINGS, MOMENT)
    assert [part.key for part in score.parts] == ["views", "outcome", "coverage"]


def test_each_doubling_of_many_views_gives_the_weight_in_points():
    settings = replace(SETTINGS, promotion_view_weight=6.0)
    gain = (
        score_issue(facts(views_30d=200_000), settings, MOMENT).total
        - score_issue(facts(views_30d=100_000), settings, MOMENT).total
    )
    assert gain == pytest.approx(6.0, abs=0.02)


def test_the_trend_counts_both_ways_and_no_further_than_its_weight():
    weight = SETTINGS.promotion_trend_weight
    assert points_of("trend", views_30d=5_000, views_before=100) == weight
    assert points_of("trend", views_30d=100, views_before=5_000) == -weight
    assert 0 < points_of("trend", views_30d=150, views_before=100) < weight
    steady = score_issue(facts(views_30d=100, views_before=100), SETTINGS, MOMENT)
    assert "trend" not in {part.key for part in steady.parts}


def test_an_answer_that_leads_to_an_article_takes_points_off_and_says_so():
    linked, free = facts(is_linked=True), facts()
    lost = score_issue(free, SETTINGS, MOMENT).total - score_issue(linked, SETTINGS, MOMENT).total
    assert lost == pytest.approx(SETTINGS.promotion_covered_weight)
    assert score_issue(linked, SETTINGS, MOMENT).parts[-1].text == "an answer leads to an article"


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"has_article": True}, "article"), ({"kind": "discussion"}, "discussion"), ({"is_listed": False}, "hidden"),
        ({"audience": "staff"}, "staff"), ({"is_duplicate": True}, "duplicate"), ({"status": "closed"}, "closed"),
        ({"status": "disputed"}, "disputed"), ({"answer_count": 0}, "answered"), ({"has_card": True}, "card"),
        ({"is_locked": True, "accepted_count": 0}, "locked"),
        ({"created_at": MOMENT - MIN_AGE + timedelta(seconds=1)}, "too new: less than 2 days"),
    ],
)  # fmt: skip
def test_what_speaks_against_an_article_is_named(values: dict[str, object], word: str):
    obstacles = find_obstacles(facts(**values), SETTINGS, MOMENT)
    assert len(obstacles) == 1 and word in obstacles[0]
    assert not is_proposed(facts(**values), score_issue(facts(**values), SETTINGS, MOMENT), SETTINGS)


def test_all_obstacles_are_told_the_most_important_first():
    score = score_issue(facts(has_article=True, status="disputed", created_at=MOMENT), SETTINGS, MOMENT)
    assert [text.split()[1] for text in score.obstacles] == ["article", "solution", "is"]
    assert score.obstacle == "An article covers it already."


def test_members_only_threads_and_locked_solved_ones_are_welcome():
    assert find_obstacles(facts(audience="members"), SETTINGS, MOMENT) == ()
    assert find_obstacles(facts(is_locked=True), SETTINGS, MOMENT) == ()


def test_how_new_is_too_new_is_a_setting():
    young = facts(created_at=MOMENT - timedelta(days=5))
    assert find_obstacles(young, SETTINGS, MOMENT) == ()
    assert "less than 7 days" in find_obstacles(young, replace(SETTINGS, promotion_min_age_days=7), MOMENT)[0]


def test_both_bounds_must_be_reached():
    rich = facts(views_30d=29, votes=500, duplicate_count=9)
    poor = facts(views_30d=31, votes=0, best_answer_score=0, accepted_count=0, status="answered")
    good = facts(views_30d=200)
    assert [is_proposed(f, score_issue(f, SETTINGS, MOMENT), SETTINGS) for f in (rich, poor, good)] == [False, False, True]


def test_a_bound_of_no_views_at_all_does_not_divide_by_zero():
    settings = replace(SETTINGS, promotion_min_views=0)
    assert score_issue(facts(views_30d=0, views_before=9), settings, MOMENT).total > 0


def test_the_example_of_the_documentation_adds_up():
    example = facts(
        views_30d=210, views_90d=450, views_before=180, duplicate_count=1, me_too_count=3, confirmed=7, votes=15,
    )  # fmt: skip
    score = score_issue(example, SETTINGS, MOMENT)
    assert [part.points for part in score.parts] == [18.0, 5.17, 0.58, 5.0, 8.0, 10.0, 9.0, 12.0, 0.0]
    assert score.total == 67.75
