"""Who asks: what a member of staff should know of them before answering, above all what is still open."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import read
from app.core.records import Struct
from app.desk.urls import item_path
from app.forum.models import Category, Thread
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import listed_threads

SHOWN = 6
"""Earlier questions on the panel; the profile lists all."""
UNRESOLVED = (Status.DISPUTED, Status.UNANSWERED, Status.ANSWERED, Status.NEEDS_INFO)

# Open questions first, a refuted solution before all; then what probably ended well, what did, and what was closed.
_RANK = sa.case(
    (Thread.status == Status.DISPUTED, 0),
    (Thread.status.in_(UNRESOLVED), 1),
    (Thread.status == Status.LIKELY_SOLVED, 2),
    (Thread.status == Status.SOLVED, 3),
    else_=4,
)


class EarlierQuestion(Struct, frozen=True):
    """One other question of the same person."""

    id: int
    title: str
    status: str
    created_at: datetime

    @property
    def is_unresolved(self) -> bool:
        return self.status in UNRESOLVED

    @property
    def path(self) -> str:
        """The desk's page of it."""
        return item_path(self.id)


class AskerPanel(Struct, frozen=True):
    """The person who asked; counts and questions are of their other listed questions that the reader may read."""

    name: str
    display_name: str
    role: str
    member_since: datetime
    is_suspended: bool
    question_count: int
    unresolved_count: int
    solved_count: int
    earlier: tuple[EarlierQuestion, ...]

    @property
    def path(self) -> str:
        return person_path(self.name)


def load_asker(actor: Actor, person_id: int | None, thread_id: int, moment: datetime) -> AskerPanel | None:
    """Return the panel for the asker of a question in one statement, or None for somebody who has left."""
    if person_id is None:
        return None
    rows = read(_statement(actor), {"person_id": person_id, "thread_id": thread_id}).all()
    if not rows:
        return None
    first = rows[0]
    return AskerPanel(
        name=first.name, display_name=first.display_name, role=first.role, member_since=first.member_since,
        is_suspended=first.banned_at is not None or (first.suspended_until is not None and first.suspended_until > moment),
        question_count=first.question_count or 0, unresolved_count=int(first.unresolved_count or 0),
        solved_count=int(first.solved_count or 0),
        earlier=tuple(EarlierQuestion(row.id, row.title, row.status, row.created_at) for row in rows if row.id is not None),
    )  # fmt: skip


def _statement(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement for a reader: the person with their first questions, each row with all counts."""
    is_open = sa.case((Thread.status.in_(UNRESOLVED), 1), else_=0)
    is_solved = sa.case((Thread.status == Status.SOLVED, 1), else_=0)
    earlier = (
        sa.select(
            Thread.id, Thread.title, Thread.status, Thread.created_at, Thread.author_id, _RANK.label("rank"),
            sa.func.count().over().label("question_count"), sa.func.sum(is_open).over().label("unresolved_count"),
            sa.func.sum(is_solved).over().label("solved_count"),
        )
        .join(Category, Category.id == Thread.category_id)
        .where(
            Thread.author_id == sa.bindparam("person_id"), Thread.id != sa.bindparam("thread_id"),
            Thread.kind == ThreadKind.QUESTION, listed_threads(actor),
        )
        .order_by("rank", Thread.created_at.desc(), Thread.id.desc())
        .limit(SHOWN)
        .subquery("earlier")
    )  # fmt: skip
    return (
        sa.select(
            Person.name, Person.display_name, Person.role, Person.created_at.label("member_since"), Person.suspended_until, Person.banned_at,
            earlier.c.id, earlier.c.title, earlier.c.status, earlier.c.created_at, earlier.c.question_count,
            earlier.c.unresolved_count, earlier.c.solved_count,
        )
        .select_from(Person)
        .outerjoin(earlier, earlier.c.author_id == Person.id)
        .where(Person.id == sa.bindparam("person_id"))
        .order_by(earlier.c.rank, earlier.c.created_at.desc(), earlier.c.id.desc())
    )  # fmt: skip
