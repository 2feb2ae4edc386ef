"""The log of decisions: entries with names and links instead of ids."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.pagination import Page, window
from app.forum.models import Category, Comment, Post, Thread
from app.forum.urls import comment_path, post_path, thread_path
from app.kb.models import Article
from app.moderation.models import LogEntry, ScreeningRule
from app.moderation.urls import screening_path
from app.search.models import SearchAlias, SearchGap
from app.search.urls import ALIASES, GAPS

LOG_PER_PAGE = 50


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


def list_log(actor: Actor, *, page: int = 1, action: str = "", by: str = "", thread_id: int | None = None) -> Page[LogRow]:
    """Return entries of the log, newest first. Entries about staff-only threads and articles are for staff."""
    undo = aliased(LogEntry)
    post, comment, comment_post = aliased(Post), aliased(Comment), aliased(Post)
    target, category = aliased(Thread), aliased(Category)
    article, person = aliased(Article), aliased(Person)
    gap, alias, rule = aliased(SearchGap), aliased(SearchAlias), aliased(ScreeningRule)
    is_readable = sa.or_(category.id.is_(None), category.audience.in_(actor.audiences))
    statement = (
        sa.select(
            LogEntry.id, LogEntry.action, LogEntry.reason, LogEntry.created_at, LogEntry.undoes_id, LogEntry.post_id,
            LogEntry.comment_id, LogEntry.article_id, _Author.display_name.label("actor_name"), _Author.name.label("actor_handle"),
            target.id.label("thread_id"), target.kind.label("thread_kind"), target.title, target.slug,
            person.display_name.label("person_name"), person.name.label("person_handle"),
            article.title.label("article_title"), gap.text.label("gap_text"), alias.said, alias.means,
            rule.text.label("rule_text"), rule.kind.label("rule_kind"), undo.id.label("undo_id"),
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
        .join(rule, rule.id == LogEntry.rule_id, isouter=True)
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
    if r["rule_text"]:
        return "rule", r["rule_text"], screening_path(r["rule_kind"])
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
