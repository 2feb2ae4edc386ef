"""What moderators read: the queue of reports and holds, and the log. Frozen rows; staff-only text only for staff."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.pagination import Page, window
from app.core.text import shorten
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.urls import comment_path, post_path, thread_path
from app.kb.models import Article
from app.moderation.models import Flag, FlagState, LogEntry
from app.moderation.policies import moderated_categories
from app.search.models import SearchAlias, SearchGap
from app.search.urls import ALIASES, GAPS

QUEUE_LIMIT = 200
LOG_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One report about the item."""

    reason: str
    note: str
    reporter_name: str
    reporter_path: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One text that waits for a decision. `kind` is `post` or `comment` (reported), `thread` or `held-post` (waiting for approval)."""

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
    flags: tuple[FlagRow, ...] = field(default=())

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"

    @property
    def is_report(self) -> bool:
        return self.kind in ("post", "comment")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry of the log with names and links instead of ids."""

    id: int
    action: str
    reason: str
    created_at: datetime
    actor_name: str
    actor_path: str
    target_kind: str
    target_text: str
    target_path: str
    is_undone: bool
    undoes_id: int | None


_Author = aliased(Person)
_THREAD_COLUMNS = (
    Thread.id.label("thread_id"), Thread.kind.label("thread_kind"), Thread.title, Thread.slug, Category.name.label("category"),
    Person.id.label("author_id"), Person.display_name, Person.name.label("author_handle"),
)  # fmt: skip


def list_queue(actor: Actor) -> list[QueueItem]:
    """Return what waits, oldest first, at most QUEUE_LIMIT of each kind."""
    items = [*_reported_posts(actor), *_reported_comments(actor), *_held_threads(actor), *_held_posts(actor)]
    return sorted(items, key=lambda item: item.waiting_since)


def count_queue(actor: Actor) -> int:
    """Return how many texts wait for a decision."""
    reported = (
        sa.select(sa.func.count(sa.distinct(sa.func.coalesce(Flag.post_id, -Flag.comment_id))))
        .join(Thread, Thread.id == Flag.thread_id).join(Category, Category.id == Thread.category_id)
        .where(Flag.state == FlagState.OPEN, moderated_categories(actor))
    )  # fmt: skip
    held = (
        sa.select(sa.func.count()).select_from(Thread).join(Category, Category.id == Thread.category_id)
        .where(Thread.held_at.is_not(None), Thread.hidden_at.is_(None), moderated_categories(actor))
    )  # fmt: skip
    held_posts = (
        sa.select(sa.func.count()).select_from(Post).join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(Post.held_at.is_not(None), Post.hidden_at.is_(None), Post.kind != PostKind.OPENING, moderated_categories(actor))
    )  # fmt: skip
    row = db.session.execute(sa.select(reported.scalar_subquery(), held.scalar_subquery(), held_posts.scalar_subquery())).one()
    return sum(int(count or 0) for count in row)


def _flags_by(target: sa.ColumnElement[int]) -> dict[int, list[FlagRow]]:
    statement = (
        sa.select(target, Flag.reason, Flag.note, Person.display_name, Person.name, Flag.created_at)
        .join(Person, Person.id == Flag.reporter_id)
        .where(Flag.state == FlagState.OPEN, target.is_not(None))
        .order_by(Flag.created_at)
        .limit(QUEUE_LIMIT * 5)
    )
    grouped: dict[int, list[FlagRow]] = defaultdict(list)
    for target_id, reason, note, display_name, name, created_at in db.session.execute(statement):
        grouped[target_id].append(FlagRow(reason, note, display_name, f"/people/{name}", created_at))
    return grouped


