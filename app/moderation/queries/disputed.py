"""Questions whose solution does not work for everybody, for the inbox. Reads only."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import db, read
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.forum.models import Category, Outcome, Post, Thread
from app.forum.models.resolution import OutcomeKind, RefutationReason
from app.forum.models.thread import Status
from app.forum.queries.categories import reader_of
from app.forum.queries.outcomes import IS_STANDING
from app.forum.urls import thread_path
from app.forum.verdicts import REASONS
from app.moderation.policies import moderated_categories

REFUTATIONS_SHOWN = 8
_WORDS = {str(value): label for value, label in REASONS}


class DisputedRow(Struct, frozen=True):
    """A disputed question. `solution_id`: its accepted answer, if exactly one is; author and text are those of that answer."""

    thread_id: int
    title: str
    path: str
    category: str
    excerpt: str
    asker_name: str
    asked_at: datetime
    since: datetime
    solution_id: int | None
    solution_html: Markup
    solved_at: datetime | None
    author_id: int | None
    author_name: str
    author_path: str


class Refutation(Struct, frozen=True):
    """One word that the solution fails. `by_name` is "" for a reader: they are not named."""

    words: str
    note: str
    by_name: str
    by_path: str
    at: datetime


def _disputed(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    asker, author, solution = aliased(Person), aliased(Person), aliased(Post)
    accepted = sa.and_(
        Post.thread_id == Thread.id, Post.accepted_at.is_not(None), Post.hidden_at.is_(None), Post.held_at.is_(None)
    )
    only = sa.select(sa.case((sa.func.count() == 1, sa.func.max(Post.id)))).where(accepted).correlate(Thread).scalar_subquery()
    return (
        sa.select(
            Thread.id, Thread.title, Thread.kind, Thread.slug, Category.name.label("category"), Thread.excerpt, Thread.created_at,
            Thread.modified_at, asker.display_name.label("asker"), solution.id.label("solution_id"), solution.body_html,
            solution.accepted_at, author.id.label("author_id"), author.name, author.display_name,
        )
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(asker, asker.id == Thread.author_id)
        .outerjoin(solution, solution.id == only)
        .outerjoin(author, author.id == solution.author_id)
        .where(Thread.status == Status.DISPUTED, Thread.hidden_at.is_(None), Thread.held_at.is_(None), moderated_categories(actor))
    )  # fmt: skip


def list_disputed(actor: Actor, limit: int) -> list[DisputedRow]:
    """Return disputed questions, those first that changed longest ago; one statement."""
    return [_row(row) for row in db.session.execute(_disputed(actor).order_by(Thread.last_activity_at, Thread.id).limit(limit))]


def find_disputed(actor: Actor, thread_id: int) -> DisputedRow | None:
    """Return one disputed question, or None when it is not (any more)."""
    row = db.session.execute(_disputed(actor).where(Thread.id == thread_id)).first()
    return _row(row) if row else None


def count_disputed(actor: Actor) -> int:
    """Return how many questions are disputed."""
    return read(_counting(reader_of(actor))).scalar() or 0


@lru_cache(maxsize=8)
def _counting(actor: Actor) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(_disputed(actor).subquery())


def list_refutations(thread_id: int) -> list[Refutation]:
    """Return the newest standing words that say it fails, the newest first."""
    statement = (
        sa.select(Outcome.reason_kind, Outcome.reason, Outcome.created_at, Outcome.voice, Person.name, Person.display_name)
        .outerjoin(Person, sa.and_(Person.id == Outcome.actor_id, Outcome.voice != "reader"))
        .where(Outcome.thread_id == thread_id, Outcome.kind == OutcomeKind.REFUTED, IS_STANDING)
        .order_by(Outcome.id.desc())
        .limit(REFUTATIONS_SHOWN)
    )
    return [
        Refutation(
            _WORDS.get(row.reason_kind or RefutationReason.NONE, lazy_gettext("It did not work")), row.reason, row.display_name or "",
            person_path(row.name) if row.name else "", row.created_at,
        )
        for row in db.session.execute(statement)
    ]  # fmt: skip


def _row(row: sa.Row[*tuple[Any, ...]]) -> DisputedRow:
    return DisputedRow(
        thread_id=row.id, title=row.title, path=thread_path(row.kind, row.id, row.slug), category=row.category, excerpt=row.excerpt,
        asker_name=row.asker or "[removed]", asked_at=row.created_at, since=row.modified_at, solution_id=row.solution_id,
        solution_html=Markup(row.body_html or ""),  # noqa: S704 (sanitised when stored)
        solved_at=row.accepted_at, author_id=row.author_id, author_name=row.display_name or "",
        author_path=person_path(row.name) if row.name else "",
    )  # fmt: skip
