"""Counting what predicates choose: one statement for any number of predicates, periods, categories or tags."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.db import read
from app.core.records import Struct
from app.forum.models import Category, Tag, Thread, ThreadTag
from app.insights.cohorts import COHORT_DATE, LEDGER_DATE, Cohort, in_cohort, questions_of
from app.insights.period import Period
from app.insights.predicates import Predicate, source_of
from app.insights.scope import Named, Scope


class Count(Struct, frozen=True):
    """How many rows a predicate chose, and the sum of what they count for (the same number where each counts once)."""

    rows: int = 0
    amount: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.rows + other.rows, self.amount + other.amount)


Tally = dict[str, Count]


class Split(Struct, frozen=True):
    """Tallies by place in a list of periods and by name there; `names` are all of them, in the order for reading."""

    names: tuple[Named, ...]
    tallies: list[dict[Named, Tally]]


def add_up(tallies: Iterable[Tally], predicates: Sequence[Predicate]) -> Tally:
    """Return the sums of tallies of different rows."""
    total = {predicate.key: Count() for predicate in predicates}
    for tally in tallies:
        for key, count in tally.items():
            total[key] += count
    return total


def tally(scope: Scope, predicates: Sequence[Predicate]) -> Tally:
    """Return what each predicate counts in the scope; all of them must be of one cohort (one statement)."""
    cohort = _cohort_of(predicates)
    statement = source_of(sa.select(*_columns(scope, predicates)), predicates).where(in_cohort(scope, cohort))
    return _tally(predicates, read(statement).one())


def tally_categories(scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period]) -> Split:
    """Return what each predicate counts in each of `periods` and there in each category (one statement).

    Categories in which no question of the period was asked (solved) are missing. Periods do not overlap.
    """
    names = (Category.position, Category.id, Category.slug, Category.name)
    return _by_name(predicates, read(_grouped(scope, predicates, periods, names)), len(periods))


def tally_tags(scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period], most: int) -> Split:
    """Return the same for tags: the `most` that questions of the scope's period carry most often (one statement)."""
    number = sa.func.count()
    frequent = source_of(sa.select(ThreadTag.tag_id), ()).join(ThreadTag, ThreadTag.thread_id == Thread.id)
    frequent = frequent.where(in_cohort(scope, _cohort_of(predicates))).group_by(ThreadTag.tag_id)
    frequent = frequent.order_by(number.desc(), ThreadTag.tag_id).limit(most)
    statement = _grouped(scope, predicates, periods, (sa.literal(0), Tag.id, Tag.name, Tag.name.label("title")))
    statement = statement.join(ThreadTag, ThreadTag.thread_id == Thread.id).join(Tag, Tag.id == ThreadTag.tag_id)
    # PostgreSQL and SQLite make this list once, whereas they would look for each tag anew in a subquery that is correlated.
    chosen = ThreadTag.tag_id.in_(sa.select(frequent.subquery().c.tag_id))
    return _by_name(predicates, read(statement.where(chosen)), len(periods))


def bucket_of(periods: Sequence[Period], cohort: Cohort) -> sa.Case[Any]:
    """Return the expression of a question's place in `periods`, if it is in any of them."""
    moment = _date_of(cohort)
    ordered = sorted(enumerate(periods), key=lambda item: item[1].start)
    return sa.case(*((moment < period.end, sa.literal_column(str(place))) for place, period in ordered))


def within_any(periods: Sequence[Period], cohort: Cohort) -> sa.ColumnElement[bool]:
    """Return the criterion of the questions in any of the periods, as few ranges of dates."""
    moment = _date_of(cohort)
    spans: list[list[Any]] = []
    for period in sorted(periods, key=lambda each: each.start):
        if spans and spans[-1][1] == period.start:
            spans[-1][1] = period.end
        else:
            spans.append([period.start, period.end])
    return sa.or_(*(sa.and_(moment >= start, moment < end) for start, end in spans))


def tally_parts(scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period]) -> list[Tally]:
    """Return what each predicate counts in each of `periods`, which lie within the scope's and do not overlap (one statement)."""
    cohort = _cohort_of(predicates)
    bucket = bucket_of(periods, cohort).label("bucket")
    statement = source_of(sa.select(bucket, *_columns(scope, predicates)), predicates)
    statement = statement.where(in_cohort(scope, cohort), within_any(periods, cohort)).group_by("bucket")
    parts: list[Tally] = [add_up((), predicates) for _ in periods]
    for place, *values in read(statement):
        parts[place] = _tally(predicates, values)
    return parts


def _date_of(cohort: Cohort) -> Any:
    return LEDGER_DATE[cohort] if cohort in LEDGER_DATE else COHORT_DATE[cohort]


def _cohort_of(predicates: Sequence[Predicate]) -> Cohort:
    cohorts = {predicate.cohort for predicate in predicates}
    if len(cohorts) != 1:
        raise ValueError("predicates that are counted together must be of one cohort")
    return cohorts.pop()


def _columns(scope: Scope, predicates: Sequence[Predicate]) -> list[sa.ColumnElement[Any]]:
    """Return two columns for each predicate: number of rows, and what they count for."""
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
        rows = int(next(given))
        found[predicate.key] = Count(rows, int(next(given)) if predicate.amount is not None else rows)
    return found


def _grouped(
    scope: Scope, predicates: Sequence[Predicate], periods: Sequence[Period], names: tuple[Any, Any, Any, Any]
) -> sa.Select[*tuple[Any, ...]]:
    cohort = _cohort_of(predicates)
    bucket = bucket_of(periods, cohort).label("bucket")
    statement = source_of(sa.select(bucket, *names, *_columns(scope, predicates)), predicates)
    chosen = questions_of(scope, with_duplicates=cohort is Cohort.ARRIVED)
    return statement.where(chosen, within_any(periods, cohort)).group_by("bucket", *names[1:])


def _by_name(predicates: Sequence[Predicate], rows: Iterable[Any], size: int) -> Split:
    """Return the tallies by place and name, the names by position and title."""
    tallies: list[dict[Named, Tally]] = [{} for _ in range(size)]
    names: dict[Named, None] = {}
    for bucket, _position, key_id, key, title, *values in sorted(rows, key=lambda row: (row[1], row[4], row[2])):
        named = Named(key_id, key, title)
        names[named] = None
        tallies[bucket][named] = _tally(predicates, values)
    return Split(tuple(names), tallies)
