"""What waits for moderators: reports, and texts held for approval with the reasons why."""

from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.records import Struct, field, replace
from app.core.text import shorten
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind, revision_of
from app.forum.queries.categories import reader_of
from app.forum.services.commenting import WAITING
from app.forum.urls import comment_path, post_path, thread_path
from app.moderation.flags.criteria import COMMENT_ASIDE, POST_ASIDE, THREAD_ASIDE, WAITS
from app.moderation.models import Flag
from app.moderation.policies import asked_by, is_for, moderated_categories
from app.moderation.screening.listing import HitRow, hits_of

QUEUE_LIMIT = 200
_WAITING_COMMENT = sa.and_(Comment.held_at.is_not(None), Comment.hidden_reason == WAITING, sa.not_(COMMENT_ASIDE))


class FlagRow(Struct, frozen=True):
    """One report about the item."""

    reason: str
    note: str
    reporter_name: str
    reporter_path: str
    created_at: datetime
    weight: int = 100


class QueueItem(Struct, frozen=True):
    """One text that waits for a decision.

    `kind` is `post` or `comment` (reported), `thread`, `held-post` or `held-comment` (waiting for approval); `id` is that of the post
    (of a thread: its opening) or comment. `hits`: why screening held it. `post_id`: the post itself, or that of the comment;
    `revision`: which text it is, for deciding about the one that was read.
    """

    kind: str
    id: int
    thread_id: int
    thread_title: str
    path: str
    category: str
    excerpt: str
    html: Markup
    author_id: int | None
    author_name: str
    author_path: str
    is_hidden: bool
    created_at: datetime
    waiting_since: datetime
    post_id: int
    revision: int
    flags: tuple[FlagRow, ...] = field(default=())
    hits: tuple[HitRow, ...] = field(default=())

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"

    @property
    def is_report(self) -> bool:
        return self.kind in ("post", "comment")


# Columns that are empty while readers see a text.
_OUT_OF_SIGHT = ("hidden_at", "held_at", "thread_hidden_at", "thread_held_at")
_THREAD_COLUMNS = (
    Thread.held_at.label("thread_held_at"), Thread.hidden_at.label("thread_hidden_at"),
    Thread.id.label("thread_id"), Thread.kind.label("thread_kind"), Thread.title, Thread.slug, Category.name.label("category"),
    Person.id.label("author_id"), Person.display_name, Person.name.label("author_handle"),
)  # fmt: skip


def list_queue(actor: Actor) -> list[QueueItem]:
    """Return the texts that wait, oldest first, at most QUEUE_LIMIT of each kind."""
    return sorted([*list_reported(actor), *list_held(actor)], key=lambda item: item.waiting_since)


def list_reported(actor: Actor) -> list[QueueItem]:
    """Return the texts that people reported, at most QUEUE_LIMIT of each kind; four statements, two when nothing is reported."""
    return [*_reported_posts(actor), *_reported_comments(actor)]


def list_held(actor: Actor) -> list[QueueItem]:
    """Return the texts that wait for approval with the reasons why, at most QUEUE_LIMIT of each kind, in four statements."""
    return _with_hits([*_held_threads(actor), *_held_posts(actor), *_held_comments(actor)])


def find_queued(actor: Actor, kind: str, item_id: int) -> QueueItem | None:
    """Return one text that waits, or None when it does not (any more). Two statements."""
    if kind == "post":
        return next(iter(_reported_posts(actor, item_id)), None)
    if kind == "comment":
        return next(iter(_reported_comments(actor, item_id)), None)
    finders = {"thread": _held_threads, "held-post": _held_posts, "held-comment": _held_comments}
    return next(iter(_with_hits(finders[kind](actor, item_id))), None) if kind in finders else None


