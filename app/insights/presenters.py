"""Figures in words: values as people read them, the links behind them, and the sentences that open each part of the page. No SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.i18n import lazy_gettext
from app.forum.queries.categories import CategoryRow
from app.insights.cohorts import Cohort, Subject
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.measures import Figure, Metric, Unit
from app.insights.period import ALL, Period, parse_period
from app.insights.queries.choosing import Wish
from app.insights.scope import Scope
from app.insights.urls import figure_path
from app.web.filters import count, plural, span

NOTHING = "–"
NO_BREAK = "\u00a0"
# Which rows a list looks at, with the period in words.
_LOOKED_AT = {
    Cohort.ASKED: "asked {}", Cohort.SOLVED: lazy_gettext("solved {}, whenever asked"), Cohort.NOW: lazy_gettext("as it stands now"),
    Cohort.ARRIVED: lazy_gettext("asked {}, duplicates included"), Cohort.REFERRED: lazy_gettext("whenever asked, by official answers given {}"),
    Cohort.POPULAR: lazy_gettext("as they stand now"), Cohort.PUBLISHED: lazy_gettext("as they stand now"),
    Cohort.USED: lazy_gettext("by official answers given {}"),
    Cohort.JUDGED: lazy_gettext("by what readers said {}"), Cohort.SEARCHED: lazy_gettext("made {}, in sessions that are over"),
    Cohort.SESSIONS: lazy_gettext("begun {} and over"),
}  # fmt: skip
LAST_DAYS = ("30d", "90d", "365d")


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it is read: its value as text and bare, where its list is, the interval of a share, and what it rests on."""

    key: str
    title: str
    text: str
    path: str
    value: float | int | None
    n: int
    interval: str = ""
    rests_on: str = ""
    of_path: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """The form above the figures: what can be chosen, what was typed, and what is wrong with it."""

    periods: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    tag: str
    first: str
    last: str
    errors: Mapping[str, str]
    has_own_days: bool


def say_value(metric: Metric, figure: Figure) -> str:
    """Return a value as text; a dash where there is nothing to tell."""
    if figure.value is None:
        return NOTHING
    if metric.unit is Unit.SHARE:
        return say_share(figure.value)
    if metric.unit is Unit.HOURS:
        return span(figure.value * 60).replace(" ", NO_BREAK)
    return count(int(figure.value))


def say_share(share: float) -> str:
    """Return a share in whole per cent; never 0 or 100 unless it is exactly that."""
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return f"under{NO_BREAK}1{NO_BREAK}%"
    if whole == 100 and share < 1:
        return f"over{NO_BREAK}99{NO_BREAK}%"
    return f"{whole}{NO_BREAK}%"


def show_figure(metric: Metric, figure: Figure, scope: Scope) -> Shown:
    """Return a figure with its list."""
    interval, rests_on, of_path = "", "", ""
    if metric.denominator is not None and figure.of:
        interval = f"{say_share(figure.low or 0)} to {say_share(figure.high or 0)}"
        rests_on = f"{count(figure.n if figure.hits is None else figure.hits)} of {count(figure.of)}"
        of_path = figure_path(metric.denominator.key, scope.query)
    elif metric.unit is Unit.HOURS and figure.ended is not None:
        rests_on = f"{count(figure.ended)} of {count(figure.n)}" if metric.is_censored else count(figure.ended)
    path = figure_path(metric.key, scope.query)
    return Shown(metric.key, metric.title, say_value(metric, figure), path, figure.value, figure.n, interval, rests_on, of_path)


def show_figures(figures: Mapping[str, Figure], scope: Scope) -> dict[str, Shown]:
    """Return all figures of a scope by key."""
    return {key: show_figure(ALL_METRICS[key], figure, scope) for key, figure in figures.items()}


def say_period(period: Period) -> str:
    """Return when, as it stands in a sentence: in the last 90 days, in October 2026, from 5 to 11 January 2026."""
    if period.key == ALL:
        return "so far"
    if period.key == "1d":
        return "today"
    if period.key.endswith("d"):
        return f"in the last {plural(period.days, 'day')}"
    if ".." in period.key:
        return f"on {period.label}" if period.days == 1 else f"from {period.label}"
    return f"from {period.label}" if "Q" in period.key else f"in {period.label}"


def say_short(period: Period) -> str:
    """Return the shortest name of a period for a table: 3 Oct, 5–11 Jan, Oct 2026, Jan–Mar 2026, 2026."""
    first, last = period.first_day, period.last_day
    begin, end = f"{first.day} {first:%b}", f"{last.day} {last:%b}"
    if period.days == 1:
        return begin
    if ".." in period.key:
        year = "" if period.days <= 7 else f" {last.year}"
        return f"{first.day}–{end}{year}" if (first.month, first.year) == (last.month, last.year) else f"{begin} – {end}{year}"
    if "Q" in period.key:
        return f"{first:%b}–{last:%b} {last.year}"
    return f"{first:%b} {first.year}" if "-" in period.key else period.label


def say_scope(scope: Scope) -> str:
    """Return what narrows the figures beside the period: " in Printers with the tag “drip”"; empty when nothing does."""
    words = [f" in {scope.category.title}" if scope.category else "", f" with the tag “{scope.tag.title}”" if scope.tag else ""]
    words += [
        f", solved by {scope.helper.title}" if scope.helper else "",
        f", about “{scope.article.title}”" if scope.article else "",
    ]
    return "".join(words)


def say_list(metric: Metric, scope: Scope, n: int) -> str:
    """Return what a list holds, in one sentence."""
    noun, narrowed = metric.subject.plural, say_scope(scope)
    if metric.subject is Subject.ARTICLE and narrowed:
        narrowed = f" built from or used for questions{narrowed}"
    looked_at = _LOOKED_AT[metric.predicate.cohort].format(say_period(scope.period))
    return f"{plural(n, str(metric.subject), noun)} {metric.sentence}. Looked at: {noun}{narrowed}, {looked_at}."


def filters_of(wish: Wish, scope: Scope, categories: Sequence[CategoryRow], error: Invalid | None = None) -> Filters:
    """Return the form, filled with what was asked for."""
    known = {period.key: period.label for period in _offered(scope)}
    known.setdefault(scope.period.key, scope.period.label)
    errors = error.errors if error else {}
    chosen = scope.category.key if scope.category else wish.category
    is_own = ".." in scope.period.key or bool({"from", "to"} & errors.keys())
    return Filters(
        periods=tuple(Choice(key, label, key == scope.period.key) for key, label in known.items()),
        categories=tuple(Choice(row.slug, row.name, row.slug == chosen) for row in categories),
        tag=wish.tag,
        first=wish.first or (scope.period.first_day.isoformat() if is_own else ""),
        last=wish.last or (scope.period.last_day.isoformat() if is_own else ""),
        errors=errors,
        has_own_days=is_own,
    )


def _offered(scope: Scope) -> Iterable[Period]:
    """Return the spans that most people want: the last days, this and the last month, quarter and year, all."""
    zone = scope.period.zone
    today = scope.moment.astimezone(zone).date()
    months = today.year * 12 + today.month - 1
    quarters = months // 3
    keys = [*LAST_DAYS, *(f"{month // 12}-{month % 12 + 1:02}" for month in (months, months - 1))]
    keys += [f"{quarter // 4}-Q{quarter % 4 + 1}" for quarter in (quarters, quarters - 1)]
    keys += [str(today.year), str(today.year - 1), ALL]
    return (parse_period(key, moment=scope.moment, zone=zone) for key in keys)
