"""Counting what predicates choose: one statement for any number of predicates, periods, categories or tags."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.db import read
from app.forum.models import Category, Tag, Thread, ThreadTag
from app.insights.period import Period
from app.insights.predicates import COHORT_DATE, Cohort, Predicate, in_cohort, questions_of
from app.insights.scope import Named, Scope


@dataclass(frozen=True, slots=True)
class Count:
    """How many questions a predicate chose, and the sum of what they count for (the same number where each counts once)."""

    questions: int = 0
    amount: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.questions + other.questions, self.amount + other.amount)


Tally = dict[str, Count]


def add_up(tallies: Iterable[Tally], predicates: Sequence[Predicate]) -> Tally:
    """Return the sums of tallies of different questions."""
    total = {predicate.key: Count() for predicate in predicates}
    for tally in tallies:
        for key, count in tally.items():
            total[key] += count
    return total


def tally(scope: Scope, predicates: Sequence[Predicate]) -> Tally:
    """Return what each predicate counts in the scope; all of them must be of one cohort (one statement)."""
    cohort = _cohort_of(predicates)
    statement = _joined(sa.select(*_columns(scope, predicates))).where(in_cohort(scope, cohort))
    return _tally(predicates, read(statement).one())


def tally_periods(scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period]) -> list[Tally]:
    """Return what each predicate counts in each of `periods`, which do not overlap (one statement)."""
    cohort = _cohort_of(predicates)
    bucket = bucket_of(periods, cohort).label("bucket")
    statement = _joined(sa.select(bucket, *_columns(scope, predicates)))
    statement = statement.where(questions_of(scope), within_any(periods, cohort)).group_by("bucket")
    found = {row[0]: _tally(predicates, row[1:]) for row in read(statement)}
    return [found.get(number) or add_up((), predicates) for number in range(len(periods))]


def tally_categories(scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period]) -> dict[Named, dict[int, Tally]]:
    """Return what each predicate counts in each category and period (by its place in `periods`), in the order of categories."""
    names = (Category.id, Category.slug, Category.name)
    statement = _grouped(scope, predicates, periods, names).order_by(sa.func.min(Category.position), Category.name, Category.id)
    return _by_name(predicates, read(statement))


def tally_tags(
    scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period], most: int
) -> dict[Named, dict[int, Tally]]:
    """Return what each predicate counts for each of the `most` tags that the period's questions carry most, and period."""
    frequent = _joined(sa.select(ThreadTag.tag_id)).join(ThreadTag, ThreadTag.thread_id == Thread.id)
    frequent = frequent.where(in_cohort(scope, _cohort_of(predicates))).group_by(ThreadTag.tag_id)
    frequent = frequent.order_by(sa.func.count().desc(), ThreadTag.tag_id).limit(most)
    statement = _grouped(scope, predicates, periods, (Tag.id, Tag.name, Tag.name.label("title")))
    statement = statement.join(ThreadTag, ThreadTag.thread_id == Thread.id).join(Tag, Tag.id == ThreadTag.tag_id)
    # The list of ids is made once; as a subquery SQLite would look at every tag of every question first.
    top = sa.select(frequent.subquery().c.tag_id)
    return _by_name(predicates, read(statement.where(ThreadTag.tag_id.in_(top))))


def bucket_of(periods: Sequence[Period], cohort: Cohort) -> sa.Case[Any]:
    """Return the expression of a question's place in `periods`."""
    moment = COHORT_DATE[cohort]
    return sa.case(
        *((sa.and_(moment >= period.start, moment < period.end), sa.literal_column(str(n))) for n, period in enumerate(periods))
    )


def within_any(periods: Sequence[Period], cohort: Cohort) -> sa.ColumnElement[bool]:
    """Return the criterion of the questions in any of the periods, as few ranges of dates."""
    moment = COHORT_DATE[cohort]
    spans: list[list[Any]] = []
    for period in periods:
        if spans and spans[-1][1] == period.start:
            spans[-1][1] = period.end
        else:
            spans.append([period.start, period.end])
    return sa.or_(*(sa.and_(moment >= start, moment < end) for start, end in spans))


def _cohort_of(predicates: Sequence[Predicate]) -> Cohort:
    cohorts = {predicate.cohort for predicate in predicates}
    if len(cohorts) != 1:
        raise ValueError("predicates that are counted together must be of one cohort")
    return cohorts.pop()


def _joined(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.select_from(Thread).join(Category, Category.id == Thread.category_id)


def _columns(scope: Scope, predicates: Sequence[Predicate]) -> list[sa.ColumnElement[Any]]:
    """Return two columns for each predicate: number of questions, and what they count for."""
    columns: list[sa.ColumnElement[Any]] = []
    for predicate in predicates:
        test = predicate.test(scope)
        number = sa.func.count(sa.case((test, 1)))
        columns.append(number)
        if predicate.amount is not None:
            columns.append(sa.func.coalesce(sa.func.sum(sa.case((test, predicate.amount(scope)))), 0))
    return columns


def _tally(predicates: Sequence[Predicate], values: Sequence[Any]) -> Tally:
    given = iter(values)
    found: Tally = {}
    for predicate in predicates:
        questions = int(next(given))
        found[predicate.key] = Count(questions, int(next(given)) if predicate.amount is not None else questions)
    return found


def _grouped(
    scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period], names: tuple[Any, Any, Any]
) -> sa.Select[Any]:
    cohort = _cohort_of(predicates)
    bucket = bucket_of(periods, cohort).label("bucket")
    statement = _joined(sa.select(bucket, *names, *_columns(scope, predicates)))
    return statement.where(questions_of(scope), within_any(periods, cohort)).group_by("bucket", names[0], names[1], names[2])


def _by_name(predicates: Sequence[Predicate], rows: Iterable[Any]) -> dict[Named, dict[int, Tally]]:
    found: dict[Named, dict[int, Tally]] = {}
    for bucket, key_id, key, title, *values in rows:
        found.setdefault(Named(key_id, key, title), {})[bucket] = _tally(predicates, values)
    return found
