"""What waves of spam leave in people's lists: lines about texts that were put away count as read, until these come back."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.events import Event
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.moderation.events import WaveCameBack, WaveWentAway
from app.notifications.models import Notification, NotificationKind


def quiet(event: WaveWentAway) -> None:
    """Nobody is led to what is out of sight. The moment of the wave says which lines it was that made them read."""
    _set(event, Notification.read_at.is_(None), event.moment)


def wake(event: WaveCameBack) -> None:
    """Lines that nobody had read are unread again."""
    _set(event, Notification.read_at == event.moment, None)


def _set(event: WaveWentAway | WaveCameBack, which: sa.ColumnElement[bool], moment: Any) -> None:
    posts, comments = list(event.post_ids), list(event.comment_ids)
    opened = sa.select(Post.thread_id).where(Post.id.in_(posts), Post.kind == PostKind.OPENING)
    about = sa.or_(Notification.post_id.in_(posts), Notification.comment_id.in_(comments), Notification.thread_id.in_(opened))
    under = sa.select(Comment.post_id).where(Comment.id.in_(comments))
    threads = sa.select(Post.thread_id).where(sa.or_(Post.id.in_(posts), Post.id.in_(under)))
    lines = sa.and_(Notification.thread_id.in_(threads), Notification.kind != NotificationKind.MODERATION)
    statement = sa.update(Notification).where(lines, about, which).values(read_at=moment)
    db.session.execute(statement.execution_options(synchronize_session=False))


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = ((WaveWentAway, quiet), (WaveCameBack, wake))
