"""Slow mode: in a heated thread everybody waits between two posts of theirs, so that they read before they write."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.reasons import checked_reason
from app.forum.events import ThreadCurated
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate, is_slowed
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.figures import settle

# What moderators choose from, in minutes.
PACES = (1, 5, 15, 60, 24 * 60)


def slow_thread(actor: Actor, *, thread_id: int, minutes: int, reason: str = "") -> Thread:
    """Let everybody but staff and moderators wait so long between two posts of theirs; 0 ends it. `before`: the old minutes.

    Raises NotFound, Forbidden, Invalid("minutes" or "reason"), Conflict when it is so already.
    """
    thread = get_thread_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    if minutes not in (0, *PACES):
        raise Invalid(_("Please choose one of the paces."), field="minutes")
    if thread.slow_minutes == minutes:
        raise Conflict(_("This thread is no slower already.") if minutes == 0 else _("This thread is as slow already."))
    before = str(thread.slow_minutes)
    thread.slow_minutes = minutes
    settle(thread, is_content_changed=False)
    emit(ThreadCurated(thread.id, "slow", actor.id, why, before))
    return thread


def ensure_pace(actor: Actor, thread: Thread) -> None:
    """Raise Invalid("body") when the actor posted to a locked slow thread a moment ago: what they typed stays in its form."""
    if not is_slowed(actor, thread):
        return
    last = _last_written_at(thread.id, actor.id)
    free_at = last + timedelta(minutes=thread.slow_minutes) if last else None
    if free_at is not None and free_at > now():
        wait = _words(free_at - now())
        raise Invalid(
            _("This thread is in slow mode, so that people read before they write. You can post in %(wait)s.", wait=wait),
            field="body",
        )


def pace_words(minutes: int) -> str:
    """Return a pace in words: "5 minutes", "1 hour"."""
    return _words(timedelta(minutes=minutes))


def _words(wait: timedelta) -> str:
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return ngettext("%(num)s hour", "%(num)s hours", round(minutes / 60))


def _last_written_at(thread_id: int, person_id: int | None) -> datetime | None:
    """Return when a person last answered, replied or commented here; starting the thread does not count."""
    posts = sa.select(sa.func.max(Post.created_at)).where(
        Post.thread_id == thread_id, Post.author_id == person_id, Post.kind != PostKind.OPENING
    )
    comments = (
        sa.select(sa.func.max(Comment.created_at))
        .join(Post, Post.id == Comment.post_id)
        .where(Post.thread_id == thread_id, Comment.author_id == person_id)
    )
    moments = [db.session.scalar(posts), db.session.scalar(comments)]
    return max((moment for moment in moments if moment is not None), default=None)
