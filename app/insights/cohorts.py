"""Which rows are looked at before a predicate chooses among them: questions, articles, searches or sessions of searching, of a
period or as they stand now.

All questions are listed ones that the actor may read; a duplicate is counted with its original, except where a cohort says
otherwise. All articles are ones that the actor may read and that were published. Searches count whoever made them, once their
session is over: a number tells nothing of a text.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.i18n import lazy_gettext
from app.forum.models import Category, Post, Thread, ThreadTag
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import listed_threads
from app.insights.scope import Scope
from app.kb.models import Article, ArticleFeedback, ArticleReuse, ArticleSource, ArticleState
from app.pageviews.models import PageviewDay
from app.search.ledger.reading import is_over
from app.search.models import SearchSession, SearchStep

# Of these a first answer is overdue: nobody said that they are solved, closed, or waiting on the asker.
STILL_WAITING = (Status.UNANSWERED, Status.ANSWERED, Status.DISPUTED)
# "Popular" and "read" look at so many days; a question is popular when it and its duplicates were read so often in them.
READ_DAYS = 30
POPULAR_VIEWS = 30


class Subject(StrEnum):
    """What the rows of a figure are."""

    QUESTION = "question"
    ARTICLE = "article"
    SEARCH = "search"
    SESSION = "session"

    @property
    def plural(self) -> str:
        """The word for several of them."""
        return "searches" if self is Subject.SEARCH else f"{self}s"

    @property
    def heading(self) -> str:
        """The word for several of them as it begins a line, in the language of its reader."""
        return _HEADINGS[self]

    @property
    def is_of_ledger(self) -> bool:
        """Whether its rows have a period and nothing else: no category, tag, helper or article narrows them."""
        return self in (Subject.SEARCH, Subject.SESSION)


_HEADINGS: dict[Subject, str] = {
    Subject.QUESTION: lazy_gettext("Questions"),
    Subject.ARTICLE: lazy_gettext("Articles"),
    Subject.SEARCH: lazy_gettext("Searches"),
    Subject.SESSION: lazy_gettext("Sessions"),
}


class Cohort(StrEnum):
    """Which rows are looked at, in words for programs; `words` are for people."""

    ASKED = "asked in the period"
    SOLVED = "solved in the period, whenever asked"
    NOW = "still waiting now, whenever asked"
    ARRIVED = "asked in the period, duplicates included"
    REFERRED = "with an official answer, given in the period, that leads to an article"
    POPULAR = "solved now and read often in the last 30 days, whenever asked"
    PUBLISHED = "published now, whenever written"
    USED = "that an official answer, given in the period, leads to"
    JUDGED = "that readers judged in the period"
    SEARCHED = "made in the period, in sessions that are over"
    SESSIONS = "begun in the period and over"

    @property
    def subject(self) -> Subject:
        """What its rows are."""
        if self in LEDGER_DATE:
            return Subject.SEARCH if self is Cohort.SEARCHED else Subject.SESSION
        return Subject.ARTICLE if self in (Cohort.PUBLISHED, Cohort.USED, Cohort.JUDGED) else Subject.QUESTION

    @property
    def words(self) -> str:
        """The same in the language of its reader."""
        return _WORDS[self]

    @property
    def has_period(self) -> bool:
        """Whether another period has other rows, so that the period before can stand beside."""
        return self not in (Cohort.NOW, Cohort.POPULAR, Cohort.PUBLISHED)


_WORDS: dict[Cohort, str] = {
    Cohort.ASKED: lazy_gettext("asked in the period"),
    Cohort.SOLVED: lazy_gettext("solved in the period, whenever asked"),
    Cohort.NOW: lazy_gettext("still waiting now, whenever asked"),
    Cohort.ARRIVED: lazy_gettext("asked in the period, duplicates included"),
    Cohort.REFERRED: lazy_gettext("with an official answer, given in the period, that leads to an article"),
    Cohort.POPULAR: lazy_gettext("solved now and read often in the last 30 days, whenever asked"),
    Cohort.PUBLISHED: lazy_gettext("published now, whenever written"),
    Cohort.USED: lazy_gettext("that an official answer, given in the period, leads to"),
    Cohort.JUDGED: lazy_gettext("that readers judged in the period"),
    Cohort.SEARCHED: lazy_gettext("made in the period, in sessions that are over"),
    Cohort.SESSIONS: lazy_gettext("begun in the period and over"),
}
# Cohorts that are questions of some dates: only these can be cut into parts of a period in one statement.
COHORT_DATE: dict[Cohort, Any] = {
    Cohort.ASKED: Thread.created_at, Cohort.SOLVED: Thread.solved_at, Cohort.ARRIVED: Thread.created_at
}  # fmt: skip
# The same of the ledger of searches.
LEDGER_DATE: dict[Cohort, Any] = {Cohort.SEARCHED: SearchStep.at, Cohort.SESSIONS: SearchSession.started_at}


def in_cohort(scope: Scope, cohort: Cohort) -> sa.ColumnElement[bool]:
    """Return the criterion of a cohort, for a statement over `source_of` its predicates."""
    if cohort in COHORT_DATE:
        questions = questions_of(scope, with_duplicates=cohort is Cohort.ARRIVED)
        return sa.and_(questions, in_period(scope, COHORT_DATE[cohort]))
    if cohort in LEDGER_DATE:
        return sa.and_(is_over(), in_period(scope, LEDGER_DATE[cohort]))
    if cohort is Cohort.NOW:
        return sa.and_(questions_of(scope), Thread.first_answer_at.is_(None), Thread.status.in_(STILL_WAITING))
    if cohort is Cohort.REFERRED:
        return sa.and_(questions_of(scope), Thread.id.in_(uses_in_period(scope, ArticleReuse.thread_id)))
    if cohort is Cohort.POPULAR:
        return sa.and_(questions_of(scope), Thread.status == Status.SOLVED, Thread.id.in_(_read_often(scope)))
    if cohort is Cohort.PUBLISHED:
        return sa.and_(articles_of(scope), Article.state == ArticleState.PUBLISHED)
    if cohort is Cohort.USED:
        return sa.and_(articles_of(scope), Article.id.in_(uses_in_questions(scope, ArticleReuse.article_id)))
    return sa.and_(articles_of(scope), Article.id.in_(judgements_in_period(scope, ArticleFeedback.article_id)))


def in_period(scope: Scope, moment: Any) -> sa.ColumnElement[bool]:
    """Return the criterion of what happened in the scope's period."""
    return sa.and_(moment >= scope.period.start, moment < scope.period.end)


