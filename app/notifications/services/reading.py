"""Marking notifications as read. Only one's own."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotFound
from app.core.uow import require_unit_of_work
from app.notifications.models import Notification
from app.notifications.targets import can_see_target, load_target, path_for

LIST_PATH = "/notifications"


def open_notification(actor: Actor, notification_id: int) -> str:
    """Mark a line as read and return the path of what it is about (of the list, if that is out of sight). Raises NotFound."""
    require_unit_of_work()
    line = db.session.scalar(
        sa.select(Notification).where(Notification.id == notification_id, Notification.person_id == actor.id)
    )
    if line is None:
        raise NotFound
    line.read_at = line.read_at or now()
    if line.path:
        return line.path
    target = load_target(line.thread_id, line.post_id, line.comment_id, line.article_id)
    return path_for(line.kind, target) if target is not None and can_see_target(actor, target) else LIST_PATH


def mark_all_read(actor: Actor) -> int:
    """Mark all lines of the actor as read and return how many were unread."""
    require_unit_of_work()
    statement = (
        sa.update(Notification).where(Notification.person_id == actor.id, Notification.read_at.is_(None)).values(read_at=now())
    )
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
