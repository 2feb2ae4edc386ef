"""Named predicates: which questions (or articles, searches, sessions) a figure counts, in words and as SQL. Each is the one source of number, list,
CSV and API. The tests here are about questions; those about knowledge stand in knowledge_predicates.

All count listed questions that the actor may read and that are not closed as duplicates: a duplicate is counted with its
original. Closed questions count. "Answer" means a listed answer by somebody other than the asker.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.desk.models.desk import DeskItem
from app.forum.models import Acceptance, Category, Post, Thread
from app.forum.models.thread import Status
from app.insights.cohorts import Cohort, Subject, in_cohort
from app.insights.elapsed import elapsed_seconds
from app.insights.scope import Scope
from app.kb.models import Article, Section
from app.search.models import SearchSession, SearchStep

Test = Callable[[Scope], sa.ColumnElement[bool]]
Amount = Callable[[Scope], sa.ColumnElement[Any]]
HOUR = 3600.0


class Predicate(Struct, frozen=True):
    """A choice of questions or articles. `sentence` completes "Questions ..." (or "Articles ..."); `amount` is what one counts
    for where that is not 1, `amount_name` heads it in lists.

    A test depends on the row, the scope's moment and its helper, never on its period: what parts of a period count adds up to
    what the whole counts. Amounts and tests of the cohorts USED, REFERRED and JUDGED alone look at the period.
    """

    key: str
    sentence: str
    test: Test
    cohort: Cohort = Cohort.ASKED
    amount: Amount | None = None
    amount_name: str = lazy_gettext("Counts for")
    about_solution: bool = False

    @property
    def subject(self) -> Subject:
        """What it chooses: questions, articles, searches or sessions."""
        return self.cohort.subject

    def criterion(self, scope: Scope) -> sa.ColumnElement[bool]:
        """Return the whole criterion, cohort included, for a statement over `source_of` the predicate."""
        return sa.and_(in_cohort(scope, self.cohort), self.test(scope))


def everything(_scope: Scope) -> sa.ColumnElement[bool]:
    """All rows of the cohort."""
    return sa.true()


def is_answered(_scope: Scope) -> sa.ColumnElement[bool]:
    """Somebody else answered."""
    return Thread.first_answer_at.is_not(None)


def is_unanswered(_scope: Scope) -> sa.ColumnElement[bool]:
    """Nobody else answered."""
    return Thread.first_answer_at.is_(None)


def has_status(*statuses: Status) -> Test:
    """Return the test whether a question stands so now."""
    return lambda _scope: Thread.status.in_(statuses)


def is_accepted(_scope: Scope) -> sa.ColumnElement[bool]:
    """A listed answer is accepted now, whatever else happened."""
    return Thread.accepted_count > 0


def is_solved_by_answer(_scope: Scope | None) -> sa.ColumnElement[bool]:
    """Confirmed as solved, and a listed answer is accepted."""
    return sa.and_(Thread.status == Status.SOLVED, Thread.accepted_count > 0)


def staff_was_first(_scope: Scope) -> sa.ColumnElement[bool]:
    """The first answer is official (of two at the same moment, staff's counts)."""
    return Thread.first_staff_answer_at == Thread.first_answer_at


def peer_was_first(_scope: Scope) -> sa.ColumnElement[bool]:
    """The first answer is not official."""
    staff_at = Thread.first_staff_answer_at
    return sa.and_(Thread.first_answer_at.is_not(None), sa.or_(staff_at.is_(None), staff_at > Thread.first_answer_at))


def staff_answered(_scope: Scope) -> sa.ColumnElement[bool]:
    """There is an official answer."""
    return Thread.first_staff_answer_at.is_not(None)


def peer_answered(_scope: Scope) -> sa.ColumnElement[bool]:
    """There is an answer that is not official."""
    return Thread.first_peer_answer_at.is_not(None)


def is_judgeable(hours: int) -> Test:
    """Return the test whether a question was asked at least so many hours ago."""
    return lambda scope: Thread.created_at <= scope.moment - timedelta(hours=hours)


def answered_within(hours: int) -> Test:
    """Return the test whether a question is old enough to judge and was answered in time."""
    old_enough = is_judgeable(hours)
    return lambda scope: sa.and_(
        old_enough(scope),
        Thread.first_answer_at.is_not(None),
        elapsed_seconds(Thread.created_at, Thread.first_answer_at) <= hours * HOUR,
    )


def is_too_young(hours: int) -> Test:
    """Return the test whether a question is not old enough to judge."""
    return lambda scope: Thread.created_at > scope.moment - timedelta(hours=hours)


def waits_for(least: float, most: float | None = None) -> Test:
    """Return the test whether a question that waits was asked at least `least` and less than `most` hours ago."""

    def test(scope: Scope) -> sa.ColumnElement[bool]:
        criteria: list[sa.ColumnElement[bool]] = [sa.true()]
        if least:
            criteria.append(Thread.created_at <= scope.moment - timedelta(hours=least))
        if most is not None:
            criteria.append(Thread.created_at > scope.moment - timedelta(hours=most))
        return sa.and_(*criteria)

    return test


# The listed answer that was accepted first; a statement with a predicate that is `about_solution` must join it.
SOLUTION = aliased(Post, name="solution")
_LISTED = aliased(Post, name="listed")
_SOLUTION_ID = (
    sa.select(Acceptance.post_id)
    .join(_LISTED, _LISTED.id == Acceptance.post_id)
    .where(Acceptance.thread_id == Thread.id, _LISTED.hidden_at.is_(None), _LISTED.held_at.is_(None))
    .order_by(Acceptance.accepted_at, Acceptance.post_id)
    .limit(1)
    .correlate(Thread)
    .scalar_subquery()
)


def source_of(statement: sa.Select[*tuple[Any, ...]], predicates: Iterable[Predicate]) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement over all tables that the predicates (of one subject) speak of: one row for each of what they choose."""
    predicates = tuple(predicates)
    subject = predicates[0].subject if predicates else Subject.QUESTION
    if subject is Subject.ARTICLE:
        return statement.select_from(Article).join(Section, Section.id == Article.section_id)
    if subject is Subject.SEARCH:
        return statement.select_from(SearchStep).join(SearchSession, SearchSession.id == SearchStep.session_id)
    if subject is Subject.SESSION:
        asked = statement.select_from(SearchSession).outerjoin(Thread, Thread.id == SearchSession.asked_thread_id)
        return asked.outerjoin(Category, Category.id == Thread.category_id).outerjoin(DeskItem, DeskItem.thread_id == Thread.id)
    statement = statement.select_from(Thread).join(Category, Category.id == Thread.category_id)
    if any(predicate.about_solution for predicate in predicates):
        statement = statement.outerjoin(SOLUTION, sa.and_(is_solved_by_answer(None), SOLUTION.id == _SOLUTION_ID))
    return statement


def _main_solution(*criteria: sa.ColumnElement[bool]) -> Test:
    """Return the test whether a question is solved by an answer and its main solution meets `criteria`."""
    return lambda scope: sa.and_(is_solved_by_answer(scope), SOLUTION.id.is_not(None), *criteria)


def _by_asker(post: Any) -> sa.ColumnElement[bool]:
    return sa.and_(post.author_id.is_not(None), post.author_id == Thread.author_id)


def _by_another(post: Any) -> sa.ColumnElement[bool]:
    """Somebody whose account is gone counts as somebody else."""
    return sa.or_(post.author_id.is_(None), Thread.author_id.is_(None), post.author_id != Thread.author_id)


solved_by_asker = _main_solution(_by_asker(SOLUTION))
solved_by_staff = _main_solution(_by_another(SOLUTION), sa.and_(SOLUTION.is_official))
solved_by_peer = _main_solution(_by_another(SOLUTION), sa.not_(SOLUTION.is_official))
solved_by_first = _main_solution(_by_another(SOLUTION), SOLUTION.created_at == Thread.first_answer_at)


def solved_by_helper(scope: Scope) -> sa.ColumnElement[bool]:
    """Confirmed as solved, with an accepted listed answer by the scope's helper, or by any other person than the asker."""
    criteria = [Post.author_id == scope.helper.id] if scope.helper is not None else []
    solution = (
        sa.select(sa.literal(1))
        .select_from(Acceptance)
        .join(Post, Post.id == Acceptance.post_id)
        .where(Acceptance.thread_id == Thread.id, *is_help(), *criteria)
        .correlate(Thread)
    )
    return sa.and_(Thread.status == Status.SOLVED, Thread.accepted_count > 0, solution.exists())


def is_help() -> tuple[sa.ColumnElement[bool], ...]:
    """Return the criteria of an accepted Post of a Thread that is somebody's help: listed, and by a person other than the asker."""
    return Post.hidden_at.is_(None), Post.held_at.is_(None), Post.author_id.is_not(None), _by_another(Post)


def affected_people(_scope: Scope) -> sa.ColumnElement[Any]:
    """The asker and everybody who said that they have the problem, too."""
    return Thread.me_too_count + 1


# Written out: only then does SQLite see that the index of posts with such words serves.
_WITH_WORDS = (
    Post.thread_id == Thread.id, Post.worked_count > sa.literal_column("0"), Post.hidden_at.is_(None), Post.held_at.is_(None),
)  # fmt: skip


def readers_helped(_scope: Scope) -> sa.ColumnElement[Any]:
    """Readers who say that an answer of the question worked for them."""
    words = sa.select(sa.func.coalesce(sa.func.sum(Post.worked_count), 0)).where(*_WITH_WORDS)
    return words.correlate(Thread).scalar_subquery()


def has_helped_readers(_scope: Scope) -> sa.ColumnElement[bool]:
    """At least one reader says that an answer worked."""
    return sa.select(sa.literal(1)).where(*_WITH_WORDS).correlate(Thread).exists()
