"""Threads that are proposed for an article. Columns, constraints and derived properties only."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Model, UTCDateTime, one_of


class CandidateState(StrEnum):
    """What moderators decided about a proposed thread."""

    PROPOSED = "proposed"
    DISMISSED = "dismissed"
    PROMOTED = "promoted"


class Candidate(Model):
    """A thread the system proposes for an article: its score in explained parts, and what was decided.

    `parts` is a list of {"key", "points", "text"} in the order shown.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        one_of("state", list(CandidateState)),
        sa.Index("ix_candidate_queue", "state", "score"),
    )

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    score: Mapped[float] = mapped_column(sa.Float)
    parts: Mapped[list[Any]] = mapped_column(sa.JSON)
    views_30d: Mapped[int] = mapped_column(sa.Integer, default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default=CandidateState.PROPOSED)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