def _with_hits(items: list[QueueItem]) -> list[QueueItem]:
    """Add to each text that waits why screening held it."""
    on_comments = [item.id for item in items if item.kind == "held-comment"]
    posts, comments = hits_of([item.id for item in items if item.kind != "held-comment"], on_comments)
    return [replace(item, hits=tuple((comments if item.kind == "held-comment" else posts).get(item.id, ()))) for item in items]


def count_queue(actor: Actor) -> int:
    """Return how many texts wait for a decision."""
    return count_reported(actor) + count_held(actor)


def count_reported(actor: Actor) -> int:
    """Return how many texts are reported."""
    return read(_counting_reported(reader_of(actor)), asked_by(actor)).scalar() or 0


@lru_cache(maxsize=8)
def _counting_reported(actor: Actor) -> sa.Select[int]:
    author_id = sa.func.coalesce(Post.author_id, Comment.author_id)
    return (
        sa.select(sa.func.count(sa.distinct(sa.func.coalesce(Flag.post_id, -Flag.comment_id))))
        .join(Thread, Thread.id == Flag.thread_id).join(Category, Category.id == Thread.category_id)
        .outerjoin(Post, Post.id == Flag.post_id).outerjoin(Comment, Comment.id == Flag.comment_id)
        .where(WAITS, moderated_categories(actor), is_for(actor, author_id, Category.audience))
    )  # fmt: skip


def count_held(actor: Actor) -> int:
    """Return how many texts wait for approval, in one statement."""
    return sum(count or 0 for count in read(_counting_held(reader_of(actor)), asked_by(actor)).one())


@lru_cache(maxsize=8)
def _counting_held(actor: Actor) -> sa.Select[int, int, int]:
    held = (
        sa.select(sa.func.count()).select_from(Thread).join(Category, Category.id == Thread.category_id)
        .where(Thread.held_at.is_not(None), Thread.hidden_at.is_(None), sa.not_(THREAD_ASIDE), moderated_categories(actor))
        .where(is_for(actor, Thread.author_id, Category.audience))
    )  # fmt: skip
    held_posts = (
        sa.select(sa.func.count()).select_from(Post).join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(Post.held_at.is_not(None), Post.hidden_at.is_(None), Post.kind != PostKind.OPENING, sa.not_(POST_ASIDE))
        .where(moderated_categories(actor), is_for(actor, Post.author_id, Category.audience))
    )  # fmt: skip
    held_comments = (
        sa.select(sa.func.count()).select_from(Comment).join(Post, Post.id == Comment.post_id)
        .join(Thread, Thread.id == Post.thread_id).join(Category, Category.id == Thread.category_id)
        .where(_WAITING_COMMENT, moderated_categories(actor), is_for(actor, Comment.author_id, Category.audience))
    )  # fmt: skip
    return sa.select(held.scalar_subquery(), held_posts.scalar_subquery(), held_comments.scalar_subquery())


def _flags_by(target: Any, only: int | None) -> dict[int, list[FlagRow]]:
    statement = (
        sa.select(target, Flag.reason, Flag.note, Person.display_name, Person.name, Flag.created_at, Flag.weight)
        .join(Person, Person.id == Flag.reporter_id)
        .where(WAITS, target.is_not(None) if only is None else target == only)
        .order_by(Flag.created_at)
        .limit(QUEUE_LIMIT * 5)
    )
    grouped: dict[int, list[FlagRow]] = defaultdict(list)
    for target_id, reason, note, display_name, name, created_at, weight in db.session.execute(statement):
        grouped[target_id].append(FlagRow(reason, note, display_name, f"/people/{name}", created_at, weight))
    return grouped


