"""Reports of members about texts and people."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class FlagReason(StrEnum):
    """Why somebody reports a text or a person."""

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
    """A member's report about a post, a comment or a person. One open report a person and target.

    `weight`: how much it counted when it was made, in hundredths of an ordinary report. `set_aside_at`: when it took its text out of
    sight together with others; equals the text's `held_at` as long as that still holds it. `original_id`: the question that was asked
    before, for `duplicate`; moderators decide about those as proposals. `is_settled_along`: closed because the text was hidden,
    not by a decision about the report. `thread_id` is empty for reports about people.
    """

    __tablename__ = "flag"
    __table_args__ = (
        one_of("reason", list(FlagReason)),
        one_of("state", list(FlagState)),
        sa.CheckConstraint(
            "(CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_target",
        ),
        sa.CheckConstraint("(thread_id IS NULL) = (person_id IS NOT NULL)", name="thread_of_text"),
        sa.Index("ix_flag_queue", "state", "created_at"),
        sa.Index("ix_flag_post", "post_id"),
        sa.Index("ix_flag_comment", "comment_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reporter_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(12))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    original_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    weight: Mapped[int] = mapped_column(sa.Integer, default=100)
    state: Mapped[str] = mapped_column(sa.String(10), default=FlagState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    set_aside_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    resolution_note: Mapped[str] = mapped_column(sa.String(300), default="")
    is_settled_along: Mapped[bool] = mapped_column(default=False)

    reporter: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[reporter_id])
