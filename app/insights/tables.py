"""The tables of the insights page as rows for files: header and lines of each, from one Overview. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from app.core.exporting import Cell
from app.insights.measures import Figure
from app.insights.metrics import METRICS
from app.insights.queries.overview import Breakdown, Overview

FIGURES = (
    "figure", "title", "unit", "value", "low", "high", "questions", "of", "ended", "value_before", "questions_before", "cohort", "formula"
)  # fmt: skip
BROKEN_DOWN = (
    "questions", "answered", "unanswered", "solved", "likely_solved", "disputed", "answer_rate", "resolution_confirmed",
    "resolution_likely", "staff_first_share", "share_within_24h", "people_affected", "first_response", "staff_response",
    "peer_response", "solution_time",
)  # fmt: skip
OVER_TIME = (
    "questions", "answered", "unanswered", "solved", "likely_solved", "disputed", "needs_info", "closed", "solved_in_period",
    "answer_rate", "resolution_confirmed", "resolution_likely",
)  # fmt: skip
Rows = Callable[[Overview], Iterator[tuple[Cell, ...]]]


def _figures(overview: Overview) -> Iterator[tuple[Cell, ...]]:
    for key, figure in overview.figures.items():
        metric, before = METRICS[key], overview.previous.get(key)
        yield (
            key, metric.title, metric.unit, figure.value, figure.low, figure.high, figure.n, figure.of, figure.ended,
            before.value if before else None, before.n if before else None, metric.cohort, metric.formula,
        )  # fmt: skip


def _series(overview: Overview) -> Iterator[tuple[Cell, ...]]:
    for point in overview.series:
        days = (point.period.first_day.isoformat(), point.period.last_day.isoformat())
        yield (*days, *_values(point.figures, OVER_TIME))


def _categories(overview: Overview) -> Iterator[tuple[Cell, ...]]:
    return _broken_down(overview.categories)


def _tags(overview: Overview) -> Iterator[tuple[Cell, ...]]:
    return _broken_down(overview.tags)


def _helpers(overview: Overview) -> Iterator[tuple[Cell, ...]]:
    for row in overview.helpers:
        yield row.person.key, row.person.title, row.role, row.solutions


def _broken_down(rows: Sequence[Breakdown]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield row.named.key, row.named.title, *_values(row.figures, BROKEN_DOWN)


def _values(figures: Mapping[str, Figure], keys: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(figures[key].value for key in keys)


# By the word in addresses: header, and the lines. Shares are from 0 to 1, times in hours; an empty cell: there is nothing to tell.
TABLES: dict[str, tuple[tuple[str, ...], Rows]] = {
    "figures": (FIGURES, _figures),
    "series": (("first_day", "last_day", *OVER_TIME), _series),
    "categories": (("category", "name", *BROKEN_DOWN), _categories),
    "tags": (("tag", "name", *BROKEN_DOWN), _tags),
    "helpers": (("name", "display_name", "role", "solved_by_helpers"), _helpers),
}
