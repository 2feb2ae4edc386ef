"""All figures of the insights page, in few statements: what stands in METRICS, counted together."""

from collections.abc import Iterable, Sequence

from app.core.records import Struct
from app.core.statistics import Step
from app.insights.cohorts import Cohort
from app.insights.measures import Unit, WaitSummary
from app.insights.metrics import METRICS, metrics_of
from app.insights.period import Period
from app.insights.queries.counted import Counted, Figures, figures_of, merged, predicates_of, span_of
from app.insights.queries.counting import tally, tally_tags
from app.insights.queries.ranking import HelperRow, list_top_helpers
from app.insights.queries.waits import NO_WAITS, OF_ANSWERS, Wait, Waits, load_tag_waits, load_waits
from app.insights.scope import Named, Scope

TOP_TAGS = 20
TOP_HELPERS = 20
# What the table of tags tells; that of categories tells everything that has a period, and these times.
TAG_FIGURES = (
    "questions", "answered", "unanswered", "answer_rate", "solved", "likely_solved", "disputed", "resolution_confirmed",
    "resolution_likely", "staff_first_share", "share_within_24h", "people_affected",
)  # fmt: skip
TABLE_TIMES = ("first_response", "staff_response", "peer_response", "solution_time")
TIME_KEYS = tuple(metric.key for metric in METRICS.values() if metric.unit is Unit.HOURS)
# What is counted by category and by part of the period: all but times.
OVERVIEW = {
    cohort: tuple(metric for metric in metrics_of(cohort) if metric.unit is not Unit.HOURS)
    for cohort in (Cohort.ASKED, Cohort.SOLVED)
}


class Breakdown(Struct, frozen=True):
    """The figures of one category or tag; `scope` is what its numbers' lists are about. `previous` is the period before."""

    named: Named
    scope: Scope
    figures: Figures
    previous: Figures


class Point(Struct, frozen=True):
    """One day, week, month, quarter or year of the period, with its counts and shares (no times)."""

    period: Period
    figures: Figures


class Overview(Struct, frozen=True):
    """Everything that the insights page tells.

    `figures` has every key of METRICS; `previous` those whose cohort has a period (empty where there is no period before).
    `categories` are those in which something was asked in the period, in their order, `tags` the most frequent first; each is
    empty where the scope is of one already. `curves` are Kaplan-Meier curves in hours, thinned for drawing.
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
    """Return all figures of the scope, in seven statements at most, eight for long periods.

    Their number depends neither on how many questions there are, nor on categories and tags.
    """
    previous = scope.period.previous(scope.moment)
    spans = [scope.period] if previous is None else [scope.period, previous]
    buckets = span_of(scope).buckets()
    counted = [Counted.load(scope, OVERVIEW[cohort], [*buckets, *spans[1:]]) for cohort in (Cohort.ASKED, Cohort.SOLVED)]
    waits = load_waits(scope, spans)
    now, before = (WaitSummary(waits.by_period.get(place, NO_WAITS)) for place in (0, 1))
    size, waiting = len(buckets), metrics_of(Cohort.NOW)
    current = figures_of(waiting, tally(scope, predicates_of(waiting)))
    return Overview(
        scope=scope,
        previous_period=previous,
        figures={**merged(counted, slice(size)), **current, **_times(now)},
        previous={**merged(counted, slice(size, None)), **_times(before)} if previous else {},
        series=tuple(Point(bucket, merged(counted, slice(place, place + 1))) for place, bucket in enumerate(buckets)),
        categories=() if scope.category else _by_category(scope, counted[0], size, waits.by_category),
        tags=() if scope.tag else _by_tag(scope, spans),
        helpers=list_top_helpers(scope, TOP_HELPERS),
        curves={wait: now.curve(wait).steps() for wait in OF_ANSWERS},
    )


def _times(summary: WaitSummary, keys: Iterable[str] = TIME_KEYS) -> Figures:
    return {key: METRICS[key].of_waits(summary) for key in keys}


def _by_category(scope: Scope, asked: Counted, size: int, waits: dict[tuple[int, int], Waits]) -> tuple[Breakdown, ...]:
    rows = [
        _breakdown(scope.in_category(named), named, asked, (slice(size), slice(size, None)), waits)
        for named in asked.split.names
    ]  # fmt: skip
    return tuple(row for row in rows if row.figures["questions"].n)


def _by_tag(scope: Scope, spans: Sequence[Period]) -> tuple[Breakdown, ...]:
    metrics = tuple(METRICS[key] for key in TAG_FIGURES)
    asked = Counted(metrics, tally_tags(scope, predicates_of(metrics), spans, TOP_TAGS))
    names = asked.split.names
    waits = load_tag_waits(scope, spans, [named.id for named in names]) if names else {}
    rows = [_breakdown(scope.with_tag(named), named, asked, (slice(1), slice(1, None)), waits) for named in names]
    return tuple(sorted(rows, key=lambda row: (-row.figures["questions"].n, row.named.title)))


def _breakdown(
    scope: Scope, named: Named, asked: Counted, sides: tuple[slice, slice], waits: dict[tuple[int, int], Waits]
) -> Breakdown:
    """Return a row of a table: the figures now, and those of the period before if there is one."""
    now, before = (
        {**asked.figures(places, named), **_times(WaitSummary(waits.get((side, named.id), NO_WAITS)), TABLE_TIMES)}
        for side, places in enumerate(sides)
    )
    return Breakdown(named, scope, now, before if scope.previous else {})
