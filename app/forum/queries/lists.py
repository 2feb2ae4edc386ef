"""Lists of threads: one page of rows for every view, for whoever asks. Statements are built once a role and view."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, Thread, ThreadTag, ThreadVersion
from app.forum.models.product import VersionWord
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import listed_of_named, listed_threads
from app.forum.queries.categories import Topic, reader_of
from app.forum.queries.tags import TagRow, find_tag
from app.forum.urls import thread_path
from app.pageviews.models import PageviewRecent
from app.web.marking import SITE, THREADS
from app.web.remembering import remember

PER_PAGE = 25
PINNED_LIMIT = 5
# So many threads are sorted sooner than a page of them is found among all.
FEW = 400
QUESTION_VIEWS = ("newest", "active", "popular", "unanswered", "unsolved", "solved")
DISCUSSION_VIEWS = ("newest", "active", "popular")
# Nobody said that these are solved; "probably solved" ones need no helper either.
UNSOLVED = (Status.UNANSWERED, Status.NEEDS_INFO, Status.ANSWERED, Status.DISPUTED)
# Nobody answered, and an answer is still wanted: the question was neither closed nor solved in another way.
STILL_UNANSWERED = sa.and_(
    Thread.kind == ThreadKind.QUESTION, Thread.answer_count == 0, Thread.status != Status.CLOSED, Thread.status != Status.SOLVED
)


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


def base_select(reader: Actor, *, is_named: bool = False) -> sa.Select[*tuple[Any, ...]]:
    """Return the select of rows that `reader` may find in lists, without an order.

    `is_named`: the statement names the threads, or whose they are, so that they are few (`listed_of_named`).
    """
    return (
        sa.select(*ROW_COLUMNS)
        .select_from(Thread)
        .join(Category, Category.id == Thread.category_id)
        .where(listed_of_named(reader) if is_named else listed_threads(reader))
    )


def rows_of(found: Iterable[sa.Row[*tuple[Any, ...]]]) -> list[ThreadRow]:
    """Return list rows."""
    return list(map(ThreadRow._make, found))


_RECENT = sa.and_(PageviewRecent.kind == "thread", PageviewRecent.target_id == Thread.id)
_HAS_TAG = ThreadTag.tag_id == sa.bindparam("tag_id")


class _Shape(Struct, frozen=True):
    """What decides the statement of a list, apart from its parameters. `is_small`: its category or tag has few threads."""

    reader: Actor
    view: str
    kind: str | None
    by_category: bool
    by_tag: bool
    by_author: bool
    by_version: bool
    is_small: bool


@lru_cache(maxsize=512)
def _statement(shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    return _cut(_ordered(_chosen(shape), shape))


def _chosen(shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    """Return the select of the rows that a list chooses from."""
    statement = base_select(shape.reader, is_named=shape.by_author)
    if shape.kind:
        statement = statement.where(Thread.kind == shape.kind)
    if shape.by_category:
        statement = statement.where(Thread.category_id == sa.bindparam("category_id"))
    if shape.by_author:
        statement = statement.where(Thread.author_id == sa.bindparam("author_id"))
    if shape.by_tag and shape.is_small:
        statement = statement.join(ThreadTag, sa.and_(ThreadTag.thread_id == Thread.id, _HAS_TAG))
    elif shape.by_tag:
        statement = statement.where(sa.exists().where(ThreadTag.thread_id == Thread.id, _HAS_TAG))
    if shape.by_version:
        about = sa.and_(ThreadVersion.version_id == sa.bindparam("version_id"), ThreadVersion.word != VersionWord.FAILS)
        statement = statement.join(ThreadVersion, sa.and_(ThreadVersion.thread_id == Thread.id, about))
    return statement


def _cut(statement: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    return statement.offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))


def _ordered(statement: sa.Select[*tuple[Any, ...]], shape: _Shape) -> sa.Select[*tuple[Any, ...]]:
    """Add what a view filters by and orders by."""
    if shape.view == "popular":  # of few
        views = sa.func.coalesce(PageviewRecent.views, 0)
        statement = statement.outerjoin(PageviewRecent, _RECENT)
        return statement.order_by(views.desc(), Thread.last_activity_at.desc(), Thread.id.desc())
    if shape.view == "unanswered":
        statement = statement.where(STILL_UNANSWERED)
    elif shape.view == "unsolved":
        statement = statement.where(Thread.kind == ThreadKind.QUESTION, Thread.status.in_(UNSOLVED))
    elif shape.view == "solved":
        statement = statement.where(Thread.status == Status.SOLVED)
    elif shape.view not in ("newest", "active"):
        raise ValueError(f"There is no view {shape.view!r}.")
    moment = Thread.last_activity_at if shape.view in ("active", "solved") else Thread.created_at
    # What no index has in its order makes the database begin with the few, not with the newest of all threads.
    latest = sa.func.coalesce(moment, moment) if shape.is_small else moment
    return statement.order_by(latest.desc(), Thread.id.desc())


@lru_cache(maxsize=128)
def _read_of_late(shape: _Shape) -> tuple[sa.Select[*tuple[Any, ...]], sa.Select[*tuple[Any, ...]], sa.Select[*tuple[Any, ...]]]:
    """Return what reads by popularity: the threads that somebody read of late, how many there are, and those that nobody read.

    Together they are one list. The first begins with the index of views and stops when a page is full; with the others in one
    statement, all threads would be sorted.
    """
    chosen = _chosen(shape)
    read_ones = chosen.join(PageviewRecent, _RECENT)
    order = (PageviewRecent.views.desc(), Thread.last_activity_at.desc(), Thread.id.desc())
    unread = chosen.where(~sa.exists().where(_RECENT)).order_by(Thread.last_activity_at.desc(), Thread.id.desc())
    return _cut(read_ones.order_by(*order)), read_ones.with_only_columns(sa.func.count()), _cut(unread)


def _find_popular(shape: _Shape, given: dict[str, int], offset: int, limit: int) -> list[sa.Row[*tuple[Any, ...]]]:
    """Return a part of a list by views of the last 30 days, then by activity."""
    read_ones, count, unread = _read_of_late(shape)
    found = list(read(read_ones, {**given, "offset": offset, "limit": limit}))
    if len(found) < limit:
        is_past = not found and offset > 0
        start = offset - int(read(count, given).scalar_one()) if is_past else 0
        found += read(unread, {**given, "offset": start, "limit": limit - len(found)})
    return found


def _find(
    actor: Actor,
    view: str,
    offset: int,
    limit: int,
    kind: str | None = None,
    is_small: bool = False,
    **ids: int | None,
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    given = {f"{name}_id": value for name, value in ids.items() if value is not None}
    has = {f"by_{name}": ids.get(name) is not None for name in ("category", "tag", "author", "version")}
    shape = _Shape(reader_of(actor), view, kind, **has, is_small=is_small)
    if view == "popular" and not is_small:
        return _find_popular(shape, given, offset, limit)
    return read(_statement(shape), {**given, "offset": offset, "limit": limit}).all()


def has_few(place: Topic | TagRow) -> bool:
    """Whether the threads of a category or tag are best sorted; otherwise they are looked for among all, in the order of the list."""
    return place.thread_count <= FEW


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
    is_small: bool = False,
) -> Page[ThreadRow]:
    """Return one numbered page of listed threads. `category`, `tag`, `author` and `version` are ids.

    Views: newest, active, popular (deduplicated views of 30 days), unanswered, unsolved, solved. One statement; popular takes up to
    three near the end. `is_small`: the category or tag has few threads (`has_few`). Raises NotFound past the end.
    """
    offset, limit = window(page, PER_PAGE)
    ids = {"category": category, "tag": tag, "author": author, "version": version}
    found = _find(actor, view, offset, limit, kind, is_small, **ids)
    return Page.from_rows(rows_of(found[: PER_PAGE + 1]), page, PER_PAGE)


def find_known_tag(actor: Actor, name: str) -> TagRow | None:
    """Return a tag by its exact name if the actor finds a thread for it: no other exists for them."""
    tag = find_tag(name)
    return tag if tag and (tag.thread_count or list_threads(actor, tag=tag.id, is_small=True).items) else None


def list_first_threads(actor: Actor, *, view: str, kind: str | None = None, limit: int = 5) -> tuple[ThreadRow, ...]:
    """Return the first threads of a view, for boxes on other pages: remembered while no thread changes."""
    name = ("first threads", view, kind, limit)
    return remember(
        reader_of(actor),
        name,
        (THREADS, SITE),
        lambda: tuple(rows_of(_find(actor, view, 0, limit, kind))),
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
