"""Tests about knowledge: which questions articles answered, improved or came from, and how articles fare. SQL only.

"Leads to" means a link in a listed official answer (ArticleReuse), "built from" a passage of the question in the article
(ArticleSource), "to fix" a thread that was linked to an article because it should say something better (ArticleFix). Only
articles count that the actor may read and that were published.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.forum.models import Category, Post, Thread
from app.insights.cohorts import (
    first_read_day,
    judgements_in_period,
    readable_articles,
    uses_in_period,
    uses_in_questions,
)
from app.insights.scope import Scope
from app.kb.models import Article, ArticleFeedback, ArticleFix, ArticleReuse, ArticleSource, Candidate, FixState, SourceChange
from app.pageviews.models import PageviewDay

# An article without a date for another look is stale when nobody confirmed it for so long.
STALE_AFTER = timedelta(days=365)
# So long a new article may stay without a use before it is called unused.
TIME_TO_BE_USED = timedelta(days=90)
_EARLIER = aliased(Thread, name="earlier")


def _exists(statement: sa.Select[*tuple[Any, ...]]) -> sa.ColumnElement[bool]:
    return statement.correlate(Thread).exists()


def _leads_to(scope: Scope, *criteria: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A listed official answer of the question leads to an article that meets `criteria`, whenever it was given."""
    return _exists(
        sa.select(sa.literal(1))
        .select_from(ArticleReuse)
        .join(Post, Post.id == ArticleReuse.post_id)
        .join(Article, Article.id == ArticleReuse.article_id)
        .where(
            ArticleReuse.thread_id == Thread.id, Post.hidden_at.is_(None), Post.held_at.is_(None), readable_articles(scope), *criteria
        )
    )  # fmt: skip


