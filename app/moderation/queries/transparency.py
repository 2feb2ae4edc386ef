"""Figures of moderation for everybody: how much was decided, month by month. Counts only; staff-only matters are not among them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.actor import Audience
from app.core.db import db
from app.forum.models import Category, Comment, Post, Thread
from app.moderation.models import AppealState, Flag, LogEntry, Sanction

_Target, _CommentPost = aliased(Thread), aliased(Post)


def count_decisions(actions: Collection[str], months: Sequence[datetime]) -> dict[tuple[str, int], int]:
    """Return how many decisions of each action were made in each month.

    `months`: when each month began, oldest first; the last one goes on until now. The keys are (action, position of the month).
    """
    began = [(LogEntry.created_at >= month, position) for position, month in reversed(list(enumerate(months)))]
    month = sa.case(*began, else_=-1).label("month")
    statement = (
        sa.select(LogEntry.action, month, sa.func.count())
        .join(Post, Post.id == LogEntry.post_id, isouter=True)
        .join(Comment, Comment.id == LogEntry.comment_id, isouter=True)
        .join(_CommentPost, _CommentPost.id == Comment.post_id, isouter=True)
        .join(_Target, _Target.id == sa.func.coalesce(LogEntry.thread_id, Post.thread_id, _CommentPost.thread_id), isouter=True)
        .join(Category, Category.id == _Target.category_id, isouter=True)
        .where(LogEntry.created_at >= months[0], LogEntry.action.in_(list(actions)), _is_no_secret())
        .group_by(LogEntry.action, month)
    )
    return {(action, position): count for action, position, count in db.session.execute(statement)}


def count_reports(since: datetime) -> dict[tuple[str, str], int]:
    """Return how many reports were made since then, by (reason, what became of them)."""
    statement = (
        sa.select(Flag.reason, Flag.state, sa.func.count())
        .join(_Target, _Target.id == Flag.thread_id, isouter=True)
        .join(Category, Category.id == _Target.category_id, isouter=True)
        .where(Flag.created_at >= since, _is_no_secret())
        .group_by(Flag.reason, Flag.state)
    )
    return {(reason, state): count for reason, state, count in db.session.execute(statement)}


def count_appeals(since: datetime) -> dict[str, int]:
    """Return how many appeals were written since then, by what became of them."""
    statement = (
        sa.select(Sanction.appeal_state, sa.func.count().label("total"))
        .where(Sanction.appealed_at >= since, Sanction.appeal_state != AppealState.NONE)
        .group_by(Sanction.appeal_state)
    )
    return {row.appeal_state: row.total for row in db.session.execute(statement)}


def _is_no_secret() -> sa.ColumnElement[bool]:
    return sa.or_(Category.id.is_(None), Category.audience != Audience.STAFF)
