"""The questions that a figure counts, as rows: a page of them for reading, or all of them for files."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import connection, read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, Thread
from app.forum.urls import thread_path
from app.insights.cohorts import Cohort
from app.insights.predicates import Predicate, source_of
from app.insights.scope import Scope

PER_PAGE = 50
STREAMED = 500


class MetricRow(Struct, frozen=True):
    """A question that a figure counts. `amount` is what it counts for; the author's name is empty when the account is gone."""

    id: int
    title: str
    path: str
    status: str
    created_at: datetime
    first_answer_at: datetime | None
    first_staff_answer_at: datetime | None
    solved_at: datetime | None
    category_name: str
    author_name: str
    amount: int

    @property
    def first_answer_hours(self) -> float | None:
        """Hours until the first answer by somebody else."""
        return _hours(self.created_at, self.first_answer_at)

    @property
    def solution_hours(self) -> float | None:
        """Hours until it was solved."""
        return _hours(self.created_at, self.solved_at)


def list_questions(scope: Scope, predicate: Predicate, page: int) -> Page[MetricRow]:
    """Return one page of the questions that the predicate chooses (one statement). Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    rows = read(_statement(scope, predicate).offset(offset).limit(limit)).all()
    return Page.from_rows([_row(row) for row in rows], page, PER_PAGE)


def iterate_questions(scope: Scope, predicate: Predicate) -> Iterator[MetricRow]:
    """Yield all questions that the predicate chooses, in the order of the list, as they stand now; few are held at a time."""
    rows = connection().execute(_statement(scope, predicate).execution_options(yield_per=STREAMED))
    try:
        for row in rows:
            yield _row(row)
    finally:
        rows.close()


def _statement(scope: Scope, predicate: Predicate) -> sa.Select[*tuple[Any, ...]]:
    """Newest first; what still waits, longest first; what is popular, most read first."""
    amount = predicate.amount(scope) if predicate.amount is not None else sa.literal(1)
    columns = (
        Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.status, Thread.created_at, Thread.first_answer_at,
        Thread.first_staff_answer_at, Thread.solved_at, Category.name, Person.display_name, amount.label("amount"),
    )  # fmt: skip
    statement = source_of(sa.select(*columns), [predicate]).outerjoin(Person, Person.id == Thread.author_id)
    statement = statement.where(predicate.criterion(scope))
    if predicate.cohort is Cohort.NOW:
        return statement.order_by(Thread.created_at, Thread.id)
    if predicate.cohort is Cohort.POPULAR:
        return statement.order_by(sa.desc("amount"), Thread.id)
    date = Thread.solved_at if predicate.cohort is Cohort.SOLVED else Thread.created_at
    return statement.order_by(date.desc(), Thread.id.desc())


def _row(row: Any) -> MetricRow:
    thread_id, kind, title, slug, status, created_at, first_at, staff_at, solved_at, category, author, amount = row
    path = thread_path(kind, thread_id, slug)
    return MetricRow(
        thread_id, title, path, status, created_at, first_at, staff_at, solved_at, category, author or "", int(amount)
    )


def _hours(begin: datetime, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() / 3600 if end is not None else None
