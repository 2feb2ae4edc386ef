"""What the parts of the insights page show, made from one Overview: rows of tables with their bars, and the charts. Pure."""

from collections.abc import Mapping, Sequence

from app.accounts.urls import person_path
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext, separated
from app.core.records import Struct
from app.insights.charts import Bar, Column, ColumnChart, CurveChart, bar, column_chart, curve_chart
from app.insights.measures import Figure
from app.insights.metrics import AGEING, METRICS, STANDINGS
from app.insights.period_words import say_axis, say_label, say_period, say_short
from app.insights.presenters import Shown, show_figure, show_figures
from app.insights.queries.overview import Breakdown, Overview, Point
from app.insights.queries.waits import Wait
from app.insights.scope import Scope
from app.insights.urls import figure_path, insights_path

RESPONSE = (
    (lazy_gettext("Anybody"), "first_response", "all"),
    (lazy_gettext("Staff"), "staff_response", "staff"),
    (lazy_gettext("Peers"), "peer_response", "peer"),
)
SOLUTION = ((lazy_gettext("Solved"), "solution_time", "solved"), (lazy_gettext("Accepted"), "acceptance_time", "plain"))
SHARES_OF_SOLUTIONS = ("staff_solution_share", "peer_solution_share", "asker_solution_share", "first_answer_share")
SHARES_OF_ANSWERS = ("staff_first_share", "peer_first_share")
IN_TIME = (1, 24, 72)
_CURVES = {
    "response": (
        (Wait.FIRST_ANSWER, "all", lazy_gettext("anybody")),
        (Wait.STAFF_ANSWER, "staff", lazy_gettext("staff")),
        (Wait.PEER_ANSWER, "peer", lazy_gettext("peers")),
    ),
    "solution": ((Wait.SOLUTION, "solved", lazy_gettext("solved")), (Wait.ACCEPTANCE, "plain", lazy_gettext("accepted"))),
}


class NumberRow(Struct, frozen=True):
    """A line of a table: a figure, the same in the period before, and a bar. `part` is its share of the whole, as text."""

    label: str
    now: Shown
    before: Shown | None
    bar: Bar | None = None
    tone: str = ""
    others: tuple[Shown, ...] = ()


class BandRow(Struct, frozen=True):
    """A line about the resolution rate of some questions: confirmed, and with the probably solved ones."""

    label: str
    path: str
    questions: Shown
    confirmed: Shown
    likely: Shown
    bar: Bar
    others: tuple[Shown, ...] = ()
    before: Shown | None = None


class PointRow(Struct, frozen=True):
    """A line of the table over time."""

    label: str
    asked: Shown
    answered: Shown
    solved: Shown
    likely: Shown
    solved_in: Shown


def _pair(overview: Overview, key: str) -> tuple[Shown, Shown | None]:
    metric, earlier = METRICS[key], overview.scope.previous
    now = show_figure(metric, overview.figures[key], overview.scope)
    was = overview.previous.get(key)
    if was is None or earlier is None or not has_before(overview):
        return now, None
    return now, show_figure(metric, was, earlier)


def has_before(overview: Overview) -> bool:
    """Return whether anything was asked in the period before, so that it can stand beside."""
    return "questions" in overview.previous and overview.previous["questions"].n > 0


def bands(overview: Overview) -> tuple[BandRow, ...]:
    """Return the resolution rate of the period and of the one before."""
    rows = [
        _band(_capital(say_period(overview.scope.period)), insights_path(overview.scope.query), overview.figures, overview.scope)
    ]
    earlier = overview.scope.previous
    if earlier is not None and has_before(overview):
        rows.append(
            _band(
                _("Before, %(when)s", when=say_period(earlier.period)), insights_path(earlier.query), overview.previous, earlier
            )
        )
    return tuple(rows)


def standings(overview: Overview) -> tuple[NumberRow, ...]:
    """Return how many questions stand how now."""
    tones = {"solved": "solved", "likely_solved": "likely", "disputed": "wait", "needs_info": "wait"}
    most = max((overview.figures[metric.key].n for metric in STANDINGS), default=0)
    return tuple(_counted(overview, metric.key, metric.title, most, tones.get(metric.key, "rest")) for metric in STANDINGS)


def ageing(overview: Overview) -> tuple[NumberRow, ...]:
    """Return how long those that wait now have waited; their sum is the figure `waiting`."""
    buckets = [metric for metric in AGEING if metric.key != "waiting"]
    most = max(overview.figures[metric.key].n for metric in buckets)
    return tuple(_counted(overview, metric.key, metric.title, most, "wait") for metric in buckets)


def in_time(overview: Overview) -> tuple[NumberRow, ...]:
    """Return the shares that were answered in time, with those that are too young to judge."""
    rows = []
    for hours in IN_TIME:
        row = _share(overview, f"share_within_{hours}h", ngettext("within %(num)s hour", "within %(num)s hours", hours), "all")
        young = _pair(overview, f"not_judged_{hours}h")[0]
        rows.append(NumberRow(row.label, row.now, row.before, row.bar, row.tone, (young,)))
    return tuple(rows)


def shares(overview: Overview, keys: Sequence[str]) -> tuple[NumberRow, ...]:
    """Return shares with their bars."""
    tones = {"staff_solution_share": "staff", "staff_first_share": "staff", "first_answer_share": "solved"}
    return tuple(_share(overview, key, METRICS[key].title, tones.get(key, "peer")) for key in keys)