def _built(scope: Scope, columns: Any, *criteria: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement over the articles that were built from the question and meet `criteria`."""
    statement = sa.select(columns).select_from(ArticleSource).join(Article, Article.id == ArticleSource.article_id)
    return statement.where(ArticleSource.thread_id == Thread.id, readable_articles(scope), *criteria)


def used_article(scope: Scope) -> sa.ColumnElement[bool]:
    """An official answer leads to an article."""
    return _leads_to(scope)


def added_article(scope: Scope) -> sa.ColumnElement[bool]:
    """An article was built from it that was first published after it was asked."""
    return _exists(_built(scope, sa.literal(1), Article.published_at >= Thread.created_at))


def _to_fix(scope: Scope, *states: FixState) -> sa.ColumnElement[bool]:
    """The question was linked to an article as something to fix there, and that stands in one of `states`."""
    return _exists(
        sa.select(sa.literal(1))
        .select_from(ArticleFix)
        .join(Article, Article.id == ArticleFix.article_id)
        .where(ArticleFix.thread_id == Thread.id, ArticleFix.state.in_(states), readable_articles(scope))
    )


def fixed_article(scope: Scope) -> sa.ColumnElement[bool]:
    """What it showed was fixed in an article, or it gave a passage to one that readers had before it was asked."""
    older = _exists(_built(scope, sa.literal(1), Article.published_at < Thread.created_at))
    return sa.or_(older, _to_fix(scope, FixState.DONE))


def flagged_article(scope: Scope) -> sa.ColumnElement[bool]:
    """It shows what to fix in an article, or a passage that it gave changed; and nobody has looked at it yet."""
    changed = _exists(_built(scope, sa.literal(1), ArticleSource.change != SourceChange.NONE))
    return sa.or_(changed, _to_fix(scope, FixState.OPEN))


def linked_article(scope: Scope) -> sa.ColumnElement[bool]:
    """It used, flagged, fixed or added an article."""
    built = _exists(_built(scope, sa.literal(1)))
    return sa.or_(used_article(scope), built, _to_fix(scope, FixState.OPEN, FixState.DONE))


def not_linked(scope: Scope) -> sa.ColumnElement[bool]:
    """It did nothing of this."""
    return sa.not_(linked_article(scope))


def is_gap(scope: Scope) -> sa.ColumnElement[bool]:
    """It did nothing of this, and no answer is pinned as its card either."""
    return sa.and_(Thread.card_post_id.is_(None), not_linked(scope))


def is_repeat(scope: Scope) -> sa.ColumnElement[bool]:
    """A question of the same issue, which the actor may read, was asked earlier."""
    readable = sa.select(Category.id).where(Category.audience.in_(scope.actor.audiences)).correlate(None)
    same = sa.or_(
        _EARLIER.id == Thread.duplicate_of_id,
        _EARLIER.duplicate_of_id == Thread.id,
        _EARLIER.duplicate_of_id == Thread.duplicate_of_id,
    )
    return _exists(
        sa.select(sa.literal(1)).where(
            same, _EARLIER.created_at < Thread.created_at, _EARLIER.hidden_at.is_(None), _EARLIER.held_at.is_(None),
            _EARLIER.category_id.in_(readable),
        )
    )  # fmt: skip


def had_article(scope: Scope) -> sa.ColumnElement[bool]:
    """An official answer leads to an article that readers had before the question was asked."""
    return _leads_to(scope, Article.published_at < Thread.created_at)


def is_known(scope: Scope) -> sa.ColumnElement[bool]:
    """The answer was there before the question: as an article, or as an earlier question of the same issue."""
    return sa.or_(is_repeat(scope), had_article(scope))


def is_new(scope: Scope) -> sa.ColumnElement[bool]:
    """Nothing of that was there."""
    return sa.not_(is_known(scope))


def is_worth_an_article(scope: Scope) -> sa.ColumnElement[bool]:
    """Proposed for an article or being made into one, and not just a fix of an article that was there before."""
    proposed = _exists(sa.select(sa.literal(1)).where(Candidate.thread_id == Thread.id))
    being_built = _exists(
        sa.select(sa.literal(1))
        .select_from(ArticleSource)
        .join(Article, Article.id == ArticleSource.article_id)
        .where(ArticleSource.thread_id == Thread.id, Article.audience.in_(scope.actor.audiences))
    )
    return sa.or_(added_article(scope), sa.and_(sa.or_(proposed, being_built), sa.not_(fixed_article(scope))))


def first_article_at(scope: Scope) -> sa.ColumnElement[Any]:
    """When the first article that was built from the question, and is newer than it, was published."""
    first = _built(scope, sa.func.min(Article.published_at), Article.published_at >= Thread.created_at)
    return first.correlate(Thread).scalar_subquery()


def uses_of_question(scope: Scope) -> sa.ColumnElement[Any]:
    """How often its official answers of the period lead to an article."""
    uses = uses_in_period(scope, sa.func.count()).where(ArticleReuse.thread_id == Thread.id)
    return uses.correlate(Thread).scalar_subquery()


def views_of_question(scope: Scope) -> sa.ColumnElement[Any]:
    """How often it and its duplicates were read in the last 30 days."""
    same = aliased(Thread, name="same")
    return (
        sa.select(sa.func.coalesce(sa.func.sum(PageviewDay.views), 0))
        .select_from(same)
        .join(PageviewDay, sa.and_(PageviewDay.kind == "thread", PageviewDay.target_id == same.id))
        .where(sa.or_(same.id == Thread.id, same.duplicate_of_id == Thread.id), PageviewDay.day >= first_read_day(scope))
        .correlate(Thread)
        .scalar_subquery()
    )


def uses_of_article(scope: Scope) -> sa.ColumnElement[Any]:
    """How many official answers of the period lead to it."""
    uses = uses_in_questions(scope, sa.func.count()).where(ArticleReuse.article_id == Article.id)
    return uses.correlate(Article).scalar_subquery()


def views_of_article(scope: Scope) -> sa.ColumnElement[Any]:
    """How often it was read in the last 30 days."""
    views = sa.select(sa.func.coalesce(sa.func.sum(PageviewDay.views), 0)).where(
        PageviewDay.kind == "article", PageviewDay.target_id == Article.id, PageviewDay.day >= first_read_day(scope)
    )
    return views.correlate(Article).scalar_subquery()


def words_about(*criteria: sa.ColumnElement[bool]) -> Callable[[Scope], sa.ColumnElement[Any]]:
    """Return the amount of readers' words of the period about an article that meet `criteria`."""

    def amount(scope: Scope) -> sa.ColumnElement[Any]:
        words = judgements_in_period(scope, sa.func.count()).where(ArticleFeedback.article_id == Article.id, *criteria)
        return words.correlate(Article).scalar_subquery()

    return amount


def has_words(*criteria: sa.ColumnElement[bool]) -> Callable[[Scope], sa.ColumnElement[bool]]:
    """Return the test whether a reader's word of the period about an article meets `criteria`."""

    def test(scope: Scope) -> sa.ColumnElement[bool]:
        words = judgements_in_period(scope, sa.literal(1)).where(ArticleFeedback.article_id == Article.id, *criteria)
        return words.correlate(Article).exists()

    return test


def is_stale(scope: Scope) -> sa.ColumnElement[bool]:
    """Its date for another look has come; or it has none, and nobody confirmed it for a year (unless it needs no look at all)."""
    long_ago = sa.func.coalesce(Article.verified_at, Article.published_at) <= scope.moment - STALE_AFTER
    has_no_date = sa.and_(Article.next_review_at.is_(None), sa.func.coalesce(Article.review_every_days, 1) != 0)
    return sa.or_(Article.next_review_at <= scope.moment, sa.and_(has_no_date, long_ago))


def needs_work(_scope: Scope) -> sa.ColumnElement[bool]:
    """Its readers say that it does not help them."""
    return Article.needs_work_at.is_not(None)


def is_unowned(_scope: Scope) -> sa.ColumnElement[bool]:
    """Nobody looks after it."""
    return Article.owner_id.is_(None)


def is_changed(_scope: Scope) -> sa.ColumnElement[bool]:
    """Something that it was built from changed, and nobody looked since."""
    return Article.source_changed_at.is_not(None)


def is_unused(scope: Scope) -> sa.ColumnElement[bool]:
    """It has been out for 90 days, and no listed official answer leads to it."""
    used = (
        sa.select(sa.literal(1))
        .select_from(ArticleReuse)
        .join(Post, Post.id == ArticleReuse.post_id)
        .where(ArticleReuse.article_id == Article.id, Post.hidden_at.is_(None), Post.held_at.is_(None))
        .correlate(Article)
    )
    return sa.and_(Article.published_at <= scope.moment - TIME_TO_BE_USED, sa.not_(used.exists()))
