"""The tables of the page about search as rows for files: header and lines of each, from one Searching. Pure."""

from collections.abc import Callable, Iterator

from app.core.exporting import Cell
from app.insights.queries.searching import Searching
from app.insights.search_metrics import SEARCHING

FIGURES = (
    "figure", "title", "unit", "value", "low", "high", "rows", "of", "value_before", "rows_before", "counts", "cohort", "formula"
)  # fmt: skip
OVER_TIME = ("searches", "searches_empty", "searches_opened", "zero_result_share", "click_share", "first_rank_share")
COMPARISON = (
    "what", "with_suggestions", "of_sessions_with", "share_with", "without_suggestions", "of_sessions_without", "share_without", "difference",
    "low", "high",
)  # fmt: skip
Rows = Callable[[Searching], Iterator[tuple[Cell, ...]]]


def _figures(searching: Searching) -> Iterator[tuple[Cell, ...]]:
    for key, figure in searching.figures.items():
        metric, before = SEARCHING[key], searching.previous.get(key)
        yield (
            key, metric.title, metric.unit, figure.value, figure.low, figure.high, figure.n, figure.of,
            before.value if before else None, before.n if before else None, metric.subject.plural, metric.cohort, metric.formula,
        )  # fmt: skip


def _series(searching: Searching) -> Iterator[tuple[Cell, ...]]:
    for point in searching.series:
        days = (point.period.first_day.isoformat(), point.period.last_day.isoformat())
        yield (*days, *(point.figures[key].value for key in OVER_TIME))


def _comparison(searching: Searching) -> Iterator[tuple[Cell, ...]]:
    for row in searching.comparisons:
        sides = (row.shown.hits, row.shown.of, row.shown.value, row.held_out.hits, row.held_out.of, row.held_out.value)
        yield (row.key, *sides, row.difference, row.low, row.high)


# By the word in addresses: header, and the lines. Shares are from 0 to 1; an empty cell: there is nothing to tell.
SEARCH_TABLES: dict[str, tuple[tuple[str, ...], Rows]] = {
    "figures": (FIGURES, _figures),
    "series": (("first_day", "last_day", *OVER_TIME), _series),
    "comparison": (COMPARISON, _comparison),
}
