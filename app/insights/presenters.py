"""Figures in words: values as people read them, the links behind them, and the sentences that open each part of the page. No SQL."""

from collections.abc import Iterable, Mapping, Sequence

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.records import Struct
from app.forum.queries.categories import CategoryRow
from app.insights.cohorts import Cohort, Subject
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.measures import Figure, Metric, Unit
from app.insights.period import ALL, Period, parse_period
from app.insights.period_words import say_label, say_period
from app.insights.queries.choosing import Wish
from app.insights.scope import Scope
from app.insights.urls import figure_path
from app.web.filters import count, span

NOTHING = "–"
NO_BREAK = "\u00a0"
# Which rows a list looks at, with the period in words.
_LOOKED_AT = {
    Cohort.ASKED: lazy_gettext("asked %(when)s"),
    Cohort.SOLVED: lazy_gettext("solved %(when)s, whenever asked"),
    Cohort.NOW: lazy_gettext("as it stands now"),
    Cohort.ARRIVED: lazy_gettext("asked %(when)s, duplicates included"),
    Cohort.REFERRED: lazy_gettext("whenever asked, by official answers given %(when)s"),
    Cohort.POPULAR: lazy_gettext("as they stand now"),
    Cohort.PUBLISHED: lazy_gettext("as they stand now"),
    Cohort.USED: lazy_gettext("by official answers given %(when)s"),
    Cohort.JUDGED: lazy_gettext("by what readers said %(when)s"),
    Cohort.SEARCHED: lazy_gettext("made %(when)s, in sessions that are over"),
    Cohort.SESSIONS: lazy_gettext("begun %(when)s and over"),
}
_NOUNS = {
    Subject.QUESTION: lazy_gettext("questions"),
    Subject.ARTICLE: lazy_gettext("articles"),
    Subject.SEARCH: lazy_gettext("searches"),
    Subject.SESSION: lazy_gettext("sessions"),
}
LAST_DAYS = ("30d", "90d", "365d")


class Shown(Struct, frozen=True):
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


class Choice(Struct, frozen=True):
    """One entry of a list to choose from."""

    value: str
    label: str
    is_chosen: bool


class Filters(Struct, frozen=True):
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
        return _("under 1 %(sign)s", sign="%").replace(" ", NO_BREAK)
    if whole == 100 and share < 1:
        return _("over 99 %(sign)s", sign="%").replace(" ", NO_BREAK)
    return f"{whole}{NO_BREAK}%"


def show_figure(metric: Metric, figure: Figure, scope: Scope) -> Shown:
    """Return a figure with its list."""
    interval, rests_on, of_path = "", "", ""
    if metric.denominator is not None and figure.of:
        interval = say_interval(figure.low or 0, figure.high or 0)
        rests_on = say_part(figure.n if figure.hits is None else figure.hits, figure.of)
        of_path = figure_path(metric.denominator.key, scope.query)
    elif metric.unit is Unit.HOURS and figure.ended is not None:
        rests_on = say_part(figure.ended, figure.n) if metric.is_censored else count(figure.ended)
    path = figure_path(metric.key, scope.query)
    return Shown(metric.key, metric.title, say_value(metric, figure), path, figure.value, figure.n, interval, rests_on, of_path)


def show_figures(figures: Mapping[str, Figure], scope: Scope) -> dict[str, Shown]:
    """Return all figures of a scope by key."""
    return {key: show_figure(ALL_METRICS[key], figure, scope) for key, figure in figures.items()}


def say_interval(low: float, high: float) -> str:
    """Return the range that chance allows for a share."""
    return _("%(low)s to %(high)s", low=say_share(low), high=say_share(high))


def say_part(part: int, whole: int) -> str:
    """Return what a share rests on: 12 of 30."""
    return _("%(part)s of %(whole)s", part=count(part), whole=count(whole))


def say_scope(scope: Scope) -> str:
    """Return what narrows the figures beside the period, to stand behind a noun: " in Printers with the tag “drip”"; empty when nothing does."""
    words, category, tag = "", scope.category.title if scope.category else "", scope.tag.title if scope.tag else ""
    if category and tag:
        words = _("%(noun)s in %(category)s with the tag “%(tag)s”", noun="", category=category, tag=tag)
    elif category:
        words = _("%(noun)s in %(category)s", noun="", category=category)
    elif tag:
        words = _("%(noun)s with the tag “%(tag)s”", noun="", tag=tag)
    if scope.helper:
        words = _("%(noun)s, solved by %(person)s", noun=words, person=scope.helper.title)
    if scope.article:
        words = _("%(noun)s, about “%(article)s”", noun=words, article=scope.article.title)
    return words


def say_list(metric: Metric, scope: Scope, n: int) -> str:
    """Return what a list holds, in one sentence."""
    narrowed = say_scope(scope)
    if metric.subject is Subject.ARTICLE and narrowed:
        narrowed = _("%(noun)s built from or used for questions%(narrowed)s", noun="", narrowed=narrowed)
    return _(
        "%(rows)s %(sentence)s. Looked at: %(what)s%(narrowed)s, %(when)s.",
        rows=_counted(metric.subject, n),
        sentence=metric.sentence,
        what=_NOUNS[metric.subject],
        narrowed=narrowed,
        when=_LOOKED_AT[metric.predicate.cohort] % {"when": say_period(scope.period)},
    )


def _counted(subject: Subject, n: int) -> str:
    if subject is Subject.ARTICLE:
        return ngettext("%(num)s article", "%(num)s articles", n)
    if subject is Subject.SEARCH:
        return ngettext("%(num)s search", "%(num)s searches", n)
    if subject is Subject.SESSION:
        return ngettext("%(num)s session", "%(num)s sessions", n)
    return ngettext("%(num)s question", "%(num)s questions", n)


def filters_of(wish: Wish, scope: Scope, categories: Sequence[CategoryRow], error: Invalid | None = None) -> Filters:
    """Return the form, filled with what was asked for."""
    known = {period.key: say_label(period) for period in _offered(scope)}
    known.setdefault(scope.period.key, say_label(scope.period))
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
