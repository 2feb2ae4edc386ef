"""All figures about search of a scope, in few statements: what stands in SEARCHING, the comparison, and the gaps."""

import sqlalchemy as sa

from app.core.db import read
from app.core.records import Struct
from app.core.statistics import newcombe_interval
from app.insights.cohorts import Cohort, in_cohort
from app.insights.measures import Figure
from app.insights.period import Period
from app.insights.queries.counted import LONG_DAYS, Figures, figures_of, predicates_of
from app.insights.queries.counting import add_up, tally, tally_parts
from app.insights.queries.overview import Point
from app.insights.scope import Scope
from app.insights.search_metrics import searching_of
from app.search.gaps.queries import GapRow, count_gaps, list_gaps
from app.search.models import GapState, SearchSession

LEAST_COMPARED = 30
"""Sessions that each side needs before a difference is told at all; below, the interval would say next to nothing."""
TOP_GAPS = 5
_SEARCHED, _SESSIONS = searching_of(Cohort.SEARCHED), searching_of(Cohort.SESSIONS)


class Comparison(Struct, frozen=True):
    """A share of those with suggestions beside that of those without. `difference`: how much more often without, with the ends
    of its 95 % interval; None where one side has fewer than LEAST_COMPARED sessions.
    """

    key: str
    shown: Figure
    held_out: Figure
    difference: float | None
    low: float | None
    high: float | None

    @property
    def is_sure(self) -> bool:
        """Whether chance alone hardly makes such a difference."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


class Searching(Struct, frozen=True):
    """Everything that the page about search tells.

    `figures` has every key of SEARCHING; `previous` the same of the period before (empty where there is none). `shares` are the
    per cents that were held out in the period, one normally. `gaps` and `open_gaps` are those that the actor may know of, as they
    stand now.
    """

    scope: Scope
    previous_period: Period | None
    figures: Figures
    previous: Figures
    series: tuple[Point, ...]
    comparisons: tuple[Comparison, ...]
    shares: tuple[int, ...]
    gaps: tuple[GapRow, ...]
    open_gaps: int


def load_searching(scope: Scope) -> Searching:
    """Return all figures about search in the scope's period, in eight statements at most, nine for long periods."""
    scope = scope.of_period_alone
    earlier = scope.previous
    buckets = _span(scope).buckets()
    parts = tally_parts(scope, predicates_of(_SEARCHED), buckets)
    sessions = figures_of(_SESSIONS, tally(scope, predicates_of(_SESSIONS)))
    return Searching(
        scope=scope,
        previous_period=earlier.period if earlier else None,
        figures={**figures_of(_SEARCHED, add_up(parts, predicates_of(_SEARCHED))), **sessions},
        previous=_counted(earlier) if earlier else {},
        series=tuple(Point(bucket, figures_of(_SEARCHED, part)) for bucket, part in zip(buckets, parts, strict=True)),
        comparisons=(compare("ask_rate", sessions), compare("escalation_rate", sessions)),
        shares=_shares(scope),
        gaps=tuple(list_gaps(scope.actor, state=GapState.OPEN).items[:TOP_GAPS]),
        open_gaps=count_gaps(scope.actor)[GapState.OPEN],
    )


def compare(key: str, figures: Figures) -> Comparison:
    """Return the comparison of a share (`ask_rate`, `escalation_rate`) on both sides."""
    shown, held_out = figures[f"shown_{key}"], figures[f"held_out_{key}"]
    if min(shown.of or 0, held_out.of or 0) < LEAST_COMPARED:
        return Comparison(key, shown, held_out, None, None, None)
    return Comparison(
        key, shown, held_out, *newcombe_interval(held_out.hits or 0, held_out.of or 0, shown.hits or 0, shown.of or 0)
    )


def _counted(scope: Scope) -> Figures:
    found: Figures = {}
    for metrics in (_SEARCHED, _SESSIONS):
        found |= figures_of(metrics, tally(scope, predicates_of(metrics)))
    return found


def _shares(scope: Scope) -> tuple[int, ...]:
    held_out = sa.select(SearchSession.hold_out).where(in_cohort(scope, Cohort.SESSIONS), SearchSession.hold_out > 0)
    return tuple(sorted(read(held_out.distinct()).scalars()))


def _span(scope: Scope) -> Period:
    """Return the part of a long period since the first session that is kept (one statement, only for long ones)."""
    if scope.period.days <= LONG_DAYS:
        return scope.period
    begun = read(sa.select(sa.func.min(SearchSession.started_at))).scalar()
    return scope.period if begun is None else scope.period.narrowed(begun, scope.moment)
