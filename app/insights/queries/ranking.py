"""Who helped most: people by the questions that were solved with an accepted answer of theirs."""

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import read
from app.core.records import Struct
from app.forum.models import Acceptance, Category, Post, Thread
from app.forum.models.thread import Status
from app.insights.cohorts import Cohort, in_cohort
from app.insights.predicates import is_help
from app.insights.scope import Named, Scope


class HelperRow(Struct, frozen=True):
    """A person and how many questions were solved in the period with an answer of theirs (a scope's `helper` lists them)."""

    person: Named
    role: str
    solutions: int


def list_top_helpers(scope: Scope, most: int) -> tuple[HelperRow, ...]:
    """Return the people with the most solved questions, the same that `solved_by_helpers` counts for each (one statement).

    A question counts once for a person, however many of their answers to it were accepted. Askers do not help themselves.
    """
    solutions = sa.func.count(Thread.id.distinct())
    statement = (
        sa.select(Person.id, Person.name, Person.display_name, Person.role, solutions)
        .select_from(Thread)
        .join(Category, Category.id == Thread.category_id)
        .join(Acceptance, Acceptance.thread_id == Thread.id)
        .join(Post, Post.id == Acceptance.post_id)
        .join(Person, Person.id == Post.author_id)
        .where(in_cohort(scope, Cohort.SOLVED), Thread.status == Status.SOLVED, Thread.accepted_count > 0, *is_help())
        .group_by(Person.id, Person.name, Person.display_name, Person.role)
        .order_by(solutions.desc(), Person.display_name, Person.id)
        .limit(most)
    )
    if scope.helper is not None:
        statement = statement.where(Person.id == scope.helper.id)
    return tuple(HelperRow(Named(row[0], row[1], row[2]), row[3], row[4]) for row in read(statement))
