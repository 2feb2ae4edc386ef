"""The table of jobs (the outbox) and of periodic work."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class Job(Model):
    """One piece of work. `dedupe_key` makes repeated requests one row; each request raises `revision`."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_ready", "dead_at", "available_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    dedupe_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    available_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_owner: Mapped[str] = mapped_column(sa.String(120), default="")
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    revision: Mapped[int] = mapped_column(sa.Integer, default=1)
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
    dead_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PeriodicRun(Model):
    """When a periodic job was last put into the queue, so that many processes enqueue it once."""

    __tablename__ = "periodic_run"

    kind: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    enqueued_at: Mapped[datetime] = mapped_column(UTCDateTime)
