"""Proposals that one question is a duplicate of another."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class ProposalState(StrEnum):
    """What became of a proposal. Nothing is joined by a proposal itself: moderators accept or dismiss it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


class DuplicateProposal(Model):
    """The newer question `thread_id` may ask what `original_id` asked before; `score` says how alike they are, 0 to 1.

    A pair is proposed once: what a moderator decided about it stays, whatever later scans find. `proposed_by_id`: who noticed it, if
    it was a person and not the search engine; scans leave those alone.
    """

    __tablename__ = "duplicate_proposal"
    __table_args__ = (
        one_of("state", list(ProposalState)),
        sa.CheckConstraint("thread_id <> original_id", name="two_threads"),
        sa.UniqueConstraint("thread_id", "original_id"),
        sa.Index("ix_duplicate_proposal_list", "state", "score"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    original_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    score: Mapped[float] = mapped_column(sa.Float)
    state: Mapped[str] = mapped_column(sa.String(10), default=ProposalState.OPEN)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    proposed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