def _item(kind: str, row: sa.Row[*tuple[Any, ...]], path: str, since: datetime, flags: tuple[FlagRow, ...] = ()) -> QueueItem:
    r = row._mapping
    return QueueItem(
        kind=kind, id=r["id"], thread_id=r["thread_id"], thread_title=r["title"], path=path, category=r["category"],
        excerpt=shorten(r["body_text"], 140), html=Markup(r["body_html"]), author_id=r["author_id"],  # noqa: S704 (sanitised when stored)
        author_name=r["display_name"] or "[removed]", author_path=f"/people/{r['author_handle']}" if r["author_handle"] else "",
        is_hidden=r["hidden_at"] is not None, created_at=r["created_at"], waiting_since=since, flags=flags,
    )  # fmt: skip


def _post_statement(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Post.id, Post.body_text, Post.body_html, Post.hidden_at, Post.held_at, Post.created_at, *_THREAD_COLUMNS)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(Person, Person.id == Post.author_id, isouter=True)
        .where(moderated_categories(actor))
        .limit(QUEUE_LIMIT)
    )


def _reported_posts(actor: Actor) -> list[QueueItem]:
    flags = _flags_by(Flag.post_id)  # type: ignore[arg-type]
    if not flags:
        return []
    rows = db.session.execute(_post_statement(actor).where(Post.id.in_(list(flags))))
    return [_item("post", row, post_path(row.id), flags[row.id][0].created_at, tuple(flags[row.id])) for row in rows]


