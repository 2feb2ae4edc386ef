"""What the knowledge figures should be, in plain Python over all rows: slow, without SQL, and with other formulas."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.forum.models import Category, Post, Thread, ThreadTag
from app.insights.measures import Metric, Unit
from app.insights.scope import Scope
from app.kb.models import Article, ArticleFeedback, ArticleFix, ArticleReuse, ArticleSource, Candidate
from app.pageviews.models import PageviewDay
from tests.insights.xml_figures import hours, product_limit

Row = Any


class Everything:
    """All rows, as one scope may look at them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        every = {model: list(db.session.scalars(sa.select(model))) for model in (
            Thread, Post, Article, ArticleSource, ArticleReuse, ArticleFix, ArticleFeedback, Candidate, PageviewDay, ThreadTag, Category,
        )}  # fmt: skip
        self.audience = {row.id: row.audience for row in every[Category]}
        self.tags = {(row.thread_id, row.tag_id) for row in every[ThreadTag]}
        self.threads, self.views = every[Thread], every[PageviewDay]
        self.listed_posts = {row.id: row for row in every[Post] if row.hidden_at is None and row.held_at is None}
        self.articles = {
            row.id: row for row in every[Article]
            if row.audience in scope.actor.audiences and row.published_revision is not None
        }  # fmt: skip
        self.drafts = {row.id for row in every[Article] if row.audience in scope.actor.audiences}
        self.all_sources = every[ArticleSource]
        self.sources = [row for row in every[ArticleSource] if row.article_id in self.articles]
        self.uses = [row for row in every[ArticleReuse] if row.article_id in self.articles and row.post_id in self.listed_posts]
        self.all_uses = [row for row in every[ArticleReuse] if row.post_id in self.listed_posts]
        self.fixes = [row for row in every[ArticleFix] if row.article_id in self.articles]
        self.words = every[ArticleFeedback]
        self.candidates = {row.thread_id: row for row in every[Candidate]}

    def is_readable(self, thread: Row) -> bool:
        is_listed = thread.hidden_at is None and thread.held_at is None
        return is_listed and self.audience[thread.category_id] in self.scope.actor.audiences

    def is_inside(self, moment: datetime | None) -> bool:
        return moment is not None and self.scope.period.start <= moment < self.scope.period.end

    def questions(self, *, with_duplicates: bool = False) -> list[Row]:
        scope = self.scope
        return [
            row for row in self.threads
            if row.kind == "question" and self.is_readable(row) and (with_duplicates or row.duplicate_of_id is None)
            and (scope.category is None or scope.category.id == row.category_id)
            and (scope.tag is None or (row.id, scope.tag.id) in self.tags)
        ]  # fmt: skip

    def standing_articles(self) -> list[Row]:
        """Articles of the scope: a category or tag keeps those that its questions gave passages to, or were led to."""
        if self.scope.category is None and self.scope.tag is None:
            return list(self.articles.values())
        inside = {row.id for row in self.questions()}
        touched = {row.article_id for row in [*self.sources, *self.uses] if row.thread_id in inside}
        return [row for row in self.articles.values() if row.id in touched]

    def uses_of(self, *, thread: Row = None, article: Row = None) -> list[Row]:
        """Uses in answers of the period: of a question, or of an article in the scope's questions."""
        recent = [row for row in self.uses if self.is_inside(self.listed_posts[row.post_id].created_at)]
        if thread is not None:
            return [row for row in recent if row.thread_id == thread.id]
        inside = {row.id for row in self.questions()}
        return [row for row in recent if row.article_id == article.id and row.thread_id in inside]

    def views_of(self, kind: str, ids: Iterable[int]) -> int:
        wanted, first = set(ids), first_day(self.scope.moment)
        return sum(row.views for row in self.views if row.kind == kind and row.target_id in wanted and row.day >= first)

    def issue_views(self, thread: Row) -> int:
        return self.views_of("thread", [row.id for row in self.threads if thread.id in (row.id, row.duplicate_of_id)])

    def words_of(self, article: Row, helpful: bool | None = None) -> int:
        inside = [row for row in self.words if row.article_id == article.id and self.is_inside(row.created_at)]
        return sum(helpful is None or row.is_helpful == helpful for row in inside)

    def built(self, thread: Row) -> list[Row]:
        """The articles that have a passage of the question."""
        return [self.articles[row.article_id] for row in self.sources if row.thread_id == thread.id]

    def fix_states(self, thread: Row) -> set[str]:
        return {row.state for row in self.fixes if row.thread_id == thread.id}

    def led_to(self, thread: Row) -> list[Row]:
        return [self.articles[row.article_id] for row in self.uses if row.thread_id == thread.id]


