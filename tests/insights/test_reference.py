"""Every figure, list and table against plain Python over all rows, for communities of any shape."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Person
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import db
from app.forum.models import Category, Tag
from app.insights.metrics import METRICS, Unit
from app.insights.period import parse_period
from app.insights.queries.overview import load_overview
from app.insights.scope import Named, Scope
from tests.conftest import empty_database
from tests.insights.reference import RULES, chosen, everything_known, value_of
from tests.insights.shapes import NOW, QuestionShape, question_shapes, settle_community, some_shapes
from tests.saved import Saved
from tests.thorough import examples

WORDS = ("30d", "90d", "2026-10", "2026-Q4", "2026", "all", "2026-11-16..2026-11-21")
ACTORS = {"all": SYSTEM, "moderator": Actor(id=1, role=Role.MODERATOR), "staff": Actor(id=1, role=Role.STAFF)}
ZONES = ("UTC", "Pacific/Auckland", "America/New_York")


def scopes() -> st.SearchStrategy[tuple[str, str, str, str, str, str]]:
    narrowing = (st.sampled_from(("", "public", "staff")), st.sampled_from(("", "pump")), st.sampled_from(("", "helper1")))
    return st.tuples(st.sampled_from(WORDS), st.sampled_from(tuple(ACTORS)), st.sampled_from(ZONES), *narrowing)


def make_scope(word: str, who: str = "all", zone: str = "UTC", category: str = "", tag: str = "", helper: str = "") -> Scope:
    period = parse_period(word, moment=NOW, zone=ZoneInfo(zone))

    def named(table: type[Category] | type[Tag] | type[Person], column: str, key: str) -> Named | None:
        return (
            Named(db.session.scalars(sa.select(table.id).where(getattr(table, column) == key)).one(), key, key) if key else None
        )

    return Scope(
        ACTORS[who], period, NOW, named(Category, "slug", category), named(Tag, "name", tag), named(Person, "name", helper)
    )


def check(scope: Scope) -> None:
    """Compare every figure of a scope, and the list that it opens, with the reference."""
    known, overview = everything_known(scope), load_overview(scope)
    assert set(overview.figures) == set(METRICS)
    for metric in METRICS.values():
        figure, listed = overview.figures[metric.key], chosen(metric, scope, known)
        assert figure.value == pytest.approx(value_of(metric, scope, known), abs=1e-6), metric.key
        assert figure.n == len(listed) == metric.count(scope), metric.key
        assert {row.id for row in metric.iterate(scope)} == {each.thread.id for each in listed}, metric.key


def test_there_is_a_rule_for_every_metric():
    assert set(RULES) == {predicate.key for metric in METRICS.values() for predicate in metric.predicates}


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(shapes=st.lists(question_shapes(), max_size=10), words=st.lists(scopes(), min_size=1, max_size=2))
def test_every_figure_is_what_plain_counting_gives(
    app: Flask, shapes: list[QuestionShape], words: list[tuple[str, str, str, str, str, str]]
) -> None:
    settle_community(shapes)
    try:
        for word in words:
            check(make_scope(*word))
    finally:
        db.session.remove()
        empty_database()


_larger: Saved[None] = Saved()


def settle_larger_community() -> None:
    """Put a community of 220 questions into the empty database; it is written once."""
    _larger.get(lambda: settle_community(some_shapes(220)))


@pytest.mark.parametrize("word", WORDS)
def test_a_larger_community_counts_alike(app: Flask, word: str) -> None:
    settle_larger_community()
    for scope in (make_scope(word), make_scope(word, "moderator"), make_scope(word, category="public", tag="pump")):
        check(scope)


def test_tables_and_series_are_what_the_figures_say_of_each_row(app: Flask) -> None:
    settle_larger_community()
    overview = load_overview(make_scope("90d", zone="Pacific/Auckland"))
    assert overview.series and overview.categories and overview.tags and overview.helpers and overview.previous
    for table in (overview.categories, overview.tags):
        for row in table:
            assert row.scope.previous is not None
            for scope, figures in ((row.scope, row.figures), (row.scope.previous, row.previous)):
                for key, figure in figures.items():
                    assert figure == METRICS[key].figure(scope), (row.named.title, key)
    for point in overview.series:
        for key, figure in point.figures.items():
            assert figure == METRICS[key].figure(overview.scope.in_period(point.period)), (point.period.key, key)
    for helper in overview.helpers:
        assert METRICS["solved_by_helpers"].count(overview.scope.with_helper(helper.person)) == helper.solutions
    assert overview.scope.previous is not None
    for key, figure in overview.previous.items():
        assert figure == METRICS[key].figure(overview.scope.previous), key


def test_the_tags_are_those_that_most_questions_carry(app: Flask) -> None:
    settle_larger_community()
    counts = [row.figures["questions"].n for row in load_overview(make_scope("all")).tags]
    assert counts == sorted(counts, reverse=True) and len(counts) == 2


def test_the_ways_a_question_can_stand_add_up_to_all_questions(app: Flask) -> None:
    settle_larger_community()
    figures = load_overview(make_scope("all")).figures
    ways = ("solved", "likely_solved", "disputed", "needs_info", "closed", "open_answered", "open_unanswered")
    assert sum(figures[key].n for key in ways) == figures["questions"].n > 0
    assert all(figures[key].n for key in ways), "the community is too plain to tell anything"
    assert figures["answered"].n + figures["unanswered"].n == figures["questions"].n
    shares = ("solved_by_staff", "solved_by_peers", "solved_by_asker")
    assert sum(figures[key].n for key in shares) == figures["solved_by_answer"].n
    assert figures["first_answered_by_staff"].n + figures["first_answered_by_peers"].n == figures["answered"].n
    for hours in (1, 24, 72):
        assert figures[f"judged_{hours}h"].n + figures[f"not_judged_{hours}h"].n == figures["questions"].n


def test_shares_lie_within_their_interval(app: Flask) -> None:
    settle_community(some_shapes(60))
    for metric in METRICS.values():
        figure = load_overview(make_scope("all")).figures[metric.key]
        if metric.unit is Unit.SHARE and figure.value is not None:
            assert figure.low is not None and figure.high is not None
            assert 0 <= figure.low <= figure.value <= figure.high <= 1
