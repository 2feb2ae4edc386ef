"""Removals: everything that a person wrote, taken out of sight by one decision, and what is needed to give it back."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class RemovalState(StrEnum):
    """How far it is. A job works on those that are removing or restoring."""

    REMOVING = "removing"
    REMOVED = "removed"
    RESTORING = "restoring"
    RESTORED = "restored"


class Removal(Model):
    """A moderator's decision that nothing a person wrote so far is to be seen. `text_count`: how much was hidden by it."""

    __tablename__ = "removal"
    __table_args__ = (one_of("state", list(RemovalState)),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[str] = mapped_column(sa.String(10), default=RemovalState.REMOVING)
    text_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class RemovalThread(Model):
    """What a removal hid in one thread (`swept`, see forum/services/sweeping). `restored_at`: it was given back."""

    __tablename__ = "removal_thread"

    removal_id: Mapped[int] = mapped_column(sa.ForeignKey("removal.id"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    swept: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    restored_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