def questions_of(scope: Scope, *, with_duplicates: bool = False) -> sa.ColumnElement[bool]:
    """Return the criterion of the questions that any figure of the scope may count, whatever the period.

    The statement must join Category.
    """
    criteria = [listed_threads(scope.actor), Thread.kind == ThreadKind.QUESTION]
    if not with_duplicates:
        criteria.append(Thread.duplicate_of_id.is_(None))
    if scope.category is not None:
        criteria.append(Thread.category_id == scope.category.id)
    if scope.tag is not None:
        tagged = sa.select(ThreadTag.thread_id).where(ThreadTag.tag_id == scope.tag.id)
        criteria.append(Thread.id.in_(tagged))
    return sa.and_(*criteria)


def readable_articles(scope: Scope) -> sa.ColumnElement[bool]:
    """Return the criterion of the articles that readers could see at some time and that the actor may read."""
    return sa.and_(Article.audience.in_(scope.actor.audiences), Article.published_revision.is_not(None))


def articles_of(scope: Scope) -> sa.ColumnElement[bool]:
    """Return the criterion of the articles that any figure of the scope may count, whatever the period.

    A category or tag narrows them to those that were built from its questions, or that official answers there lead to.
    """
    criteria = [readable_articles(scope)]
    if scope.article is not None:
        criteria.append(Article.id == scope.article.id)
    if scope.category is not None or scope.tag is not None:
        built = _of_questions(scope, sa.select(ArticleSource.article_id), ArticleSource.thread_id)
        used = _of_questions(scope, _uses(scope, ArticleReuse.article_id), ArticleReuse.thread_id)
        criteria.append(sa.or_(Article.id.in_(built), Article.id.in_(used)))
    return sa.and_(*criteria)


def uses_in_period(scope: Scope, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement over uses: listed official answers of the period that lead to a readable article.

    It selects columns of ArticleReuse and Post, whatever question they answer; one row an answer and article.
    """
    statement = _uses(scope, *columns).where(in_period(scope, Post.created_at))
    return statement if scope.article is None else statement.where(ArticleReuse.article_id == scope.article.id)


def uses_in_questions(scope: Scope, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Return the same over the uses in answers to the scope's questions, joined with Thread and Category."""
    return _of_questions(scope, uses_in_period(scope, *columns), ArticleReuse.thread_id)


def judgements_in_period(scope: Scope, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement over readers' words about articles in the period; each reader has one word about an article."""
    statement = sa.select(*columns).select_from(ArticleFeedback).where(in_period(scope, ArticleFeedback.created_at))
    return statement.correlate(None)


def _uses(scope: Scope, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    readable = sa.select(Article.id).where(readable_articles(scope)).correlate(None)
    return (
        sa.select(*columns)
        .select_from(ArticleReuse)
        .join(Post, Post.id == ArticleReuse.post_id)
        .where(Post.hidden_at.is_(None), Post.held_at.is_(None), ArticleReuse.article_id.in_(readable))
        .correlate(None)
    )


def _of_questions(scope: Scope, statement: sa.Select[*tuple[Any, ...]], thread_id: Any) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement for the rows that belong to a question of the scope."""
    statement = statement.join(Thread, Thread.id == thread_id).join(Category, Category.id == Thread.category_id)
    return statement.where(questions_of(scope)).correlate(None)


def first_read_day(scope: Scope) -> Any:
    """Return the first of the days (UTC) that count as the last 30."""
    moment: datetime = scope.moment
    return (moment - timedelta(days=READ_DAYS - 1)).date()


def _read_often(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """Return the ids of questions that were read often, each with its duplicates."""
    read = aliased(Thread, name="read")
    issue = sa.func.coalesce(read.duplicate_of_id, read.id)
    return (
        sa.select(issue)
        .select_from(PageviewDay)
        .join(read, read.id == PageviewDay.target_id)
        .where(PageviewDay.kind == "thread", PageviewDay.day >= first_read_day(scope))
        .group_by(issue)
        .having(sa.func.sum(PageviewDay.views) >= POPULAR_VIEWS)
        .correlate(None)
    )
