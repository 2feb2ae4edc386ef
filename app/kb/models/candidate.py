"""Threads that are proposed for an article, and what was decided about them. Columns, constraints and derived properties only."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class CandidateState(StrEnum):
    """Where a thread stands: in the queue, put off, not worth an article, or served by a card or an article."""

    PROPOSED = "proposed"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    CARD = "card"
    PROMOTED = "promoted"


class Decision(StrEnum):
    """What somebody did to a candidate. `restored` takes back the decision before it."""

    PROMOTED = "promoted"
    LINKED = "linked"
    CARD = "card"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    RESTORED = "restored"


class Candidate(Model):
    """A thread the system proposes for an article: its score in explained parts, and what was decided.

    `parts` is a list of {"key", "points", "text"} in the order shown. `snoozed_until` is set while it is put off.
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
    snoozed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class CandidateDecision(Model):
    """One decision about a candidate, with the score and the place in the queue it had then. Never changed and never deleted.

    `rank` counts from 1 and is empty when the thread was not in the queue. `parts` are those of the score, as in `Candidate`.
    """

    __tablename__ = "candidate_decision"
    __table_args__ = (
        one_of("decision", list(Decision)),
        sa.CheckConstraint("rank IS NULL OR rank >= 1", name="rank_from_one"),
        sa.Index("ix_candidate_decision_thread", "thread_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    decision: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    score: Mapped[float] = mapped_column(sa.Float)
    rank: Mapped[int | None] = mapped_column(sa.Integer)
    parts: Mapped[list[Any]] = mapped_column(sa.JSON)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    snoozed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
