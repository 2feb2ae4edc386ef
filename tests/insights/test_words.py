"""Figures in words: shares, times, periods and what lists hold."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.actor import SYSTEM
from app.insights.measures import Figure
from app.insights.metrics import METRICS
from app.insights.period import parse_period
from app.insights.period_words import say_period, say_short
from app.insights.presenters import filters_of, say_list, say_scope, say_share, say_value
from app.insights.queries.choosing import Wish
from app.insights.scope import Named, Scope

NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
ZONE = ZoneInfo("UTC")


def period(word: str):
    return parse_period(word, moment=NOON, zone=ZONE)


def scope(word: str = "90d", **narrowed: Named) -> Scope:
    return Scope(SYSTEM, period(word), NOON, **narrowed)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.001, "under 1 %"), (0.731, "73 %"), (0.996, "over 99 %"), (1, "100 %"), (0.005, "under 1 %")],
)
def test_shares_are_whole_and_never_pretend_to_be_none_or_all(share, said):
    assert plain(say_share(share)) == said


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("solved", 1234, "1,234"), ("answer_rate", None, "–"), ("answer_rate", 0.5, "50 %"),
        ("first_response", 3.5, "3 h 30 min"), ("first_response", None, "–"), ("people_helped", 7, "7"),
    ],
)  # fmt: skip
def test_values_are_told_in_their_unit(key, value, said):
    assert plain(say_value(METRICS[key], Figure(value, None, None, 0, None))) == said


@pytest.mark.parametrize(
    ("word", "said", "short"),
    [
        ("90d", "in the last 90 days", "18 Jul – 15 Oct 2026"), ("1d", "today", "15 Oct"), ("2026-10", "in October 2026", "Oct 2026"),
        ("2026-Q3", "from July to September 2026", "Jul–Sep 2026"), ("2026", "in 2026", "2026"), ("all", "so far", "All time"),
        ("2026-01-05..2026-01-11", "from 5 January 2026 to 11 January 2026", "5–11 Jan"),
        ("2026-01-29..2026-02-04", "from 29 January 2026 to 4 February 2026", "29 Jan – 4 Feb"),
        ("2026-01-03..2026-01-31", "from 3 January 2026 to 31 January 2026", "3–31 Jan 2026"),
        ("2026-01-05..2026-01-05", "on 5 January 2026", "5 Jan"),
    ],
)  # fmt: skip
def test_periods_are_told_in_sentences_and_in_short(word, said, short):
    assert say_period(period(word)) == said
    assert word in ("90d", "all") or say_short(period(word)) == short


def test_a_list_says_what_it_holds_and_what_was_looked_at():
    narrowed = scope("2026-10", category=Named(1, "printers", "Printers"), tag=Named(2, "drip", "drip"))
    assert say_scope(narrowed) == " in Printers with the tag “drip”"
    assert say_list(METRICS["solved"], narrowed, 73) == (
        "73 questions that are confirmed as solved now. Looked at: questions in Printers with the tag “drip”, asked in October 2026."
    )
    assert say_list(METRICS["waiting_1h"], scope(), 1).endswith("Looked at: questions, as it stands now.")
    assert "solved in the last 90 days, whenever asked" in say_list(METRICS["solved_in_period"], scope(), 2)


def test_the_form_offers_the_usual_spans_and_the_one_that_is_shown():
    offered = filters_of(Wish(), scope("30d"), []).periods
    assert [choice.value for choice in offered] == [
        "30d", "90d", "365d", "2026-10", "2026-09", "2026-Q4", "2026-Q3", "2026", "2025", "all"
    ]  # fmt: skip
    assert [choice.label for choice in offered if choice.is_chosen] == ["Last 30 days"]
    own = filters_of(Wish(period="2024-02"), scope("2024-02"), []).periods
    assert own[-1].value == "2024-02" and own[-1].is_chosen
    january = Scope(SYSTEM, period("30d"), datetime(2026, 1, 2, tzinfo=UTC))
    assert [choice.value for choice in filters_of(Wish(), january, []).periods][3:7] == [
        "2026-01",
        "2025-12",
        "2026-Q1",
        "2025-Q4",
    ]