def first_day(moment: datetime) -> date:
    return (moment - timedelta(days=29)).date()


def is_added(all_: Everything, thread: Row) -> bool:
    return first_article(all_, thread) is not None


def first_article(all_: Everything, thread: Row) -> datetime | None:
    return min((row.published_at for row in all_.built(thread) if row.published_at >= thread.created_at), default=None)


def is_fixed(all_: Everything, thread: Row) -> bool:
    return "done" in all_.fix_states(thread) or any(row.published_at < thread.created_at for row in all_.built(thread))


def is_flagged(all_: Everything, thread: Row) -> bool:
    changed = any(row.thread_id == thread.id and row.change for row in all_.sources)
    return changed or "open" in all_.fix_states(thread)


def is_linked(all_: Everything, thread: Row) -> bool:
    return bool(all_.led_to(thread) or all_.built(thread) or all_.fix_states(thread) & {"open", "done"})


def is_repeat(all_: Everything, thread: Row) -> bool:
    def is_same(other: Row) -> bool:
        siblings = thread.duplicate_of_id is not None and thread.duplicate_of_id == other.duplicate_of_id
        return siblings or other.id == thread.duplicate_of_id or other.duplicate_of_id == thread.id

    return any(is_same(row) and row.created_at < thread.created_at and all_.is_readable(row) for row in all_.threads)


def had_article(all_: Everything, thread: Row) -> bool:
    return any(row.published_at < thread.created_at for row in all_.led_to(thread))


def is_worth(all_: Everything, thread: Row) -> bool:
    being_built = any(row.thread_id == thread.id and row.article_id in all_.drafts for row in all_.all_sources)
    wanted = thread.id in all_.candidates or being_built
    return is_added(all_, thread) or (wanted and not is_fixed(all_, thread))


def is_stale(all_: Everything, article: Row) -> bool:
    if article.next_review_at is not None:
        return bool(article.next_review_at <= all_.scope.moment)
    last = article.verified_at or article.published_at
    return article.review_every_days != 0 and all_.scope.moment - last >= timedelta(days=365)


def is_unused(all_: Everything, article: Row) -> bool:
    is_old = all_.scope.moment - article.published_at >= timedelta(days=90)
    return is_old and all(row.article_id != article.id for row in all_.all_uses)


Rule = Callable[[Everything, Row], bool]
Amount = Callable[[Everything, Row], int]


@dataclass(frozen=True)
class Figure:
    """Which rows are looked at, which of them count, and for how much."""

    rows: Callable[[Everything], list[Row]]
    rule: Rule = lambda _all, _row: True
    amount: Amount = lambda _all, _row: 1


def solved(all_: Everything) -> list[Row]:
    return [row for row in all_.questions() if all_.is_inside(row.solved_at)]


def arrived(all_: Everything) -> list[Row]:
    return [row for row in all_.questions(with_duplicates=True) if all_.is_inside(row.created_at)]


def asked(all_: Everything) -> list[Row]:
    return [row for row in all_.questions() if all_.is_inside(row.created_at)]


def popular(all_: Everything) -> list[Row]:
    return [row for row in all_.questions() if row.status == "solved" and all_.issue_views(row) >= 30]


def published(all_: Everything) -> list[Row]:
    return [row for row in all_.standing_articles() if row.state == "published"]


def _of_question(all_: Everything, row: Row) -> int:
    return len(all_.uses_of(thread=row))


def _of_article(all_: Everything, row: Row) -> int:
    return len(all_.uses_of(article=row))


def _standing(rule: Rule) -> Figure:
    return Figure(published, rule, lambda all_, row: all_.views_of("article", [row.id]))


