"""The log of decisions."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class LogEntry(Model):
    """One decision with actor, reason and exactly one target. Append-only (append_only.py holds it): undoing writes another entry.

    `before` is what undo needs (for example the id of the old category); `undoes_id` names the entry that was undone.
    """

    __tablename__ = "moderation_log"
    __table_args__ = (
        sa.CheckConstraint(
            "(CASE WHEN thread_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN post_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN article_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN gap_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN alias_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN rule_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN wave_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_target",
        ),
        # One for each filter of the log, newest first within it; what entries are about has the indexes of the columns.
        sa.Index("ix_moderation_log_newest", "created_at"),
        sa.Index("ix_moderation_log_action_newest", "action", "created_at"),
        sa.Index("ix_moderation_log_actor_newest", "actor_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    action: Mapped[str] = mapped_column(sa.String(30))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"), index=True)
    gap_id: Mapped[int | None] = mapped_column(sa.ForeignKey("search_gap.id"), index=True)
    alias_id: Mapped[int | None] = mapped_column(sa.ForeignKey("search_alias.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("screening_rule.id"), index=True)
    wave_id: Mapped[int | None] = mapped_column(sa.ForeignKey("wave.id"), index=True)
    before: Mapped[str] = mapped_column(sa.String(300), default="")
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("moderation_log.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    actor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[actor_id])