def times(overview: Overview, rows: Sequence[tuple[str, str, str]]) -> tuple[NumberRow, ...]:
    """Return medians with 9 of 10, and the same of those that ended, each with its list."""
    found = []
    for label, key, tone in rows:
        now, before = _pair(overview, key)
        others = tuple(_pair(overview, f"{key}_{end}")[0] for end in ("p90", "known", "known_p90"))
        found.append(NumberRow(label, now, before, None, tone, others))
    return tuple(found)


def series(overview: Overview) -> tuple[PointRow, ...]:
    """Return the counts of each day, week, month, quarter or year."""
    return tuple(_point(point, overview.scope) for point in overview.series)


def series_chart(overview: Overview) -> ColumnChart:
    """Return the questions of each part of the period: solved, probably solved, others."""
    return column_chart([_column(point, overview.scope) for point in overview.series])


def curve_legend(overview: Overview, name: str) -> tuple[tuple[str, str], ...]:
    """Return (tone, words) of the curves that the chart has."""
    words = {
        "all": _("By anybody"),
        "staff": _("By staff (broken line)"),
        "peer": _("By peers (dotted line)"),
        "solved": _("Solved"),
        "plain": _("An answer was accepted (broken line)"),
    }
    return tuple((tone, words[tone]) for wait, tone, _label in _CURVES[name] if overview.curves[wait])


def time_chart(overview: Overview, name: str) -> CurveChart:
    """Return the share that has ended after a time: of first answers (`response`) or of solutions (`solution`)."""
    keys = {Wait.FIRST_ANSWER: "first_response", Wait.STAFF_ANSWER: "staff_response", Wait.PEER_ANSWER: "peer_response",
            Wait.SOLUTION: "solution_time", Wait.ACCEPTANCE: "acceptance_time"}  # fmt: skip
    curves = [(tone, label, overview.curves[wait], overview.figures[keys[wait]].value) for wait, tone, label in _CURVES[name]]
    return curve_chart(curves)


def breakdown(rows: Sequence[Breakdown]) -> tuple[BandRow, ...]:
    """Return the lines of categories or tags."""
    return tuple(_broken_down(row) for row in rows)


class HelperLine(Struct, frozen=True):
    """A line about a person: their profile, the questions they solved, and those as a bar."""

    title: str
    profile_path: str
    role: str
    solutions: int
    path: str
    bar: Bar


def helpers(overview: Overview) -> tuple[HelperLine, ...]:
    """Return who solved most questions."""
    most = max((row.solutions for row in overview.helpers), default=0)
    return tuple(
        HelperLine(
            row.person.title,
            person_path(row.person.key),
            row.role,
            row.solutions,
            figure_path("solved_by_helpers", overview.scope.with_helper(row.person).query),
            bar((("solved", row.solutions),), most),
        )
        for row in overview.helpers
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _broken_down(row: Breakdown) -> BandRow:
    others = tuple(
        show_figure(METRICS[key], row.figures[key], row.scope) for key in ("first_response", "share_within_24h", "solution_time")
    )
    earlier = row.scope.previous
    key = "resolution_confirmed"
    before = show_figure(METRICS[key], row.previous[key], earlier) if earlier and key in row.previous else None
    return _band(row.named.title, insights_path(row.scope.query), row.figures, row.scope, others, before)


def _band(
    label: str,
    path: str,
    figures: Mapping[str, Figure],
    scope: Scope,
    others: tuple[Shown, ...] = (),
    before: Shown | None = None,
) -> BandRow:
    needed = ("questions", "resolution_confirmed", "likely_solved")
    shown = show_figures({key: figures[key] for key in needed}, scope)
    confirmed = figures["resolution_confirmed"]
    total, ends = figures["questions"].n, None
    if total and confirmed.low is not None and confirmed.high is not None:
        ends = (confirmed.low * total, confirmed.high * total)
    drawn = bar((("solved", figures["solved"].n), ("likely", figures["likely_solved"].n)), total, ends)
    questions, rate, likely = (shown[key] for key in needed)
    return BandRow(label, path, questions, rate, likely, drawn, others, before)


def _counted(overview: Overview, key: str, label: str, most: int, tone: str) -> NumberRow:
    now, before = _pair(overview, key)
    return NumberRow(label, now, before, bar(((tone, now.n),), most), tone)


def _share(overview: Overview, key: str, label: str, tone: str) -> NumberRow:
    now, before = _pair(overview, key)
    figure = overview.figures[key]
    ends = (figure.low, figure.high) if figure.of and figure.low is not None and figure.high is not None else None
    return NumberRow(label, now, before, bar(((tone, figure.value or 0),), 1, ends), tone)


def _point(point: Point, whole: Scope) -> PointRow:
    scope = whole.in_period(point.period)
    shown = show_figures(point.figures, scope)
    keys = ("questions", "answered", "solved", "likely_solved", "solved_in_period")
    return PointRow(say_short(point.period), *(shown[key] for key in keys))


def _column(point: Point, whole: Scope) -> Column:
    numbers = {key: point.figures[key].n for key in ("questions", "solved", "likely_solved")}
    rest = numbers["questions"] - numbers["solved"] - numbers["likely_solved"]
    parts = (("solved", numbers["solved"]), ("likely", numbers["likely_solved"]), ("rest", rest))
    title = ngettext(
        "%(when)s: %(num)s question, %(solved)s solved, %(likely)s probably",
        "%(when)s: %(num)s questions, %(solved)s solved, %(likely)s probably",
        numbers["questions"],
        when=say_label(point.period),
        solved=separated(numbers["solved"]),
        likely=separated(numbers["likely_solved"]),
    )
    return Column(say_axis(point.period), parts, figure_path("questions", whole.in_period(point.period).query), title)
