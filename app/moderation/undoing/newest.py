"""Whether a text is still out of sight because of the decision that is undone, and not because of a newer one."""

from datetime import datetime

import sqlalchemy as sa

from app.core.db import db
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.moderation.flags.resolving import WAS_SHOWN
from app.moderation.models import LogEntry

_HID = ("hide", "reject")
_LET_WAIT = ("hold", "set_aside")


def ensure_newest(entry: LogEntry) -> None:
    """Raise Conflict when undoing would show a text that a newer decision (a wave, a removal, another moderator) put away."""
    is_hiding = entry.action in _HID or (entry.action == "uphold" and entry.before == WAS_SHOWN)
    if not is_hiding and entry.action not in _LET_WAIT:
        return
    hidden_at, held_at = _moments(entry)
    if is_hiding and hidden_at is not None and hidden_at > entry.created_at:
        raise Conflict(_("It was hidden again since, by another decision. Please undo that one."))
    if not is_hiding and held_at is not None and held_at > entry.created_at:
        raise Conflict(_("It was made to wait again since, by another decision. Please undo that one."))


def _moments(entry: LogEntry) -> tuple[datetime | None, datetime | None]:
    """Return when the text of an entry was hidden, and since when it waits; an opening text is as visible as its thread."""
    statement: sa.Select[datetime | None, datetime | None]
    if entry.comment_id is not None:
        statement = sa.select(Comment.hidden_at, Comment.held_at).where(Comment.id == entry.comment_id)
    elif entry.post_id is not None:
        is_opening = Post.kind == PostKind.OPENING
        both = [sa.case((is_opening, of_thread), else_=of_post) for of_thread, of_post in _COLUMNS]
        statement = sa.select(*both).select_from(Post).join(Thread, Thread.id == Post.thread_id).where(Post.id == entry.post_id)
    else:
        statement = sa.select(Thread.hidden_at, Thread.held_at).where(Thread.id == entry.thread_id)
    row = db.session.execute(statement).one_or_none()
    return (row[0], row[1]) if row is not None else (None, None)


_COLUMNS = ((Thread.hidden_at, Post.hidden_at), (Thread.held_at, Post.held_at))