def _item(kind: str, row: sa.Row[*tuple[Any, ...]], path: str, since: datetime, flags: tuple[FlagRow, ...] = ()) -> QueueItem:
    r = row._mapping
    return QueueItem(
        kind=kind, id=r["id"], thread_id=r["thread_id"], thread_title=r["title"], path=path, category=r["category"],
        excerpt=shorten(r["body_text"], 140), html=Markup(r["body_html"]), author_id=r["author_id"],  # noqa: S704 (sanitised when stored)
        author_name=r["display_name"] or "[removed]", author_path=f"/people/{r['author_handle']}" if r["author_handle"] else "",
        is_hidden=any(r.get(name) is not None for name in (_OUT_OF_SIGHT if flags else _OUT_OF_SIGHT[:1])),
        created_at=r["created_at"], waiting_since=since, post_id=r.get("post_id") or r["id"],
        revision=r["revision"] if "revision" in r else revision_of(r["body_source"]), flags=flags,
    )  # fmt: skip


def _only(column: Any, only: int | None) -> sa.ColumnElement[bool]:
    return sa.true() if only is None else column == only


def _post_statement(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Post.id,
            Post.body_text,
            Post.body_html,
            Post.hidden_at,
            Post.held_at,
            Post.created_at,
            Post.revision,
            *_THREAD_COLUMNS,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(Person, Person.id == Post.author_id, isouter=True)
        .where(moderated_categories(actor), is_for(actor, Post.author_id, Category.audience))
        .limit(QUEUE_LIMIT)
    )


def _comment_statement(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    columns = (
        Comment.id,
        Comment.body_text,
        Comment.body_html,
        Comment.hidden_at,
        Comment.held_at,
        Comment.created_at,
        Comment.post_id,
        Comment.body_source,
    )
    return (
        sa.select(*columns, *_THREAD_COLUMNS)
        .join(Post, Post.id == Comment.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(Person, Person.id == Comment.author_id, isouter=True)
        .where(moderated_categories(actor), is_for(actor, Comment.author_id, Category.audience))
        .limit(QUEUE_LIMIT)
    )


def _reported_posts(actor: Actor, only: int | None = None) -> list[QueueItem]:
    flags = _flags_by(Flag.post_id, only)
    if not flags:
        return []
    rows = db.session.execute(_post_statement(actor).where(Post.id.in_(list(flags))))
    return [_item("post", row, post_path(row.id), flags[row.id][0].created_at, tuple(flags[row.id])) for row in rows]


def _reported_comments(actor: Actor, only: int | None = None) -> list[QueueItem]:
    flags = _flags_by(Flag.comment_id, only)
    if not flags:
        return []
    rows = db.session.execute(_comment_statement(actor).where(Comment.id.in_(list(flags))))
    return [_item("comment", row, comment_path(row.id), flags[row.id][0].created_at, tuple(flags[row.id])) for row in rows]


def _held_threads(actor: Actor, only: int | None = None) -> list[QueueItem]:
    held = sa.and_(
        Thread.held_at.is_not(None), Thread.hidden_at.is_(None), Post.kind == PostKind.OPENING, _only(Thread.id, only),
        sa.not_(THREAD_ASIDE),
    )  # fmt: skip
    statement = _post_statement(actor).add_columns(Thread.held_at.label("since")).where(held).order_by(Thread.held_at)
    items = []
    for row in db.session.execute(statement):
        item = _item("thread", row, thread_path(row.thread_kind, row.thread_id, row.slug), row.since)
        items.append(item)
    return items


def _held_posts(actor: Actor, only: int | None = None) -> list[QueueItem]:
    held = sa.and_(
        Post.held_at.is_not(None), Post.hidden_at.is_(None), Post.kind != PostKind.OPENING, _only(Post.id, only),
        sa.not_(POST_ASIDE),
    )  # fmt: skip
    rows = db.session.execute(_post_statement(actor).where(held).order_by(Post.held_at))
    return [_item("held-post", row, post_path(row.id), row.held_at) for row in rows]


def _held_comments(actor: Actor, only: int | None = None) -> list[QueueItem]:
    rows = db.session.execute(
        _comment_statement(actor).where(_WAITING_COMMENT, _only(Comment.id, only)).order_by(Comment.held_at)
    )
    return [_item("held-comment", row, post_path(row.post_id), row.held_at) for row in rows]
