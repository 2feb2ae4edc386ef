"""Archiving: a thread that is over keeps its status and its place in search, and takes no posts, comments and votes any more.

Moderators archive by hand. A category may have a rule: its solved questions are archived after so many quiet days; when readers
say later that a solution fails, the question is disputed and so opens again.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import SYSTEM, Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.core.uow import unit_of_work
from app.forum.events import ThreadCurated
from app.forum.models import Thread
from app.forum.models.thread import Status
from app.forum.policies import ensure_can_moderate
from app.forum.queries.archiving import is_due, list_due_ids
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.figures import settle

ARCHIVE_JOB = "forum.archive"
ARCHIVE_EVERY = timedelta(hours=6)
# So many in one run; the rest waits for the next.
MOST_AT_ONCE = 500


def archive_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Take no posts, comments and votes any more. Raises NotFound, Forbidden, Conflict when it is archived already."""
    thread = get_thread_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    if thread.archived_at is not None:
        raise Conflict(_("This thread is archived already."))
    return _done(actor, thread, "archive", why, now())


def unarchive_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Let a thread go on. Raises NotFound, Forbidden, Conflict when it is not archived."""
    thread = get_thread_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    if thread.archived_at is None:
        raise Conflict(_("This thread is not archived."))
    return _done(actor, thread, "unarchive", why, None)


def archive_due(most: int = MOST_AT_ONCE) -> tuple[int, int]:
    """Follow the rules of the categories; return how many were archived, and how many opened again. Opens units of its own."""
    due, again = list_due_ids(now(), most), _list_disputed(most)
    db.session.rollback()
    archived = sum(_archive_by_rule(thread_id) for thread_id in due)
    return archived, sum(_reopen_disputed(thread_id) for thread_id in again)


def archive_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `forum.archive`."""
    archive_due()


def _archive_by_rule(thread_id: int) -> bool:
    with unit_of_work():
        thread = get_thread_for_update(thread_id)
        days = thread.category.archive_after_days
        if days is None or not is_due(thread, days, now()):
            return False
        thread.is_archived_by_rule = True
        _done(SYSTEM, thread, "archive", f"Solved, and quiet for {days} days", now())
        return True


def _reopen_disputed(thread_id: int) -> bool:
    with unit_of_work():
        thread = get_thread_for_update(thread_id)
        if not thread.is_archived_by_rule or thread.status in (Status.SOLVED, Status.CLOSED):
            return False
        _done(SYSTEM, thread, "unarchive", "Its solution is in doubt", None)
        return True


def _list_disputed(most: int) -> list[int]:
    """Return threads that the rule archived and that are open again."""
    statement = (
        sa.select(Thread.id)
        .where(
            Thread.archived_at.is_not(None), Thread.is_archived_by_rule, Thread.solved_at.is_(None), Thread.status != Status.CLOSED
        )
        .order_by(Thread.id)
        .limit(most)
    )  # fmt: skip
    return list(db.session.scalars(statement))


def _done(actor: Actor, thread: Thread, action: str, reason: str, archived_at: datetime | None) -> Thread:
    thread.archived_at, thread.unarchived_at = archived_at, now() if archived_at is None else None
    thread.is_archived_by_rule = thread.is_archived_by_rule and archived_at is not None
    settle(thread, is_content_changed=False)
    emit(ThreadCurated(thread.id, action, actor.id, reason))
    return thread
