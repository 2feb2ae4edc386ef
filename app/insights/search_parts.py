"""What the parts of the page about search show, made from one Searching: rows of tables with their bars, and the chart. Pure."""

from collections.abc import Iterable

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext, separated
from app.core.records import Struct
from app.insights.charts import Bar, Column, ColumnChart, bar, column_chart
from app.insights.measures import Group, Metric
from app.insights.overview_parts import NumberRow
from app.insights.period_words import say_axis, say_label, say_short
from app.insights.presenters import NO_BREAK, Shown, show_figure
from app.insights.queries.overview import Point
from app.insights.queries.searching import Comparison, Searching
from app.insights.search_metrics import RANKS, SEARCH_ENDINGS, SEARCHING, SESSION_ENDINGS
from app.insights.urls import figure_path

_TONES = {"solved": "solved", "clicked": "solved", "asked": "wait", "refined": "likely", "left": "rest"}
_ASKED = {"ask_rate": lazy_gettext("Asked a question"), "escalation_rate": lazy_gettext("Had to be escalated")}


class PointRow(Struct, frozen=True):
    """A line of the table over time."""

    label: str
    searches: Shown
    empty: Shown
    opened: Shown
    bar: Bar


class ComparedRow(Struct, frozen=True):
    """A line of the comparison: both shares with what they rest on, and the difference in words with its interval."""

    label: str
    key: str
    shown: Shown
    held_out: Shown
    difference: str
    interval: str
    is_sure: bool
    is_more: bool


def shown(searching: Searching) -> dict[str, Shown]:
    """Return all figures by key."""
    return {key: show_figure(SEARCHING[key], figure, searching.scope) for key, figure in searching.figures.items()}


def before(searching: Searching) -> dict[str, Shown]:
    """Return the figures of the period before by key; empty where nobody searched or was about to ask then."""
    earlier = searching.scope.previous
    if earlier is None or not any(searching.previous[key].n for key in ("searches", "ask_sessions")):
        return {}
    return {key: show_figure(SEARCHING[key], figure, earlier) for key, figure in searching.previous.items()}


def shares(searching: Searching, *keys: str) -> tuple[NumberRow, ...]:
    """Return shares with their bars and intervals."""
    now, was = shown(searching), before(searching)
    return tuple(NumberRow(SEARCHING[key].title, now[key], was.get(key), _share_bar(searching, key)) for key in keys)


def ranks(searching: Searching) -> tuple[NumberRow, ...]:
    """Return which result was opened; a place that is not known only where there are such."""
    chosen = [metric for metric in RANKS if metric.key != "opened_unknown" or searching.figures[metric.key].n]
    return _counts(searching, chosen, "searches_opened")


def search_endings(searching: Searching) -> tuple[NumberRow, ...]:
    """Return how searches ended."""
    return _counts(searching, SEARCH_ENDINGS, "searches")


def session_endings(searching: Searching) -> tuple[NumberRow, ...]:
    """Return how sessions with a search ended."""
    return _counts(searching, SESSION_ENDINGS, "search_sessions")


def series(searching: Searching) -> tuple[PointRow, ...]:
    """Return the searches of each part of the period."""
    return tuple(_point(point, searching) for point in searching.series)


def series_chart(searching: Searching) -> ColumnChart:
    """Return the searches of each part of the period: a result opened, found nothing, and the rest."""
    return column_chart([_column(point, searching) for point in searching.series])


def compared(searching: Searching) -> tuple[ComparedRow, ...]:
    """Return both sides of the comparison beside each other."""
    now = shown(searching)
    return tuple(_compared(row, now) for row in searching.comparisons)


def counted() -> dict[str, list[Metric]]:
    """Return the figures of each part of the page, to say how they are counted."""
    return {group.value: [metric for metric in SEARCHING.values() if metric.group is group] for group in Group}


def say_points(difference: float) -> str:
    """Return a difference of shares in percentage points with its sign: +8 points, −3 points, 0 points."""
    points = round(difference * 100)
    sign = "+" if points > 0 else "−" if points < 0 else ""
    said = ngettext("%(points)s point", "%(points)s points", abs(points), points=f"{sign}{abs(points)}")
    return said.replace(" ", NO_BREAK)


def _compared(row: Comparison, now: dict[str, Shown]) -> ComparedRow:
    difference = "" if row.difference is None else say_points(row.difference)
    interval = (
        ""
        if row.low is None or row.high is None
        else _("%(low)s to %(high)s", low=say_points(row.low), high=say_points(row.high))
    )
    return ComparedRow(
        _ASKED[row.key], row.key, now[f"shown_{row.key}"], now[f"held_out_{row.key}"], difference, interval, row.is_sure,
        (row.difference or 0) > 0,
    )  # fmt: skip


def _counts(searching: Searching, metrics: Iterable[Metric], whole: str) -> tuple[NumberRow, ...]:
    now, was, most = shown(searching), before(searching), searching.figures[whole].n
    rows = []
    for metric in metrics:
        tone = _TONES.get(metric.key.rpartition("_")[2], "all")
        rows.append(NumberRow(metric.title, now[metric.key], was.get(metric.key), bar(((tone, now[metric.key].n),), most), tone))
    return tuple(rows)


def _share_bar(searching: Searching, key: str) -> Bar:
    figure = searching.figures[key]
    ends = (figure.low, figure.high) if figure.of and figure.low is not None and figure.high is not None else None
    tone = "wait" if key == "zero_result_share" else "all"
    return bar(((tone, figure.value or 0),), 1, ends)


def _point(point: Point, searching: Searching) -> PointRow:
    scope = searching.scope.in_period(point.period)
    keys = ("searches", "searches_empty", "searches_opened")
    searches, empty, opened = (show_figure(SEARCHING[key], point.figures[key], scope) for key in keys)
    drawn = bar((("solved", opened.n), ("wait", empty.n)), max(1, searches.n))
    return PointRow(say_short(point.period), searches, empty, opened, drawn)


def _column(point: Point, searching: Searching) -> Column:
    searches, empty, opened = (point.figures[key].n for key in ("searches", "searches_empty", "searches_opened"))
    scope, label = searching.scope.in_period(point.period), say_axis(point.period)
    title = ngettext(
        "%(when)s: %(num)s search, %(opened)s with an opened result, %(empty)s found nothing",
        "%(when)s: %(num)s searches, %(opened)s with an opened result, %(empty)s found nothing",
        searches,
        when=say_label(point.period),
        opened=separated(opened),
        empty=separated(empty),
    )
    parts = (("solved", opened), ("wait", empty), ("rest", max(0, searches - opened - empty)))
    return Column(label, parts, figure_path("searches", scope.query), title)
