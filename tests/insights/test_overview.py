"""Scopes, lists and the overview: who may count what, in how many statements, and page by page."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from app.core.db import read
from app.core.errors import NotFound
from app.core.statistics import survival_curve, survival_quantile
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.insights.elapsed import elapsed_seconds
from app.insights.metrics import METRICS, Unit
from app.insights.period import parse_period
from app.insights.queries.listing import PER_PAGE
from app.insights.queries.overview import Overview, load_overview
from app.insights.queries.scopes import find_scope
from app.insights.queries.waits import CURVE_STEPS, OF_ANSWERS, Wait, Waits
from app.insights.scope import Scope
from tests.asserts import assert_queries, count_queries
from tests.factories import make_category, make_question
from tests.insights.shapes import NOW, settle_community, some_shapes

UTC_ZONE = ZoneInfo("UTC")
MODERATOR = Actor(id=1, role=Role.MODERATOR)
STAFF = Actor(id=1, role=Role.STAFF)


def scope_of(word: str = "90d", actor: Actor = SYSTEM, **words: str) -> Scope:
    return find_scope(actor, period=parse_period(word, moment=NOW, zone=UTC_ZONE), moment=NOW, **words)


def test_an_empty_site_has_figures_that_tell_nothing(app: Flask):
    for word in ("90d", "all"):
        overview = load_overview(scope_of(word))
        assert set(overview.figures) == set(METRICS)
        assert not overview.categories and not overview.tags and not overview.helpers
        for metric in METRICS.values():
            figure = overview.figures[metric.key]
            assert figure.n == 0 and figure.value == (None if metric.unit in (Unit.SHARE, Unit.HOURS) else 0)
            assert metric.list_rows(scope_of(word)).items == () and not list(metric.iterate(scope_of(word)))


@pytest.mark.parametrize("word", ["30d", "90d", "2026", "2020-01-01..2026-11-21", "all"])
def test_the_page_takes_as_many_statements_for_one_question_as_for_many(app: Flask, word: str):
    at_most = 8 if parse_period(word, moment=NOW, zone=UTC_ZONE).days > 1100 else 7
    settle_community(some_shapes(3))
    with count_queries() as few:
        load_overview(scope_of(word))
    for _ in range(4):
        make_question(category=make_category(), tags=(f"tag{_}", "more"), created_at=NOW - timedelta(days=1))
    with assert_queries(at_most) as many:
        overview = load_overview(scope_of(word))
    assert len(overview.categories) >= 4 and len(overview.tags) >= 5 and len(many) - len(few) <= 1


def test_each_metric_reads_in_one_statement(app: Flask):
    settle_community(some_shapes(20))
    scope = scope_of("all")
    for metric in METRICS.values():
        with assert_queries(1):
            metric.figure(scope)
        with assert_queries(1):
            metric.count(scope)
        with assert_queries(1):
            metric.list_rows(scope)
        with assert_queries(1):
            list(metric.iterate(scope))


def test_all_pages_together_are_what_the_figure_counts(app: Flask):
    settle_community(some_shapes(330))
    scope = scope_of("all")
    pages = 0
    for metric in METRICS.values():
        rows, number, more = [], 1, True
        while more:
            page = metric.list_rows(scope, number)
            rows += page.items
            pages, number, more = pages + 1, number + 1, page.has_next
        figure = metric.figure(scope)
        assert len(rows) == len({row.id for row in rows}) == figure.n == metric.count(scope), metric.key
        assert rows == list(metric.iterate(scope)), metric.key
        if metric.unit in (Unit.COUNT, Unit.PEOPLE):
            assert sum(row.amount for row in rows) == figure.value, metric.key
        with pytest.raises(NotFound):
            metric.list_rows(scope, number)
    assert pages > len(METRICS), f"no list is longer than a page of {PER_PAGE}"


def test_lists_are_in_the_order_in_which_they_are_read(app: Flask):
    settle_community(some_shapes(200))
    asked = [row.created_at for row in METRICS["questions"].iterate(scope_of("all"))]
    solved = [row.solved_at for row in METRICS["solved_in_period"].iterate(scope_of("all")) if row.solved_at]
    waiting = [row.created_at for row in METRICS["waiting"].iterate(scope_of("90d"))]
    assert len(asked) > 1 and asked == sorted(asked, reverse=True)
    assert len(solved) > 1 and solved == sorted(solved, reverse=True)
    assert len(waiting) > 1 and waiting == sorted(waiting)


def test_a_row_tells_what_it_waited_for(app: Flask):
    settle_community(some_shapes(200))
    rows = list(METRICS["solved"].iterate(scope_of("all")))
    for row in rows:
        assert row.path.startswith(f"/questions/{row.id}/") and row.status == "solved" and row.category_name
        assert row.solution_hours is not None and row.solution_hours >= 0
        assert (row.first_answer_hours is None) == (row.first_answer_at is None)
    assert any(row.author_name == "" for row in rows) and any(row.author_name == "Helper 1" for row in rows)


def test_moderators_do_not_count_what_only_staff_may_read(app: Flask):
    settle_community(some_shapes(200))

    def categories(overview: Overview) -> list[str]:
        return [row.named.key for row in overview.categories]

    assert categories(load_overview(scope_of("all", STAFF))) == ["public", "members", "staff"]
    seen = load_overview(scope_of("all", MODERATOR))
    assert categories(seen) == ["public", "members"]
    listed = [row for metric in METRICS.values() for row in metric.iterate(scope_of("all", MODERATOR))]
    assert listed and {row.category_name for row in listed} == {"Public", "Members"}
    assert categories(load_overview(scope_of("all", ANONYMOUS))) == ["public"]


def test_words_of_an_address_narrow_the_scope(app: Flask):
    settle_community(some_shapes(30))
    with assert_queries(3):
        scope = scope_of("2026-10", category="members", tag="pump", helper="Helper1")
    assert scope.query == {"period": "2026-10", "category": "members", "tag": "pump", "helper": "helper1"}
    assert scope.category and scope.category.title == "Members" and scope.helper and scope.helper.title == "Helper 1"
    with assert_queries(0):
        assert scope_of("30d").query == {"period": "30d"}


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        (STAFF, {"category": "nowhere"}), (STAFF, {"tag": "nothing"}), (STAFF, {"helper": "nobody"}),
        (MODERATOR, {"category": "staff"}), (MODERATOR, {"tag": "secret"}),
    ],
)  # fmt: skip
def test_what_the_reader_may_not_know_of_is_not_there(app: Flask, actor: Actor, words: dict[str, str]):
    settle_community([])
    make_question(category=make_category("inner", audience="staff"), tags=("secret",))
    assert scope_of(actor=STAFF, tag="secret").tag
    with pytest.raises(NotFound):
        scope_of(actor=actor, **words)


def test_tables_are_left_out_where_the_scope_is_of_one_row(app: Flask):
    settle_community(some_shapes(100))
    assert load_overview(scope_of(category="public")).categories == ()
    assert load_overview(scope_of(tag="pump")).tags == ()
    only = load_overview(scope_of("all", helper="helper1")).helpers
    assert [row.person.key for row in only] == ["helper1"]


def test_a_long_series_begins_with_the_first_question(app: Flask):
    make_question(created_at=NOW - timedelta(days=40))
    overview = load_overview(scope_of("all"))
    assert [point.figures["questions"].n for point in overview.series] == [1, 0, 0, 0, 0, 0]
    assert overview.previous_period is None and overview.previous == {}


def test_a_time_before_the_question_counts_as_none(app: Flask):
    thread = make_question(created_at=NOW - timedelta(hours=1))
    with unit_of_work():
        earlier = NOW - timedelta(hours=3)
        row = sa.update(Thread).where(Thread.id == thread.id).values(first_answer_at=earlier, first_peer_answer_at=earlier)
        read(row)  # type: ignore[arg-type]
    assert METRICS["first_response"].figure(scope_of()).value == 0.0


def test_the_database_measures_time_to_the_millisecond(app: Flask):
    begin = NOW - timedelta(days=700, microseconds=123_000)
    thread = make_question(created_at=begin)
    with unit_of_work():
        read(sa.update(Thread).where(Thread.id == thread.id).values(solved_at=NOW))  # type: ignore[arg-type]
    found = read(
        sa.select(elapsed_seconds(Thread.created_at, Thread.solved_at), elapsed_seconds(Thread.created_at, Thread.closed_at))
    )
    assert found.one() == (pytest.approx((NOW - begin).total_seconds(), abs=0.0005), None)


ENDS = st.one_of(st.just(float("nan")), st.integers(0, 40).map(float), st.floats(0, 1e9))


@given(st.lists(st.tuples(st.floats(0, 1e9), ENDS), max_size=80), st.sampled_from((0.1, 0.5, 0.9, 1.0)))
def test_curves_of_many_waits_are_those_of_the_plain_formula(pairs: list[tuple[float, float]], share: float):
    rows = np.full((len(pairs), len(OF_ANSWERS) + 1), np.nan)
    rows[:, :2] = np.array(pairs).reshape(-1, 2)
    curve = Waits(rows).curve(Wait.FIRST_ANSWER)
    plain = survival_curve((seen / 3600, False) if np.isnan(end) else (end / 3600, True) for seen, end in pairs)
    assert curve.steps(most=1000) == plain
    assert curve.quantile(share) == survival_quantile(plain, share)
    drawn = curve.steps()
    assert len(drawn) <= CURVE_STEPS + 1 and set(drawn) <= set(plain) and drawn[-1:] == plain[-1:]


def test_long_curves_are_drawn_with_few_steps():
    rows = np.full((5000, len(OF_ANSWERS) + 1), np.nan)
    rows[:, 0], rows[:4000, 1] = 1e7, np.arange(4000) * 60.0
    steps = Waits(rows).curve(Wait.FIRST_ANSWER).steps()
    assert 40 <= len(steps) <= CURVE_STEPS + 1 and steps[-1].share == pytest.approx(0.2)
