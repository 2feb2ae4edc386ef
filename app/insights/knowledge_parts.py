"""What the parts of the page about knowledge show, made from one Knowledge: rows of tables with their bars, and the charts. Pure."""

from collections.abc import Iterable

from app.core.i18n import gettext as _
from app.core.i18n import ngettext, separated
from app.core.records import Struct
from app.insights.charts import Bar, Column, ColumnChart, CurveChart, ParetoChart, bar, column_chart, curve_chart, pareto_chart
from app.insights.knowledge_metrics import ALL_METRICS, CARE, KNOWLEDGE, LINKING
from app.insights.measures import Group
from app.insights.overview_parts import NumberRow
from app.insights.period_words import say_axis, say_label, say_short
from app.insights.presenters import Shown, say_interval, say_part, say_share, show_figure
from app.insights.queries.knowledge import JudgedArticle, Knowledge
from app.insights.queries.overview import Breakdown, Point
from app.insights.urls import figure_path, knowledge_path

KNOWN = ("known_repeat_share", "known_article_share", "known_share", "new_share")
TIMES = ("article_time", "article_time_p90", "article_time_known", "article_time_known_p90")


class LinkRow(Struct, frozen=True):
    """A line about links of some solved questions: a part of the period, or a category."""

    label: str
    path: str
    solved: Shown
    linked: Shown
    rate: Shown
    bar: Bar
    before: Shown | None = None


class UsedLine(Struct, frozen=True):
    """A line of the Pareto table: the article, its uses with their list, and what it and those before it make up."""

    rank: int
    title: str
    path: str
    uses: int
    uses_path: str
    reach: str
    bar: Bar


class JudgedLine(Struct, frozen=True):
    """A line about how an article helped: of how many readers, and the range that chance allows."""

    title: str
    path: str
    feedback_path: str
    share: str
    of: str
    interval: str
    bar: Bar


class CareLine(Struct, frozen=True):
    """A line about articles that want attention, as a share of all."""

    label: str
    now: Shown
    share: Shown
    bar: Bar


def shown(knowledge: Knowledge) -> dict[str, Shown]:
    """Return all figures by key."""
    return {key: show_figure(ALL_METRICS[key], figure, knowledge.scope) for key, figure in knowledge.figures.items()}


def before(knowledge: Knowledge) -> dict[str, Shown]:
    """Return the figures of the period before by key; empty where nothing was solved or asked then."""
    earlier = knowledge.scope.previous
    if earlier is None or not any(knowledge.previous[key].n for key in ("solved_in_period", "arrivals")):
        return {}
    return {key: show_figure(ALL_METRICS[key], figure, earlier) for key, figure in knowledge.previous.items()}


def links(knowledge: Knowledge) -> tuple[NumberRow, ...]:
    """Return how many solved questions used, flagged, fixed or added an article, and how many did none of it."""
    return _shares(knowledge, ("link_rate", *(f"{metric.key}_share" for metric in LINKING)), {"link_rate": "solved"})


def known(knowledge: Knowledge) -> tuple[NumberRow, ...]:
    """Return how many questions were known and how many new."""
    return _shares(knowledge, KNOWN, {"known_share": "solved", "new_share": "rest"})


def series(knowledge: Knowledge) -> tuple[LinkRow, ...]:
    """Return the links of each part of the period."""
    return tuple(_point(point, knowledge) for point in knowledge.series)


def series_chart(knowledge: Knowledge) -> ColumnChart:
    """Return the solved questions of each part of the period: with an article, and without."""
    return column_chart([_column(point, knowledge) for point in knowledge.series])


def categories(knowledge: Knowledge) -> tuple[LinkRow, ...]:
    """Return the links of each category."""
    return tuple(_category(row) for row in knowledge.categories)


def used(knowledge: Knowledge) -> tuple[UsedLine, ...]:
    """Return the articles that were used most."""
    scope, reuse = knowledge.scope, knowledge.reuse
    most = max((row.uses for row in reuse.articles), default=0)
    return tuple(
        UsedLine(
            rank, row.article.title, row.path, row.uses,
            figure_path("questions_referred", scope.with_article(row.article).query), say_share(row.reach), bar((("all", row.uses),), most),
        )
        for rank, row in enumerate(reuse.articles, start=1)
    )  # fmt: skip


def used_chart(knowledge: Knowledge) -> ParetoChart:
    """Return the same as columns that fall, with the line of what they make up together."""
    columns = [
        Column(
            str(line.rank),
            (("all", line.uses),),
            line.uses_path,
            ngettext(
                "%(title)s: %(num)s use, %(reach)s so far",
                "%(title)s: %(num)s uses, %(reach)s so far",
                line.uses,
                title=line.title,
                reach=line.reach,
            ),
        )
        for line in used(knowledge)
    ]
    return pareto_chart(columns, max(1, knowledge.reuse.uses))


