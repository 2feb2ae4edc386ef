"""The log of decisions: entries with names and links instead of ids, filtered, and read on from where the last page ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.forum.models import Category, Comment, Post, Thread
from app.forum.urls import comment_path, post_path, thread_path
from app.kb.models import Article
from app.moderation.models import LogEntry, ScreeningRule, Wave
from app.moderation.urls import screening_path, wave_path
from app.moderation.waves.reading import visible_waves
from app.search.models import SearchAlias, SearchGap
from app.search.urls import ALIASES, GAPS

LOG_PER_PAGE = 30
_AT_ONCE = 500
# Who decided where no person did.
SYSTEM_ID = 0
# What entries are about: what the log calls it, and the column that names it.
LOG_KINDS = {
    "thread": LogEntry.thread_id, "post": LogEntry.post_id, "comment": LogEntry.comment_id, "person": LogEntry.person_id,
    "article": LogEntry.article_id, "search": LogEntry.gap_id, "meaning": LogEntry.alias_id, "rule": LogEntry.rule_id,
    "wave": LogEntry.wave_id,
}  # fmt: skip


class LogFilter(Struct, frozen=True):
    """Which entries to show; what is empty filters nothing.

    `by_id`: who decided (SYSTEM_ID: no person). `about_id`: the person, or the author of the text, that it was about. `since` counts,
    `until` does not. `words` are looked for in the reasons. `target`: a kind of LOG_KINDS, and the id of the one thing it was about.
    """

    action: str = ""
    by_id: int | None = None
    about_id: int | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    thread_id: int | None = None
    target: tuple[str, int] | None = None


EVERYTHING = LogFilter()


class LogRow(Struct, frozen=True):
    """One entry of the log with names and links instead of ids."""

    id: int
    action: str
    reason: str
    created_at: datetime
    actor_id: int | None
    actor_name: str
    actor_path: str
    target_kind: str
    target_text: str
    target_path: str
    is_undone: bool
    undoes_id: int | None


class LogPage(Struct, frozen=True):
    """Entries, newest first. `older`: the entry from which older ones go on, None at the end."""

    items: tuple[LogRow, ...]
    older: int | None


_Author, _About, _Undo = aliased(Person), aliased(Person), aliased(LogEntry)
_Target, _CommentPost = aliased(Thread), aliased(Post)


def _statement(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Entries about staff-only threads, articles, searches and waves are for staff."""
    return (
        sa.select(
            LogEntry.id, LogEntry.action, LogEntry.reason, LogEntry.created_at, LogEntry.actor_id, LogEntry.undoes_id, LogEntry.post_id,
            LogEntry.comment_id, LogEntry.article_id, LogEntry.wave_id, _Author.display_name.label("actor_name"),
            _Author.name.label("actor_handle"), _Target.id.label("thread_id"), _Target.kind.label("thread_kind"), _Target.title,
            _Target.slug, _About.display_name.label("person_name"), _About.name.label("person_handle"),
            Article.title.label("article_title"), SearchGap.text.label("gap_text"), SearchAlias.said, SearchAlias.means,
            ScreeningRule.text.label("rule_text"), ScreeningRule.kind.label("rule_kind"), Wave.summary.label("wave_text"),
            _Undo.id.label("undo_id"),
        )
        .join(_Author, _Author.id == LogEntry.actor_id, isouter=True)
        .join(Post, Post.id == LogEntry.post_id, isouter=True)
        .join(Comment, Comment.id == LogEntry.comment_id, isouter=True)
        .join(_CommentPost, _CommentPost.id == Comment.post_id, isouter=True)
        .join(_Target, _Target.id == sa.func.coalesce(LogEntry.thread_id, Post.thread_id, _CommentPost.thread_id), isouter=True)
        .join(Category, Category.id == _Target.category_id, isouter=True)
        .join(Article, Article.id == LogEntry.article_id, isouter=True)
        .join(_About, _About.id == LogEntry.person_id, isouter=True)
        .join(SearchGap, SearchGap.id == LogEntry.gap_id, isouter=True)
        .join(SearchAlias, SearchAlias.id == LogEntry.alias_id, isouter=True)
        .join(ScreeningRule, ScreeningRule.id == LogEntry.rule_id, isouter=True)
        .join(Wave, Wave.id == LogEntry.wave_id, isouter=True)
        .join(_Undo, _Undo.undoes_id == LogEntry.id, isouter=True)
        .where(sa.or_(Category.id.is_(None), Category.audience.in_(actor.audiences)))
        .where(sa.or_(Article.id.is_(None), Article.audience.in_(actor.audiences)))
        .where(sa.or_(SearchGap.id.is_(None), SearchGap.audience.in_(actor.audiences)))
        .where(sa.or_(LogEntry.wave_id.is_(None), visible_waves(actor)))
        .order_by(LogEntry.created_at.desc(), LogEntry.id.desc())
    )  # fmt: skip