def _judged(helpful: bool | None = None) -> Figure:
    def amount(all_: Everything, row: Row) -> int:
        return all_.words_of(row, helpful)

    return Figure(Everything.standing_articles, lambda all_, row: amount(all_, row) > 0, amount)


FIGURES: dict[str, Figure] = {
    "solved_in_period": Figure(solved, lambda _all, row: row.status == "solved"),
    "linked": Figure(solved, is_linked),
    "unlinked": Figure(solved, lambda all_, row: not is_linked(all_, row)),
    "link_used": Figure(solved, lambda all_, row: bool(all_.led_to(row))),
    "link_flagged": Figure(solved, is_flagged),
    "link_fixed": Figure(solved, is_fixed),
    "link_added": Figure(solved, is_added),
    "arrivals": Figure(arrived),
    "known": Figure(arrived, lambda all_, row: is_repeat(all_, row) or had_article(all_, row)),
    "known_repeat": Figure(arrived, is_repeat),
    "known_article": Figure(arrived, had_article),
    "new_questions": Figure(arrived, lambda all_, row: not (is_repeat(all_, row) or had_article(all_, row))),
    "questions_referred": Figure(Everything.questions, lambda all_, row: _of_question(all_, row) > 0, _of_question),
    "articles_used": Figure(Everything.standing_articles, lambda all_, row: _of_article(all_, row) > 0, _of_article),
    "worth_article": Figure(asked, is_worth),
    "became_article": Figure(asked, is_added),
    "articles_judged": _judged(),
    "articles_helpful": _judged(helpful=True),
    "articles_unhelpful": _judged(helpful=False),
    "articles": _standing(lambda _all, _row: True),
    "articles_stale": _standing(is_stale),
    "articles_needs_work": _standing(lambda _all, row: row.needs_work_at is not None),
    "articles_changed": _standing(lambda _all, row: row.source_changed_at is not None),
    "articles_unowned": _standing(lambda _all, row: row.owner_id is None),
    "articles_unused": _standing(is_unused),
    "popular": Figure(popular, amount=Everything.issue_views),
    "gaps": Figure(popular, lambda all_, row: row.card_post_id is None and not is_linked(all_, row), Everything.issue_views),
}


def amounts_of(key: str, all_: Everything) -> dict[int, int]:
    """By id, what the rows of a predicate count for."""
    figure = FIGURES[key]
    return {row.id: figure.amount(all_, row) for row in figure.rows(all_) if figure.rule(all_, row)}


def value_of(metric: Metric, all_: Everything) -> float | int | None:
    """The value that the metric should have."""
    amounts = amounts_of(metric.predicate.key, all_)
    if metric.unit is Unit.HOURS:
        return _time_of(metric, all_, set(amounts))
    value = sum(amounts.values()) if metric.is_weighted else len(amounts)
    if metric.of is None:
        return value
    whole = amounts_of(metric.of, all_)
    total = sum(whole.values()) if metric.is_weighted else len(whole)
    return value / total if total else None


def _time_of(metric: Metric, all_: Everything, ids: set[int]) -> float | None:
    ended, waiting = [], []
    for row in all_.threads:
        if row.id not in ids:
            continue
        candidate = all_.candidates.get(row.id)
        is_decided = candidate is not None and candidate.state in ("dismissed", "card")
        if (at := first_article(all_, row)) is not None:
            ended.append(hours(row.created_at, at))
        else:
            waiting.append(hours(row.created_at, candidate.decided_at if candidate and is_decided else all_.scope.moment))
    if metric.is_censored:
        return product_limit(ended, waiting, Fraction(str(metric.quantile)))
    if len(ended) < 2:
        return ended[0] if ended else None
    return statistics.quantiles(ended, n=10, method="inclusive")[round(metric.quantile * 10) - 1]


def few_of(all_: Everything) -> int:
    """How few articles make up four fifths of all uses."""
    counts, reached, few = sorted(amounts_of("articles_used", all_).values(), reverse=True), 0, 0
    while 5 * reached < 4 * sum(counts):
        reached, few = reached + counts[few], few + 1
    return few
