"""What the desk derives its items from: facts of threads, and the items themselves, locked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import db, read
from app.core.records import Struct
from app.desk.models import DeskItem
from app.desk.turns import SETTLED, TurnFacts
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status, ThreadKind

OPEN_STATUSES = tuple(status for status in Status if status not in SETTLED and status != Status.OPEN)


class DeskFacts(Struct, frozen=True):
    """One question as the desk sees it."""

    thread_id: int
    category_id: int
    status: str
    is_listed: bool
    created_at: datetime
    modified_at: datetime
    last_activity_at: datetime
    affected_count: int
    usual_minutes: int | None
    last_answer_at: datetime | None
    last_official_at: datetime | None

    def as_turn_facts(self, returned_at: datetime | None) -> TurnFacts:
        """Return what decides whose turn it is."""
        return TurnFacts(
            self.status, self.is_listed, self.created_at, self.last_answer_at, self.last_official_at, returned_at
        )  # fmt: skip


_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# An answer by somebody else than the asker; of people who were removed nothing is known, so they count as others.
_others = sa.and_(
    Post.thread_id == Thread.id, Post.kind == PostKind.ANSWER, Post.hidden_at.is_(None), Post.held_at.is_(None),
    sa.or_(Post.author_id.is_(None), Thread.author_id.is_(None), Post.author_id != Thread.author_id),
)  # fmt: skip
_FACTS = (
    sa.select(
        Thread.id, Thread.category_id, Thread.status, sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None)),
        Thread.created_at, Thread.modified_at, Thread.last_activity_at, Thread.affected_count,
        Category.usual_answer_minutes, sa.func.max(Post.created_at), sa.func.max(sa.case((Post.is_official, Post.created_at))),
    )
    .join(Category, Category.id == Thread.category_id)
    .outerjoin(Post, _others)
    .where(Thread.id.in_(_ids), Thread.kind == ThreadKind.QUESTION)
    .group_by(Thread.id, Category.id)
)  # fmt: skip
_STATE = sa.select(DeskItem.state, DeskItem.taken_by_id).where(DeskItem.thread_id == sa.bindparam("of_thread"))
_ITEMS_FOR_UPDATE = (
    sa.select(DeskItem).where(DeskItem.thread_id.in_(_ids)).order_by(DeskItem.thread_id).with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)  # fmt: skip


def load_facts(ids: Sequence[int]) -> dict[int, DeskFacts]:
    """Return the facts of those of the threads that are questions, by id, in one statement."""
    db.session.flush()
    return {row[0]: DeskFacts(*row) for row in read(_FACTS, {"ids": list(ids)})}


def find_state(thread_id: int) -> tuple[str, int | None] | None:
    """Return the state of a question's item and who has taken it; None without an item."""
    db.session.flush()
    row = read(_STATE, {"of_thread": thread_id}).first()
    return (row.state, row.taken_by_id) if row else None


def get_items_for_update(ids: Sequence[int]) -> dict[int, DeskItem]:
    """Lock the desk's items of threads in the order of their ids and return them fresh; unknown ones are left out.

    The threads are locked before: by the forum's service whose event is handled, or by the caller.
    """
    return {item.thread_id: item for item in db.session.scalars(_ITEMS_FOR_UPDATE, {"ids": list(ids)})}


def find_item(thread_id: int) -> DeskItem | None:
    """Return the desk's item of a thread, for reading."""
    return db.session.get(DeskItem, thread_id)


# As a case, so that the few open questions are found by their status and not among all listed threads.
_is_listed = sa.case((sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None)), sa.true()), else_=sa.false())
_UNKNOWN = (
    sa.select(Thread.id)
    .outerjoin(DeskItem, DeskItem.thread_id == Thread.id)
    .where(DeskItem.thread_id.is_(None), Thread.kind == ThreadKind.QUESTION, Thread.status.in_(OPEN_STATUSES), _is_listed)
)


def has_unknown() -> bool:
    """Return whether there are open, listed questions that the desk has not seen yet."""
    return db.session.scalar(_UNKNOWN.limit(1)) is not None


def list_unknown(after_id: int, limit: int) -> list[int]:
    """Return open, listed questions that the desk has not seen yet (imports), by id, from `after_id` on."""
    return list(db.session.scalars(_UNKNOWN.where(Thread.id > after_id).order_by(Thread.id).limit(limit)))


def list_open_items(after_id: int, limit: int) -> list[int]:
    """Return the threads of items that are not done, by id, from `after_id` on."""
    statement = (
        sa.select(DeskItem.thread_id)
        .where(DeskItem.since.is_not(None), DeskItem.thread_id > after_id)
        .order_by(DeskItem.thread_id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def list_affected_more(limit: int) -> list[int]:
    """Return waiting questions whose number of affected people has changed since they were put in order."""
    statement = (
        sa.select(DeskItem.thread_id)
        .join(Thread, Thread.id == DeskItem.thread_id)
        .where(DeskItem.due_at.is_not(None), DeskItem.affected_count != Thread.affected_count)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def list_overdue_clocks(after: datetime, cutoff: datetime, limit: int) -> list[int]:
    """Return the threads whose escalation clock began after `after` and by `cutoff`, and that nobody was told of, oldest first."""
    statement = (
        sa.select(DeskItem.thread_id)
        .where(
            DeskItem.clock_since > after, DeskItem.clock_since <= cutoff, DeskItem.escalated_at.is_(None), ~DeskItem.is_backlog
        )
        .order_by(DeskItem.clock_since, DeskItem.thread_id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))
