"""Lists of threads: one page of rows for every view, for whoever asks. Statements are built once a role and view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import read
from app.core.pagination import Page, window
from app.forum.models import Category, Thread, ThreadTag, ThreadVersion
from app.forum.models.product import VersionWord
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import listed_threads
from app.forum.queries.categories import reader_of
from app.forum.urls import thread_path
from app.pageviews.queries import views_subquery
from app.web.marking import SITE, THREADS
from app.web.remembering import remember

PER_PAGE = 25
PINNED_LIMIT = 5
QUESTION_VIEWS = ("newest", "active", "popular", "unanswered", "unsolved", "solved")
DISCUSSION_VIEWS = ("newest", "active", "popular")
# Nobody said that these are solved; "probably solved" ones need no helper either.
UNSOLVED = (Status.UNANSWERED, Status.NEEDS_INFO, Status.ANSWERED, Status.DISPUTED)


class ThreadRow(NamedTuple):
    """A thread as lists show it. `answer_count` counts the visible answers or replies.

    `affected_count` are the people of its whole issue: who asked or said me-too. A plain tuple: it is the key under which its HTML
    is kept.
    """

    id: int
    kind: str
    title: str
    slug: str
    excerpt: str
    status: str
    answer_count: int
    last_activity_at: datetime
    is_pinned: bool
    is_locked: bool
    is_staff_answered: bool
    affected_count: int

    @property
    def path(self) -> str:
        return thread_path(self.kind, self.id, self.slug)


ROW_COLUMNS = (
    Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.excerpt, Thread.status, Thread.answer_count, Thread.last_activity_at,
    Thread.is_pinned, Thread.locked_at.is_not(None), Thread.first_staff_answer_at.is_not(None), Thread.affected_count,
)  # fmt: skip


def base_select(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Return the select of rows that `reader` may find in lists, without an order."""
    return (
        sa.select(*ROW_COLUMNS)
        .select_from(Thread)
        .join(Category, Category.id == Thread.category_id)
        .where(listed_threads(reader))
    )


def rows_of(found: Iterable[sa.Row[*tuple[Any, ...]]]) -> list[ThreadRow]:
    """Return list rows."""
    return list(map(ThreadRow._make, found))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the statement of a list, apart from its parameters. `day` is set for the popular view only."""

    reader: Actor
    view: str
    kind: str | None
    by_category: bool
    by_tag: bool
    by_author: bool
    by_version: bool
    day: date | None


@lru_cache(maxsize=512)
def _statement(shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    statement = base_select(shape.reader)
    if shape.kind:
        statement = statement.where(Thread.kind == shape.kind)
    if shape.by_category:
        statement = statement.where(Thread.category_id == sa.bindparam("category_id"))
    if shape.by_author:
        statement = statement.where(Thread.author_id == sa.bindparam("author_id"))
    if shape.by_tag:
        statement = statement.join(
            ThreadTag, sa.and_(ThreadTag.thread_id == Thread.id, ThreadTag.tag_id == sa.bindparam("tag_id"))
        )
    if shape.by_version:
        about = sa.and_(ThreadVersion.version_id == sa.bindparam("version_id"), ThreadVersion.word != VersionWord.FAILS)
        statement = statement.join(ThreadVersion, sa.and_(ThreadVersion.thread_id == Thread.id, about))
    return _ordered(statement, shape.view).offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))


def _ordered(statement: sa.Select[*tuple[Any, ...]], view: str) -> sa.Select[*tuple[Any, ...]]:
    """Add what a view filters by and orders by."""
    if view == "active":
        return statement.order_by(Thread.last_activity_at.desc(), Thread.id.desc())
    if view == "popular":
        recent = views_subquery("thread", 30)
        views = sa.func.coalesce(recent.c.views, 0)
        statement = statement.outerjoin(recent, recent.c.target_id == Thread.id)
        return statement.order_by(views.desc(), Thread.last_activity_at.desc(), Thread.id.desc())
    if view == "unanswered":
        statement = statement.where(Thread.kind == ThreadKind.QUESTION, Thread.answer_count == 0, Thread.status != Status.CLOSED)
    elif view == "unsolved":
        statement = statement.where(Thread.kind == ThreadKind.QUESTION, Thread.status.in_(UNSOLVED))
    elif view == "solved":
        statement = statement.where(Thread.status == Status.SOLVED)
        return statement.order_by(Thread.last_activity_at.desc(), Thread.id.desc())
    elif view != "newest":
        raise ValueError(f"There is no view {view!r}.")
    return statement.order_by(Thread.created_at.desc(), Thread.id.desc())


def _find(
    actor: Actor,
    view: str,
    kind: str | None,
    category: int | None,
    tag: int | None,
    author: int | None,
    version: int | None,
    offset: int,
    limit: int,
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    day = now().date() if view == "popular" else None
    shape = _Shape(
        reader_of(actor), view, kind, category is not None, tag is not None, author is not None, version is not None, day
    )
    given = {"category_id": category, "tag_id": tag, "author_id": author, "version_id": version}
    parameters = {"offset": offset, "limit": limit, **{key: value for key, value in given.items() if value is not None}}
    return read(_statement(shape), parameters).all()


def list_threads(
    actor: Actor,
    *,
    view: str = "newest",
    category: int | None = None,
    tag: int | None = None,
    kind: str | None = None,
    author: int | None = None,
    version: int | None = None,
    page: int = 1,
) -> Page[ThreadRow]:
    """Return one numbered page of listed threads (one statement). `category`, `tag`, `author` and `version` are ids.

    Views: newest, active, popular (deduplicated views of 30 days), unanswered, unsolved, solved. Raises NotFound past the end.
    """
    offset, limit = window(page, PER_PAGE)
    found = _find(actor, view, kind, category, tag, author, version, offset, limit)
    return Page.from_rows(rows_of(found[: PER_PAGE + 1]), page, PER_PAGE)


def list_first_threads(actor: Actor, *, view: str, kind: str | None = None, limit: int = 5) -> tuple[ThreadRow, ...]:
    """Return the first threads of a view, for boxes on other pages: remembered while no thread changes."""
    name = ("first threads", view, kind, limit)
    return remember(
        reader_of(actor),
        name,
        (THREADS, SITE),
        lambda: tuple(rows_of(_find(actor, view, kind, None, None, None, None, 0, limit))),
    )


@lru_cache(maxsize=8)
def _pinned(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        base_select(reader)
        .where(Thread.category_id == sa.bindparam("category_id"), Thread.is_pinned)
        .order_by(Thread.created_at.desc(), Thread.id.desc())
        .limit(PINNED_LIMIT)
    )


def list_pinned_threads(actor: Actor, category: int) -> tuple[ThreadRow, ...]:
    """Return the threads that moderators pinned to the top of a category, newest first."""
    return tuple(rows_of(read(_pinned(reader_of(actor)), {"category_id": category})))
