"""Reports of members about texts."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class FlagReason(StrEnum):
    """Why somebody reports a post."""

    SPAM = "spam"
    RUDE = "rude"
    OFF_TOPIC = "off_topic"
    WRONG = "wrong"
    DUPLICATE = "duplicate"
    OUTDATED = "outdated"
    OTHER = "other"


class FlagState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


class Flag(Model):
    """A member's report about a post or a comment. One open report a person and target."""

    __tablename__ = "flag"
    __table_args__ = (
        one_of("reason", list(FlagReason)),
        one_of("state", list(FlagState)),
        sa.CheckConstraint("(post_id IS NULL) <> (comment_id IS NULL)", name="one_target"),
        sa.Index("ix_flag_queue", "state", "created_at"),
        sa.Index("ix_flag_post", "post_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    reporter_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(12))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=FlagState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    resolution_note: Mapped[str] = mapped_column(sa.String(300), default="")

    reporter: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[reporter_id])
