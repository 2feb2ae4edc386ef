"""All knowledge figures of a scope, in few statements: what stands in KNOWLEDGE, counted together, and its tables."""

import sqlalchemy as sa

from app.core.db import read
from app.core.records import Struct
from app.core.statistics import Step, wilson_interval
from app.insights.cohorts import Cohort, articles_of, judgements_in_period, uses_in_questions
from app.insights.knowledge_metrics import IS_HELPFUL, KNOWLEDGE, knowledge_of
from app.insights.measures import Unit, WaitSummary
from app.insights.metrics import SOLVED_IN
from app.insights.period import Period
from app.insights.queries.article_waits import load_article_waits
from app.insights.queries.counted import Counted, Figures, figures_of, merged, predicates_of, span_of
from app.insights.queries.counting import tally
from app.insights.queries.listing import MetricRow, list_questions
from app.insights.queries.overview import Breakdown, Point
from app.insights.queries.waits import NO_WAITS, Wait
from app.insights.scope import Named, Scope
from app.kb.models import Article, ArticleFeedback, ArticleReuse, Section
from app.kb.urls import article_path

TOP_ARTICLES = 20
TOP_GAPS = 10
# Pareto: how few articles make up this share of all uses.
MOST_USES = 0.8
_LINKED = (SOLVED_IN, *knowledge_of(Cohort.SOLVED))
_COUNTED = tuple(cohort for cohort in Cohort if knowledge_of(cohort) and cohort is not Cohort.SOLVED)
_TIMES = tuple(metric for metric in KNOWLEDGE.values() if metric.unit is Unit.HOURS)


class UsedArticle(Struct, frozen=True):
    """An article by its uses in the period; `reach` is the share of all uses that it and those before it make up."""

    article: Named
    path: str
    uses: int
    reach: float


class Reuse(Struct, frozen=True):
    """Articles by their uses, most used first: the first of them, how many there are, and how few make up 80 % of all uses."""

    articles: tuple[UsedArticle, ...]
    size: int
    uses: int
    few: int


class JudgedArticle(Struct, frozen=True):
    """An article by readers' words in the period, with the 95 % Wilson interval of the share whom it helped."""

    article: Named
    path: str
    helpful: int
    words: int
    low: float
    high: float


class Knowledge(Struct, frozen=True):
    """Everything that the page about knowledge tells.

    `figures` has every key of KNOWLEDGE and `solved_in_period`; `previous` those whose cohort has a period (empty where there
    is no period before). `series` and `categories` are about links alone. `judged` begins with the articles that fail most surely.
    """

    scope: Scope
    previous_period: Period | None
    figures: Figures
    previous: Figures
    series: tuple[Point, ...]
    categories: tuple[Breakdown, ...]
    reuse: Reuse
    judged: tuple[JudgedArticle, ...]
    gaps: tuple[MetricRow, ...]
    curve: tuple[Step, ...]


def load_knowledge(scope: Scope) -> Knowledge:
    """Return all knowledge figures of the scope, in fourteen statements at most, fifteen for long periods."""
    earlier = scope.previous
    spans = [scope.period] if earlier is None else [scope.period, earlier.period]
    buckets = span_of(scope).buckets()
    linked = Counted.load(scope, _LINKED, [*buckets, *spans[1:]])
    waits = load_article_waits(scope, spans)
    now, before = (WaitSummary(waits.get(place, NO_WAITS)) for place in (0, 1))
    size = len(buckets)
    return Knowledge(
        scope=scope,
        previous_period=earlier.period if earlier else None,
        figures={**merged([linked], slice(size)), **_counted(scope), **_times(now)},
        previous={**merged([linked], slice(size, None)), **_counted(earlier, True), **_times(before)} if earlier else {},
        series=tuple(Point(bucket, merged([linked], slice(place, place + 1))) for place, bucket in enumerate(buckets)),
        categories=() if scope.category else _by_category(scope, linked, size),
        reuse=load_reuse(scope),
        judged=list_judged(scope, TOP_ARTICLES),
        gaps=tuple(list_questions(scope, KNOWLEDGE["gaps"].predicate, 1).items[:TOP_GAPS]),
        curve=now.curve(Wait.ARTICLE).steps(),
    )


def load_reuse(scope: Scope, most: int = TOP_ARTICLES) -> Reuse:
    """Return the articles that official answers of the period lead to, the same that `articles_used` counts (one statement)."""
    number = sa.func.count()
    counted = uses_in_questions(scope, ArticleReuse.article_id, number.label("uses")).group_by(ArticleReuse.article_id).subquery()
    statement = (
        sa.select(Article.id, Article.title, Section.slug, Article.slug.label("name"), counted.c.uses)
        .join(counted, counted.c.article_id == Article.id)
        .join(Section, Section.id == Article.section_id)
        .where(articles_of(scope))
        .order_by(counted.c.uses.desc(), Article.title, Article.id)
    )
    rows = read(statement).all()
    total, reached, few = sum(row.uses for row in rows), 0, 0
    found: list[UsedArticle] = []
    for article_id, title, section, slug, uses in rows:
        few += reached < MOST_USES * total
        reached += uses
        if len(found) < most:
            named = Named(article_id, str(article_id), title)
            found.append(UsedArticle(named, article_path(section, slug), uses, reached / total))
    return Reuse(tuple(found), len(rows), total, few)


def list_judged(scope: Scope, most: int) -> tuple[JudgedArticle, ...]:
    """Return the articles that readers judged in the period, those first that help surely the smallest share (one statement)."""
    counts = (sa.func.count(sa.case((IS_HELPFUL, 1))).label("helpful"), sa.func.count().label("words"))
    counted = judgements_in_period(scope, ArticleFeedback.article_id, *counts).group_by(ArticleFeedback.article_id).subquery()
    statement = (
        sa.select(Article.id, Article.title, Section.slug, Article.slug.label("name"), counted.c.helpful, counted.c.words)
        .join(counted, counted.c.article_id == Article.id)
        .join(Section, Section.id == Article.section_id)
        .where(articles_of(scope))
    )
    rows = [
        JudgedArticle(Named(row[0], str(row[0]), row[1]), article_path(row[2], row[3]), row[4], row[5], *wilson_interval(row[4], row[5]))
        for row in read(statement)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.high, row.low, row.article.title, row.article.id))[:most])


def _counted(scope: Scope, is_before: bool = False) -> Figures:
    """Return what is counted apart from links: one statement for each cohort, of the period before only where it has one."""
    found: Figures = {}
    for cohort in _COUNTED:
        if cohort.has_period or not is_before:
            metrics = knowledge_of(cohort)
            found |= figures_of(metrics, tally(scope, predicates_of(metrics)))
    return found


def _times(summary: WaitSummary) -> Figures:
    return {metric.key: metric.of_waits(summary) for metric in _TIMES}


def _by_category(scope: Scope, linked: Counted, size: int) -> tuple[Breakdown, ...]:
    rows = [
        Breakdown(
            named, scope.in_category(named), linked.figures(slice(size), named),
            linked.figures(slice(size, None), named) if scope.previous else {},
        )
        for named in linked.split.names
    ]  # fmt: skip
    return tuple(row for row in rows if row.figures[SOLVED_IN.key].n)
