"""The formulas give the values of their sources and keep their bounds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.statistics import median, newcombe_interval, survival_curve, survival_quantile, wilson_interval


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055), (81, 263, 0.2553, 0.3662)],
)
def test_the_wilson_interval_gives_known_values(hits, total, low, high):
    assert wilson_interval(hits, total) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_wilson_interval_holds_the_share_and_stays_in_bounds(hits, misses):
    low, high = wilson_interval(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low <= hits / (hits + misses) <= high


def test_more_hits_than_trials_are_refused():
    with pytest.raises(ValueError, match="between"):
        wilson_interval(3, 2)


def test_the_curve_gives_the_textbook_example():
    """Remission times of the 6-MP group of Freireich et al. (1963), as in every textbook on survival: a median of 23 weeks."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    steps = survival_curve([(t, True) for t in ended] + [(t, False) for t in censored])
    assert [(s.time, s.at_risk, s.ended) for s in steps] == [
        (6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1),
    ]  # fmt: skip
    assert [round(s.share, 4) for s in steps] == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert survival_quantile(steps) == 23
    assert survival_quantile(steps, 0.9) is None


def test_dropping_open_cases_would_flatter():
    solved, waiting = [(1.0, True)] * 3, [(100.0, False)] * 7
    assert survival_quantile(survival_curve(solved)) == 1.0
    assert survival_quantile(survival_curve(solved + waiting)) is None


@given(st.lists(st.tuples(st.integers(0, 50), st.just(True)), min_size=1, max_size=60))
def test_without_censoring_the_quantile_is_that_of_the_values(times):
    found = survival_quantile(survival_curve(times))
    ordered = sorted(t for t, _ in times)
    assert found == ordered[(len(ordered) + 1) // 2 - 1]


def test_the_median_of_nothing_is_unknown():
    assert median([]) is None
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [  # the examples of Newcombe's paper, table II, method 10
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_gives_published_values(counts, low, high):
    difference, below, above = newcombe_interval(*counts)
    assert difference == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    assert (below, above) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    mirrored = newcombe_interval(*counts[2:], *counts[:2])
    assert mirrored == pytest.approx((-difference, -above, -below))


@pytest.mark.parametrize("counts", [(0, 0, 1, 2), (1, 2, 0, 0), (3, 2, 1, 2)])
def test_there_is_no_difference_to_nothing(counts):
    with pytest.raises(ValueError):
        newcombe_interval(*counts)


def test_the_interval_of_a_difference_keeps_its_level():
    """Of 2,000 drawn pairs of samples about 95 % have the true difference within the interval."""
    draw = random.Random(5)
    held = 0
    for _ in range(2000):
        hits, others = (sum(draw.random() < share for _ in range(size)) for share, size in ((0.3, 40), (0.5, 60)))
        _difference, low, high = newcombe_interval(hits, 40, others, 60)
        held += low <= -0.2 <= high
    assert 0.935 < held / 2000 < 0.97
