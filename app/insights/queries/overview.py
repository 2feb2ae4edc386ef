"""All figures of the insights page, in few statements: what stands in METRICS, counted together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.db import read
from app.core.statistics import Step
from app.forum.models import Category, Thread
from app.insights.measures import Figure, Metric, Unit, WaitSummary
from app.insights.metrics import METRICS, metrics_of
from app.insights.period import Period
from app.insights.predicates import Cohort, Predicate, questions_of
from app.insights.queries.counting import Tally, add_up, tally, tally_categories, tally_periods, tally_tags
from app.insights.queries.ranking import HelperRow, list_top_helpers
from app.insights.queries.waits import SplitWaits, Wait, Waits, load_tag_waits, load_waits
from app.insights.scope import Named, Scope

TOP_TAGS = 20
TOP_HELPERS = 20
CURVE_STEPS = 60
# What the tables of categories and tags tell, besides times.
BREAKDOWN = (
    "questions", "answered", "unanswered", "answer_rate", "solved", "likely_solved", "disputed", "resolution_confirmed",
    "resolution_likely", "staff_first_share", "share_within_24h", "people_affected",
)  # fmt: skip
BREAKDOWN_TIMES = ("first_response", "staff_response", "peer_response", "solution_time")
# Longer spans begin with the first question rather than with the first day.
LONG_DAYS = 1100
Figures = dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The figures of one category or tag; `scope` is what its numbers' lists are about. `previous` is the period before."""

    named: Named
    scope: Scope
    figures: Figures
    previous: Figures


@dataclass(frozen=True, slots=True)
class Point:
    """One day, week, month, quarter or year of the period, with its counts and shares (no times)."""

    period: Period
    figures: Figures


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the insights page tells.

    `figures` has every key of METRICS; `previous` those whose cohort has a period (empty where there is no period before).
    `curves` are Kaplan-Meier curves in hours, thinned for drawing.
    """

    scope: Scope
    previous_period: Period | None
    figures: Figures
    previous: Figures
    series: tuple[Point, ...]
    categories: tuple[Breakdown, ...]
    tags: tuple[Breakdown, ...]
    helpers: tuple[HelperRow, ...]
    curves: dict[Wait, tuple[Step, ...]]


def load_overview(scope: Scope) -> Overview:
    """Return all figures of the scope (at most nine statements, whatever the number of questions, categories and tags)."""
    previous = scope.period.previous(scope.moment)
    spans = [scope.period] if previous is None else [scope.period, previous]
    buckets = _span(scope).buckets()
    waits = load_waits(scope, spans)
    now = _summarise(waits, 0)
    counted = _count_periods(scope, buckets, previous)
    figures = {**counted.figures, **_figures(metrics_of(Cohort.NOW), _tally_now(scope)), **_times(now)}
    earlier = {**counted.previous, **_times(_summarise(waits, 1))} if previous else {}
    return Overview(
        scope=scope,
        previous_period=previous,
        figures=figures,
        previous=earlier,
        series=counted.series,
        categories=() if scope.category else _by_category(scope, spans, waits),
        tags=() if scope.tag else _by_tag(scope, spans),
        helpers=list_top_helpers(scope, TOP_HELPERS),
        curves={wait: thin(now.curve(wait)) for wait in Wait},
    )


def thin(steps: Sequence[Step], most: int = CURVE_STEPS) -> tuple[Step, ...]:
    """Return at most about `most` steps of a curve, spread evenly over the share that waits; the last one always."""
    kept: list[Step] = []
    for step in steps:
        if not kept or kept[-1].share - step.share >= 1 / most or step is steps[-1]:
            kept.append(step)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Counted:
    figures: Figures
    previous: Figures
    series: tuple[Point, ...]


def _count_periods(scope: Scope, buckets: Sequence[Period], previous: Period | None) -> _Counted:
    """Return the counts and shares of the period, the one before, and the parts that it consists of."""
    periods = [*([previous] if previous else []), *buckets]
    parts: list[Figures] = [{} for _ in buckets]
    figures: Figures = {}
    earlier: Figures = {}
    for cohort in (Cohort.ASKED, Cohort.SOLVED):
        metrics = _counted_metrics(cohort)
        predicates = _predicates(metrics)
        tallies = tally_periods(scope, predicates, periods)
        if previous:
            earlier |= _figures(metrics, tallies.pop(0))
        figures |= _figures(metrics, add_up(tallies, predicates))
        for part, found in zip(parts, tallies, strict=True):
            part |= _figures(metrics, found)
    return _Counted(figures, earlier, tuple(map(Point, buckets, parts)))


def _counted_metrics(cohort: Cohort) -> tuple[Metric, ...]:
    return tuple(metric for metric in metrics_of(cohort) if metric.unit is not Unit.HOURS)


def _predicates(metrics: Iterable[Metric]) -> list[Predicate]:
    """Return what must be counted for the metrics, each once."""
    return list({predicate.key: predicate for metric in metrics for predicate in metric.predicates}.values())


def _figures(metrics: Iterable[Metric], found: Tally) -> Figures:
    return {metric.key: metric.of_counts(found) for metric in metrics}


def _times(summary: WaitSummary) -> Figures:
    return {metric.key: metric.of_waits(summary) for metric in METRICS.values() if metric.unit is Unit.HOURS}


def _tally_now(scope: Scope) -> Tally:
    return tally(scope, _predicates(metrics_of(Cohort.NOW)))


def _summarise(waits: SplitWaits, place: int) -> WaitSummary:
    return WaitSummary(waits.by_period.get(place, Waits(())))


def _span(scope: Scope) -> Period:
    """Return the part of a long period since the first question (one statement, only for long ones)."""
    if scope.period.days <= LONG_DAYS:
        return scope.period
    first = sa.select(sa.func.min(Thread.created_at)).select_from(Thread).join(Category, Category.id == Thread.category_id)
    begun = read(first.where(questions_of(scope))).scalar()
    return scope.period if begun is None else scope.period.narrowed(begun, scope.moment)


def _by_category(scope: Scope, spans: Sequence[Period], waits: SplitWaits) -> tuple[Breakdown, ...]:
    metrics = [METRICS[key] for key in BREAKDOWN]
    found = tally_categories(scope, _predicates(metrics), spans)
    return tuple(
        _breakdown(scope.in_category(named), named, metrics, tallies, waits.by_category) for named, tallies in found.items()
    )


def _by_tag(scope: Scope, spans: Sequence[Period]) -> tuple[Breakdown, ...]:
    metrics = [METRICS[key] for key in BREAKDOWN]
    found = tally_tags(scope, _predicates(metrics), spans, TOP_TAGS)
    waits = load_tag_waits(scope, spans, [named.id for named in found]) if found else {}
    rows = [_breakdown(scope.with_tag(named), named, metrics, tallies, waits) for named, tallies in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.figures["questions"].n, row.named.title)))


def _breakdown(
    scope: Scope, named: Named, metrics: Sequence[Metric], tallies: dict[int, Tally], waits: dict[tuple[int, int], Waits]
) -> Breakdown:
    sides = []
    for place in (0, 1):
        counts = tallies.get(place) or add_up((), _predicates(metrics))
        summary = WaitSummary(waits.get((place, named.id), Waits(())))
        times = {key: METRICS[key].of_waits(summary) for key in BREAKDOWN_TIMES}
        sides.append({**_figures(metrics, counts), **times})
    return Breakdown(named, scope, sides[0], sides[1] if scope.period.previous(scope.moment) else {})
