"""Which solved questions the rules of the categories archive: in Python for one, in SQL for all."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.db import db, read
from app.forum.models import Category, Thread
from app.forum.models.thread import Status


def is_due(thread: Thread, days: int, moment: datetime) -> bool:
    """Whether a solved question was left alone, and stayed out of the archive, for so many days. Duplicates stay with their main thread."""
    is_over = thread.is_question and thread.status == Status.SOLVED and thread.duplicate_of_id is None and thread.is_listed
    quiet_since = max(thread.last_activity_at, thread.unarchived_at or thread.last_activity_at)
    return is_over and thread.archived_at is None and quiet_since <= moment - timedelta(days=days)


def _due(days: int, moment: datetime) -> sa.ColumnElement[bool]:
    """SQL twin of `is_due`: only questions are ever solved, and `solved_at` says so to the index `ix_thread_archivable`."""
    before = moment - timedelta(days=days)
    return sa.and_(
        Thread.solved_at.is_not(None), Thread.status == Status.SOLVED,
        Thread.duplicate_of_id.is_(None), Thread.hidden_at.is_(None), Thread.held_at.is_(None),
        Thread.archived_at.is_(None), Thread.last_activity_at <= before,
        sa.or_(Thread.unarchived_at.is_(None), Thread.unarchived_at <= before),
    )  # fmt: skip


def list_due_ids(moment: datetime, most: int) -> list[int]:
    """Return the threads that are to be archived now, those that are quiet the longest first."""
    rules = db.session.execute(
        sa.select(Category.id, Category.archive_after_days).where(Category.archive_after_days.is_not(None))
    )
    found: list[int] = []
    for category_id, days in rules.all():
        statement = sa.select(Thread.id).where(Thread.category_id == category_id, _due(int(days or 0), moment))
        found += db.session.scalars(statement.order_by(Thread.last_activity_at).limit(most))
    return found[:most]


def count_due(category_id: int, days: int, moment: datetime) -> int:
    """Return how many threads of a category a rule of so many days would archive now."""
    statement = sa.select(sa.func.count()).select_from(Thread).where(Thread.category_id == category_id, _due(days, moment))
    return int(read(statement).scalar_one())
