"""What the desk knows of each question, who is in charge of it, and the rules that decide that."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of

GROUP_NAME_MAX = 60
NOTE_MAX = 300


class DeskState(StrEnum):
    """Whose turn it is: ours, the asker's, nobody's for now (answered, not confirmed), or no longer anybody's."""

    WAITING = "waiting"
    ASKER = "asker"
    ANSWERED = "answered"
    DONE = "done"


class WaitingReason(StrEnum):
    """Why a question is in the queue: it is new, or it came back."""

    NEW = "new"
    DISPUTED = "disputed"
    STUCK = "stuck"
    REPLIED = "replied"
    REOPENED = "reopened"


class StaffGroup(Model):
    """People of staff who share work, such as "Printers"."""

    __tablename__ = "staff_group"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(GROUP_NAME_MAX), unique=True)
    description: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class StaffGroupMember(Model):
    """One person in one group. Who is no longer staff stays listed and is told nothing."""

    __tablename__ = "staff_group_member"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_group.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)


class AssignmentRule(Model):
    """Who is in charge of new questions of a category, with a tag, of both, or (neither) of all others.

    The matching rule with the lowest `position` decides.
    """

    __tablename__ = "assignment_rule"
    __table_args__ = (
        sa.CheckConstraint("(assignee_id IS NULL) <> (group_id IS NULL)", name="one_in_charge"),
        sa.Index("ix_assignment_rule_position", "position", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("category.id", ondelete="CASCADE"))
    tag_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tag.id"))
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_group.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class DeskItem(Model):
    """The desk's side of one question. Derived by services/settling from thread and posts, apart from lock and assignment.

    `since`: when its turn began (None when done). `due_at`: until when an answer is expected; only while waiting, and the
    order of the queue. `clock_since`: since when it has had neither an official nor an accepted answer; the escalation
    clock, stopped (None) otherwise. `returned_at` and `waiting_reason`: when and why it came back last.
    `is_backlog`: it was overdue when the desk first saw it (imports), and is not escalated for that.
    The lock holds while `taken_until` lies ahead; it needs no clearing. `assigned_by_id` None with a `rule_id`: by rule.
    """

    __tablename__ = "desk_item"
    __table_args__ = (
        one_of("state", list(DeskState)),
        one_of("waiting_reason", list(WaitingReason)),
        sa.CheckConstraint("assignee_id IS NULL OR group_id IS NULL", name="one_in_charge"),
        sa.CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name="lock_whole"),
        sa.CheckConstraint("(state = 'done') = (since IS NULL)", name="open_has_since"),
        sa.CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name="waiting_has_due"),
        sa.Index("ix_desk_item_queue", "due_at", "thread_id"),
        sa.Index("ix_desk_item_state", "state", "since"),
        sa.Index("ix_desk_item_open", "since", "thread_id"),
        sa.Index("ix_desk_item_clock", "clock_since"),
        sa.Index("ix_desk_item_taken", "taken_by_id", "taken_until"),
        sa.Index("ix_desk_item_lock", "taken_until"),
        sa.Index("ix_desk_item_assignee", "assignee_id", "since"),
        sa.Index("ix_desk_item_group", "group_id", "since"),
        # Of all that were ever escalated, those whose clock still runs.
        sa.Index(
            "ix_desk_item_escalated", "escalated_at", "thread_id",
            sqlite_where=sa.text("clock_since IS NOT NULL"), postgresql_where=sa.text("clock_since IS NOT NULL"),
        ),
    )  # fmt: skip

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(sa.String(10), default=DeskState.WAITING)
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    clock_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting_reason: Mapped[str] = mapped_column(sa.String(10), default=WaitingReason.NEW)
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # What stood here before the question came back: for when the word that brought it back is taken back.
    before_return: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    affected_count: Mapped[int] = mapped_column(sa.Integer, default=1)
    escalated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_backlog: Mapped[bool] = mapped_column(default=False)

    taken_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_group.id"))
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assignment_rule.id", ondelete="SET NULL"), index=True)
    assigned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    assigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(sa.String(NOTE_MAX), default="")

    def is_taken_at(self, moment: datetime) -> bool:
        """Return whether somebody holds the lock at `moment`."""
        return self.taken_until is not None and self.taken_until > moment