def judged(knowledge: Knowledge) -> tuple[JudgedLine, ...]:
    """Return how each article helped, those that fail most surely first."""
    return tuple(_judged(row) for row in knowledge.judged)


def care(knowledge: Knowledge) -> tuple[CareLine, ...]:
    """Return how many articles want attention, and why."""
    whole, now = max(1, knowledge.figures["articles"].n), shown(knowledge)
    return tuple(
        CareLine(metric.title, now[metric.key], now[f"{metric.key}_share"], bar((("wait", now[metric.key].n),), whole))
        for metric in CARE
    )


def times(knowledge: Knowledge) -> tuple[NumberRow, ...]:
    """Return the time from thread to article, as the table of times takes it."""
    now, was = shown(knowledge), before(knowledge)
    first, *others = (now[key] for key in TIMES)
    return (NumberRow(_("Article"), first, was.get(TIMES[0]), None, "plain", tuple(others)),)


def time_chart(knowledge: Knowledge) -> CurveChart:
    """Return the share of questions worth an article that had one after a time."""
    return curve_chart([("solved", _("an article was published"), knowledge.curve, knowledge.figures["article_time"].value)])


def counted() -> dict[str, list[object]]:
    """Return the figures of each part of the page, to say how they are counted."""
    return {group.value: [metric for metric in KNOWLEDGE.values() if metric.group is group] for group in Group}


def _shares(knowledge: Knowledge, keys: Iterable[str], tones: dict[str, str]) -> tuple[NumberRow, ...]:
    now, was = shown(knowledge), before(knowledge)
    return tuple(
        NumberRow(
            _part_title(key),
            now[key],
            was.get(key),
            _share_bar(knowledge, key, tones.get(key, "all")),
        )
        for key in keys
    )


def _part_title(key: str) -> str:
    """Return what a share is of: the title of what it counts; the link rate is called by its own name."""
    metric = ALL_METRICS[key]
    return metric.title if key == "link_rate" else ALL_METRICS[metric.predicate.key].title


def _share_bar(knowledge: Knowledge, key: str, tone: str) -> Bar:
    figure = knowledge.figures[key]
    ends = (figure.low, figure.high) if figure.of and figure.low is not None and figure.high is not None else None
    return bar(((tone, figure.value or 0),), 1, ends)


def _point(point: Point, knowledge: Knowledge) -> LinkRow:
    scope = knowledge.scope.in_period(point.period)
    solved, linked, rate = (
        show_figure(ALL_METRICS[key], point.figures[key], scope) for key in ("solved_in_period", "linked", "link_rate")
    )
    return LinkRow(
        say_short(point.period), knowledge_path(scope.query), solved, linked, rate, bar((("solved", linked.n),), max(1, solved.n))
    )


def _column(point: Point, knowledge: Knowledge) -> Column:
    linked, solved = point.figures["linked"].n, point.figures["solved_in_period"].n
    scope, label = knowledge.scope.in_period(point.period), say_axis(point.period)
    title = ngettext(
        "%(when)s: %(num)s question solved, %(linked)s with an article",
        "%(when)s: %(num)s questions solved, %(linked)s with an article",
        solved,
        when=say_label(point.period),
        linked=separated(linked),
    )
    return Column(label, (("solved", linked), ("rest", solved - linked)), figure_path("solved_in_period", scope.query), title)


def _category(row: Breakdown) -> LinkRow:
    solved, linked, rate = (
        show_figure(ALL_METRICS[key], row.figures[key], row.scope) for key in ("solved_in_period", "linked", "link_rate")
    )
    earlier = row.scope.previous
    was = row.previous.get("link_rate")
    drawn = row.figures["link_rate"]
    ends = (drawn.low, drawn.high) if drawn.low is not None and drawn.high is not None else None
    return LinkRow(
        row.named.title, knowledge_path(row.scope.query), solved, linked, rate, bar((("solved", drawn.value or 0),), 1, ends),
        show_figure(ALL_METRICS["link_rate"], was, earlier) if was is not None and earlier is not None else None,
    )  # fmt: skip


def _judged(row: JudgedArticle) -> JudgedLine:
    share = row.helpful / row.words
    return JudgedLine(
        row.article.title, row.path, f"{row.path}#feedback", say_share(share), say_part(row.helpful, row.words),
        say_interval(row.low, row.high), bar((("solved", share),), 1, (row.low, row.high)),
    )  # fmt: skip
