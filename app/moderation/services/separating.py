"""Taking a question out of its issue again: it alone, or with the questions that came along when it was joined."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.forum.models import Thread
from app.forum.services.curating import undo_duplicate
from app.moderation.models import LogEntry


def list_followers(thread_id: int) -> list[Thread]:
    """Return the duplicates that followed a question into its issue when it was joined and are still in it, oldest first."""
    ids = [int(part) for part in _before(thread_id).split(",") if part.isdigit()]
    if not ids:
        return []
    original = sa.select(Thread.duplicate_of_id).where(Thread.id == thread_id).scalar_subquery()
    statement = sa.select(Thread).where(Thread.id.in_(ids), Thread.duplicate_of_id == original).order_by(Thread.created_at)
    return list(db.session.scalars(statement))


def separate_thread(actor: Actor, *, thread_id: int, reason: str = "", with_followers: bool = True) -> Thread:
    """Let a question stand on its own again; the pair is not proposed again. Raises like `undo_duplicate`."""
    give_back = _before(thread_id) if with_followers else ""
    return undo_duplicate(actor, thread_id=thread_id, reason=reason, give_back=give_back, differs=True)


def _before(thread_id: int) -> str:
    """Return what the log says followed a thread when it was joined last: ids, separated by commas."""
    statement = (
        sa.select(LogEntry.before)
        .where(LogEntry.thread_id == thread_id, LogEntry.action == "duplicate")
        .order_by(LogEntry.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement) or ""