def _reported_comments(actor: Actor) -> list[QueueItem]:
    flags = _flags_by(Flag.comment_id)  # type: ignore[arg-type]
    if not flags:
        return []
    statement = (
        sa.select(Comment.id, Comment.body_text, Comment.body_html, Comment.hidden_at, Comment.created_at, *_THREAD_COLUMNS)
        .join(Post, Post.id == Comment.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(Person, Person.id == Comment.author_id, isouter=True)
        .where(Comment.id.in_(list(flags)), moderated_categories(actor))
    )
    rows = db.session.execute(statement)
    return [_item("comment", row, comment_path(row.id), flags[row.id][0].created_at, tuple(flags[row.id])) for row in rows]


def _held_threads(actor: Actor) -> list[QueueItem]:
    held = sa.and_(Thread.held_at.is_not(None), Thread.hidden_at.is_(None), Post.kind == PostKind.OPENING)
    statement = _post_statement(actor).add_columns(Thread.held_at.label("since")).where(held).order_by(Thread.held_at)
    items = []
    for row in db.session.execute(statement):
        item = _item("thread", row, thread_path(row.thread_kind, row.thread_id, row.slug), row.since)
        items.append(item)
    return items


def _held_posts(actor: Actor) -> list[QueueItem]:
    held = sa.and_(Post.held_at.is_not(None), Post.hidden_at.is_(None), Post.kind != PostKind.OPENING)
    rows = db.session.execute(_post_statement(actor).where(held).order_by(Post.held_at))
    return [_item("held-post", row, post_path(row.id), row.held_at) for row in rows]


def list_log(actor: Actor, *, page: int = 1, action: str = "", by: str = "", thread_id: int | None = None) -> Page[LogRow]:
    """Return entries of the log, newest first. Entries about staff-only threads and articles are for staff."""
    undo = aliased(LogEntry)
    post, comment, comment_post = aliased(Post), aliased(Comment), aliased(Post)
    target, category = aliased(Thread), aliased(Category)
    article, person = aliased(Article), aliased(Person)
    gap, alias = aliased(SearchGap), aliased(SearchAlias)
    is_readable = sa.or_(category.id.is_(None), category.audience.in_(actor.audiences))
    statement = (
        sa.select(
            LogEntry.id, LogEntry.action, LogEntry.reason, LogEntry.created_at, LogEntry.undoes_id, LogEntry.post_id,
            LogEntry.comment_id, LogEntry.article_id, _Author.display_name.label("actor_name"), _Author.name.label("actor_handle"),
            target.id.label("thread_id"), target.kind.label("thread_kind"), target.title, target.slug,
            person.display_name.label("person_name"), person.name.label("person_handle"),
            article.title.label("article_title"), gap.text.label("gap_text"), alias.said, alias.means, undo.id.label("undo_id"),
        )
        .join(_Author, _Author.id == LogEntry.actor_id, isouter=True)
        .join(post, post.id == LogEntry.post_id, isouter=True)
        .join(comment, comment.id == LogEntry.comment_id, isouter=True)
        .join(comment_post, comment_post.id == comment.post_id, isouter=True)
        .join(target, target.id == sa.func.coalesce(LogEntry.thread_id, post.thread_id, comment_post.thread_id), isouter=True)
        .join(category, category.id == target.category_id, isouter=True)
        .join(article, article.id == LogEntry.article_id, isouter=True)
        .join(person, person.id == LogEntry.person_id, isouter=True)
        .join(gap, gap.id == LogEntry.gap_id, isouter=True)
        .join(alias, alias.id == LogEntry.alias_id, isouter=True)
        .join(undo, undo.undoes_id == LogEntry.id, isouter=True)
        .where(is_readable, sa.or_(article.id.is_(None), article.audience.in_(actor.audiences)))
        .where(sa.or_(gap.id.is_(None), gap.audience.in_(actor.audiences)))
        .order_by(LogEntry.id.desc())
    )  # fmt: skip
    if action:
        statement = statement.where(LogEntry.action == action)
    if by:
        statement = statement.where(_Author.name_key == by.casefold())
    if thread_id is not None:
        statement = statement.where(target.id == thread_id)
    offset, limit = window(page, LOG_PER_PAGE)
    rows = db.session.execute(statement.offset(offset).limit(limit)).all()
    return Page.from_rows([_log_row(row) for row in rows], page, LOG_PER_PAGE)


def _log_row(row: sa.Row[*tuple[Any, ...]]) -> LogRow:
    r = row._mapping
    kind, text, path = _target(r)
    return LogRow(
        id=r["id"], action=r["action"], reason=r["reason"], created_at=r["created_at"],
        actor_name=r["actor_name"] or "the system", actor_path=f"/people/{r['actor_handle']}" if r["actor_handle"] else "",
        target_kind=kind, target_text=text, target_path=path, is_undone=r["undo_id"] is not None, undoes_id=r["undoes_id"],
    )  # fmt: skip


def _target(r: sa.RowMapping) -> tuple[str, str, str]:
    """Return (kind, words, path) of what an entry is about."""
    if r["person_name"]:
        return "person", r["person_name"], f"/people/{r['person_handle']}"
    if r["article_title"]:
        return "article", r["article_title"], f"/kb/articles/{r['article_id']}/history"
    if r["gap_text"]:
        return "search", r["gap_text"], GAPS
    if r["said"]:
        return "meaning", f"{r['said']} → {r['means']}", ALIASES
    if r["comment_id"]:
        return "comment", r["title"], comment_path(r["comment_id"])
    if r["post_id"]:
        return "post", r["title"], post_path(r["post_id"])
    return "thread", r["title"], thread_path(r["thread_kind"], r["thread_id"], r["slug"])


def list_log_actions() -> list[str]:
    """Return the actions that occur in the log."""
    return list(db.session.scalars(sa.select(LogEntry.action).distinct().order_by(LogEntry.action)))


def find_latest_entry_id(actor: Actor) -> int | None:
    """Return the id of the decision that the actor made last, for the undo button."""
    return db.session.scalar(sa.select(sa.func.max(LogEntry.id)).where(LogEntry.actor_id == actor.id))


def exists_undo(entry_id: int) -> bool:
    """Return whether an entry was undone."""
    return db.session.scalar(sa.select(sa.exists().where(LogEntry.undoes_id == entry_id))) or False


def get_log_entry_for_update(entry_id: int) -> LogEntry | None:
    """Lock an entry of the log, so that it is undone once."""
    return db.session.scalar(sa.select(LogEntry).where(LogEntry.id == entry_id).with_for_update(key_share=True))
