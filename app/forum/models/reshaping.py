"""Threads, posts and comments that were given another place: where old addresses lead, and what undoing needs."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class Place(StrEnum):
    """What an address can be of."""

    THREAD = "thread"
    POST = "post"
    COMMENT = "comment"


class Redirect(Model):
    """Whoever follows an old address (`kind`, `old_id`) is led to what stands there now, for good."""

    __tablename__ = "redirect"
    __table_args__ = (
        one_of("kind", list(Place)),
        one_of("new_kind", list(Place)),
        sa.CheckConstraint("kind <> new_kind OR old_id <> new_id", name="two_places"),
    )

    kind: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    old_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    new_kind: Mapped[str] = mapped_column(sa.String(8))
    new_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ReshapingKind(StrEnum):
    """What was done."""

    SPLIT = "split"
    MERGE = "merge"
    CONVERT = "convert"
    TO_COMMENT = "to_comment"
    TO_ANSWER = "to_answer"
    EDIT_COMMENT = "edit_comment"


class Reshaping(Model):
    """One change of the shape of threads, with what is needed to take it back; the log names it in `before`.

    `thread_id` is where it was done, `other_id` the new thread of a split, or where a merged one went. `details`: ids of the
    posts with their old kind, and of whatever else moved; of a comment that somebody else changed, its text before.
    `undone_at`: it was taken back.
    """

    __tablename__ = "reshaping"
    __table_args__ = (one_of("kind", list(ReshapingKind)),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
