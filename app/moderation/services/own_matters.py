"""What is about a moderator themselves: it is decided by somebody else, as long as there is anybody who could.

So moderators neither decide about reports of what they wrote, nor learn who made them.
"""

from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor, Audience
from app.core.db import db
from app.core.errors import Forbidden
from app.core.i18n import lazy_gettext
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.moderation.models import LogEntry
from app.moderation.policies import exists_other

# Decisions that took a text out of sight: who made the newest one about their own text may take it back.
_OUT_OF_SIGHT = ("hide", "reject", "uphold", "hold", "set_aside")
_REFUSAL = lazy_gettext("This is about you, so somebody else decides.")


def ensure_not_own(actor: Actor, person_id: int | None, audience: str = Audience.PUBLIC) -> None:
    """Raise Forbidden where something is about the actor and somebody else could decide. Asks the database only then."""
    if actor.id is None or person_id != actor.id:
        return
    if db.session.scalar(sa.select(exists_other(actor.id, audience))):
        raise Forbidden(_REFUSAL)


def ensure_may_show(actor: Actor, kind: str, target_id: int) -> None:
    """Raise Forbidden when the actor would show a `thread`, `post` or `comment` of their own that somebody else took out of sight."""
    found = _place_of(kind, target_id)
    if actor.id is None or found is None or found.author_id != actor.id:
        return
    about = {"thread": LogEntry.thread_id, "post": LogEntry.post_id, "comment": LogEntry.comment_id}[kind] == target_id
    if kind == "thread":
        opening = sa.select(Post.id).where(Post.thread_id == target_id, Post.kind == PostKind.OPENING)
        about = sa.or_(about, LogEntry.post_id.in_(opening))
    newest = sa.select(LogEntry.actor_id).where(about, LogEntry.action.in_(_OUT_OF_SIGHT)).order_by(LogEntry.id.desc()).limit(1)
    if db.session.scalar(newest) != actor.id:
        ensure_not_own(actor, found.author_id, found.audience)


def ensure_may_undo(actor: Actor, entry: LogEntry) -> None:
    """Raise Forbidden when the actor would undo what somebody else decided against them or their text."""
    if actor.id is None or entry.actor_id == actor.id:
        return
    ensure_not_own(actor, entry.person_id)
    if entry.action not in (*_OUT_OF_SIGHT, "decline"):
        return
    for kind, target_id in (("thread", entry.thread_id), ("post", entry.post_id), ("comment", entry.comment_id)):
        found = _place_of(kind, target_id) if target_id is not None else None
        if found is not None:
            ensure_not_own(actor, found.author_id, found.audience)


def _place_of(kind: str, target_id: int) -> Any:
    """Return author and audience of a text, or None."""
    if kind == "thread":
        statement = sa.select(Thread.author_id, Category.audience).select_from(Thread).where(Thread.id == target_id)
    elif kind == "post":
        statement = sa.select(Post.author_id, Category.audience).select_from(Post).join(Thread, Thread.id == Post.thread_id)
        statement = statement.where(Post.id == target_id)
    else:
        statement = sa.select(Comment.author_id, Category.audience).select_from(Comment).join(Post, Post.id == Comment.post_id)
        statement = statement.join(Thread, Thread.id == Post.thread_id).where(Comment.id == target_id)
    return db.session.execute(statement.join(Category, Category.id == Thread.category_id)).one_or_none()