def _conditions(where: LogFilter) -> Iterator[sa.ColumnElement[bool]]:
    if where.action:
        yield LogEntry.action == where.action
    if where.by_id is not None:
        yield LogEntry.actor_id.is_(None) if where.by_id == SYSTEM_ID else LogEntry.actor_id == where.by_id
    if where.about_id is not None:
        yield LogEntry.id.in_(_about(where.about_id))
    if where.kind:
        yield LOG_KINDS[where.kind].is_not(None)
    if where.since is not None:
        yield LogEntry.created_at >= where.since
    if where.until is not None:
        yield LogEntry.created_at < where.until
    if where.words:
        yield LogEntry.reason.icontains(where.words, autoescape=True)
    if where.thread_id is not None:
        yield _Target.id == where.thread_id
    if where.target is not None:
        yield LOG_KINDS[where.target[0]] == where.target[1]


def _about(person_id: int) -> sa.CompoundSelect[int]:
    """The entries about a person and about what they wrote, each found by an index."""
    entry = aliased(LogEntry)
    threads = sa.select(Thread.id).where(Thread.author_id == person_id)
    posts = sa.select(Post.id).where(Post.author_id == person_id)
    comments = sa.select(Comment.id).where(Comment.author_id == person_id)
    return sa.union_all(
        sa.select(entry.id).where(entry.person_id == person_id),
        sa.select(entry.id).where(entry.thread_id.in_(threads)),
        sa.select(entry.id).where(entry.post_id.in_(posts)),
        sa.select(entry.id).where(entry.comment_id.in_(comments)),
    )


def list_log(actor: Actor, where: LogFilter = EVERYTHING, *, before: int | None = None, limit: int = LOG_PER_PAGE) -> LogPage:
    """Return entries, newest first. `before`: the entry after which to go on, whatever was added meanwhile.

    Raises NotFound for a `before` that is no entry.
    """
    statement = _statement(actor).where(*_conditions(where))
    if before is not None:
        moment = db.session.scalar(sa.select(LogEntry.created_at).where(LogEntry.id == before))
        if moment is None:
            raise NotFound(_("There is no such entry in the log."))
        earlier = sa.or_(LogEntry.created_at < moment, LogEntry.id < before)
        statement = statement.where(LogEntry.created_at <= moment, earlier)
    rows = db.session.execute(statement.limit(limit + 1)).all()
    return LogPage(tuple(_log_row(row) for row in rows[:limit]), rows[limit - 1].id if len(rows) > limit else None)


def iterate_log(actor: Actor, where: LogFilter = EVERYTHING) -> Iterator[LogRow]:
    """Yield all entries, newest first, in bounded pieces; what is added meanwhile is not among them."""
    before: int | None = None
    while True:
        found = list_log(actor, where, before=before, limit=_AT_ONCE)
        yield from found.items
        if found.older is None:
            return
        before = found.older


def _log_row(row: sa.Row[*tuple[Any, ...]]) -> LogRow:
    r = row._mapping
    kind, text, path = _target(r)
    return LogRow(
        id=r["id"], action=r["action"], reason=r["reason"], created_at=r["created_at"], actor_id=r["actor_id"],
        actor_name=r["actor_name"] or lazy_gettext("the system"), actor_path=f"/people/{r['actor_handle']}" if r["actor_handle"] else "",
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
    if r["wave_id"]:
        return "wave", r["wave_text"], wave_path(r["wave_id"])
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
