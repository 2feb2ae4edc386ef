"""docs/metrics.md explains every figure, in the registry's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.core.settings import Settings
from app.forum.queries.waiting import LEAST_QUESTIONS, WAITING_WINDOW
from app.insights.cohorts import POPULAR_VIEWS, READ_DAYS, Cohort
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.knowledge_predicates import STALE_AFTER, TIME_TO_BE_USED
from app.insights.queries.searching import LEAST_COMPARED
from app.search.ledger.reading import LEAST_SESSIONS
from app.search.ledger.sessions import ASK_PAUSE

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
PART = TEXT[TEXT.index("## Insights\n") : TEXT.index("## Candidates for articles")]
ROWS = {
    cells[0].strip("`"): cells[1:] for cells in re.findall(r"^\| (`\w+`) \| (.+) \| (.+) \| (.+) \| (.+) \|$", PART, re.MULTILINE)
}
COHORTS = {
    Cohort.ASKED: "asked", Cohort.SOLVED: "solved", Cohort.NOW: "now", Cohort.ARRIVED: "arrived", Cohort.REFERRED: "answered",
    Cohort.POPULAR: "popular", Cohort.PUBLISHED: "published", Cohort.USED: "used", Cohort.JUDGED: "judged",
    Cohort.SEARCHED: "searched", Cohort.SESSIONS: "sessions",
}  # fmt: skip


def test_exactly_the_figures_of_the_registry_are_explained():
    assert set(ROWS) == set(ALL_METRICS)


@pytest.mark.parametrize("key", ALL_METRICS)
def test_each_is_explained_in_the_words_of_the_page(key):
    metric = ALL_METRICS[key]
    assert ROWS[key] == (metric.title, COHORTS[metric.predicate.cohort], metric.formula, metric.source)


def test_the_numbers_of_the_ask_page_are_the_right_ones():
    assert f"last {WAITING_WINDOW.days} days" in TEXT and f"Below {LEAST_QUESTIONS} questions" in TEXT


def test_the_limits_of_knowledge_figures_are_the_right_ones():
    assert STALE_AFTER.days == 365 and f"out for {TIME_TO_BE_USED.days} days" in TEXT
    assert f"read {POPULAR_VIEWS} times or more" in TEXT and f"in the last {READ_DAYS} days" in TEXT


def test_the_limits_of_the_comparison_are_the_right_ones():
    settings = Settings()
    assert f"fewer than {LEAST_COMPARED} sessions (`LEAST_COMPARED`)" in TEXT
    assert f"`SEARCH_HOLD_OUT` ({settings.search_hold_out}) per cent" in TEXT
    assert f"`SEARCH_HOLD_OUT_SESSIONS` ({settings.search_hold_out_sessions})" in TEXT
    assert (LEAST_SESSIONS, ASK_PAUSE.total_seconds()) == (3, 3 * 3600)
