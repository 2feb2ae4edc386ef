"""docs/metrics.md explains every figure, in the registry's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.forum.queries.waiting import LEAST_QUESTIONS, WAITING_WINDOW
from app.insights.metrics import METRICS
from app.insights.predicates import Cohort

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
PART = TEXT[TEXT.index("## Insights\n") : TEXT.index("## Candidates for articles")]
ROWS = {
    cells[0].strip("`"): cells[1:] for cells in re.findall(r"^\| (`\w+`) \| (.+) \| (.+) \| (.+) \| (.+) \|$", PART, re.MULTILINE)
}
COHORTS = {Cohort.ASKED: "asked", Cohort.SOLVED: "solved", Cohort.NOW: "now"}


def test_exactly_the_figures_of_the_registry_are_explained():
    assert set(ROWS) == set(METRICS)


@pytest.mark.parametrize("key", METRICS)
def test_each_is_explained_in_the_words_of_the_page(key):
    metric = METRICS[key]
    assert ROWS[key] == (metric.title, COHORTS[metric.predicate.cohort], metric.formula, metric.source)


def test_the_numbers_of_the_ask_page_are_the_right_ones():
    assert f"last {WAITING_WINDOW.days} days" in TEXT and f"Below {LEAST_QUESTIONS} questions" in TEXT
