"""Waves of spam: what was looked for, and each text and account that was taken out of sight with it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of

SUMMARY_MAX = 300


class WaveState(StrEnum):
    """Where a wave stands. Those that end in -ing go on in the background, batch by batch."""

    TAKING = "taking"
    QUARANTINED = "quarantined"
    RESTORING = "restoring"
    RESTORED = "restored"
    PURGING = "purging"
    PURGED = "purged"


class ItemState(StrEnum):
    """What became of one text or account: it waits for its batch, is out of sight, was left alone, came back, or is gone."""

    WAITING = "waiting"
    TAKEN = "taken"
    SKIPPED = "skipped"
    RESTORED = "restored"
    PURGED = "purged"


class Wave(Model):
    """Texts and accounts that were put away together. `criteria`: what was looked for, as the form had it; `summary` says it in words.

    `text_count` and `person_count`: how many were taken (they stay when the texts are gone); `purge_at`: when the texts are removed
    for good, None once that is decided either way; `revision` counts decisions, so that a batch of an earlier one does nothing.
    """

    __tablename__ = "wave"
    __table_args__ = (
        one_of("state", list(WaveState)),
        sa.Index(
            "ix_wave_purge", "purge_at", sqlite_where=sa.text("purge_at IS NOT NULL"), postgresql_where=sa.text("purge_at IS NOT NULL")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(12), default=WaveState.TAKING)
    revision: Mapped[int] = mapped_column(sa.Integer, default=1)
    summary: Mapped[str] = mapped_column(sa.String(SUMMARY_MAX))
    criteria: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    reason: Mapped[str] = mapped_column(sa.String(300))
    text_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    person_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    purge_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    created_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def is_running(self) -> bool:
        return self.state in (WaveState.TAKING, WaveState.RESTORING, WaveState.PURGING)


class WaveItem(Model):
    """One text (a post; an opening stands for its thread), comment or account of a wave, and why it belongs there.

    `taken_at` is what the text's `hidden_at` was set to: whoever shows or hides it anew by hand takes it out of the wave.
    `before` is what restoring needs. Nothing is in two waves that are not ended.
    """

    __tablename__ = "wave_item"
    __table_args__ = (
        one_of("state", list(ItemState)),
        sa.CheckConstraint(
            "(CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_target",
        ),
        sa.Index("ix_wave_item_wave", "wave_id", "state", "id"),
        *(
            sa.Index(
                f"uq_wave_item_{name}", f"{name}_id", unique=True,
                sqlite_where=sa.text("state IN ('waiting', 'taken')"), postgresql_where=sa.text("state IN ('waiting', 'taken')"),
            )
            for name in ("post", "comment", "person")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id"))
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(sa.String(10), default=ItemState.WAITING)
    why: Mapped[str] = mapped_column(sa.String(SUMMARY_MAX), default="")
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
