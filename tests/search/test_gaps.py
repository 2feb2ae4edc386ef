"""Which searches fail, and which of them belong together. Pure functions only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.actor import Audience
from app.search.gaps.clustering import Failure, Searched, cluster, is_gap, weigh

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("searched", "fails"),
    [
        (Searched("a", sessions=2, searches=2, empty=2, found=0), True),
        (Searched("a", sessions=2, searches=2, empty=0, found=0), True),
        (Searched("a", sessions=10, searches=10, empty=0, found=2), True),
        (Searched("a", sessions=10, searches=10, empty=0, found=3), False),
        (Searched("a", sessions=1, searches=3, empty=3, found=1), False),
    ],
)
def test_a_search_fails_when_it_finds_nothing_or_nobody_opens_it(searched: Searched, fails: bool):
    assert searched.is_failing is fails


def test_like_texts_make_one_cluster_and_other_texts_another():
    found = cluster(["export invoices", "invoice export csv", "dark mode", "exporting invoice"], {}, {})
    assert [one.texts for one in found] == [["export invoices", "invoice export csv", "exporting invoice"], ["dark mode"]]


def test_known_texts_stay_in_their_gap_and_new_ones_join_it():
    found = cluster(["dark theme", "dark mode phone"], {"dark theme": 7}, {7: "dark mode"})
    assert [(one.gap_id, one.texts) for one in found] == [(7, ["dark theme", "dark mode phone"])]


def test_texts_of_function_words_stand_alone():
    assert len(cluster(["how to", "what is"], {}, {})) == 2


def failure(session: int, is_empty: bool = True, audience: str = Audience.PUBLIC, days: int = 0) -> Failure:
    return Failure("x", session, AT + timedelta(days=days), is_empty, audience)


def test_a_session_counts_once_and_the_least_audience_names_the_gap():
    weight = weigh([failure(1), failure(1), failure(2, audience=Audience.STAFF, days=2)])
    assert weight is not None and (weight.people, weight.searches, weight.audience) == (2, 3, Audience.PUBLIC)
    assert weight.last_at - weight.first_at == timedelta(days=2)
    assert weigh([]) is None


@pytest.mark.parametrize(
    ("people", "is_empty", "enough"), [(2, True, True), (1, True, False), (4, False, False), (5, False, True)]
)
def test_results_that_nobody_opens_need_more_people_than_none_at_all(people: int, is_empty: bool, enough: bool):
    weight = weigh(failure(number, is_empty) for number in range(people))
    assert weight is not None and is_gap(weight, 2) is enough
