"""What moderators decided about people, and what those answered."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class SanctionKind(StrEnum):
    """From mild to hard: a word of warning, no texts for a while, nothing written for a while, not let in any more."""

    WARN = "warn"
    MUTE = "mute"
    SUSPEND = "suspend"
    BAN = "ban"


class AppealState(StrEnum):
    """What became of the note of somebody who asks to think again: none was written, it waits, it changed nothing, it helped."""

    NONE = ""
    OPEN = "open"
    UPHELD = "upheld"
    LIFTED = "lifted"


class Sanction(Model):
    """One decision about a person. `until`: the end of a mute or suspension; `ended_at`: taken back, or replaced by another.

    The columns of `person` say what counts now; the rows here say why, and what was before. One appeal a sanction.
    """

    __tablename__ = "sanction"
    __table_args__ = (
        one_of("kind", list(SanctionKind)),
        one_of("appeal_state", list(AppealState)),
        sa.CheckConstraint("(kind IN ('mute', 'suspend')) = (until IS NOT NULL)", name="until_fits"),
        sa.Index("ix_sanction_person", "person_id", "id"),
        sa.Index("ix_sanction_appeal", "appeal_state", "appealed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    reason: Mapped[str] = mapped_column(sa.String(300))
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    end_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    is_replaced: Mapped[bool] = mapped_column(default=False)
    appeal_state: Mapped[str] = mapped_column(sa.String(8), default=AppealState.NONE)
    appeal_note: Mapped[str] = mapped_column(sa.String(2000), default="")
    appealed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    appeal_answer: Mapped[str] = mapped_column(sa.String(1000), default="")
    appeal_decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    appeal_decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    created_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[created_by_id])

    def runs_at(self, moment: datetime) -> bool:
        """Whether the sanction counts at `moment`: neither taken back nor over. A warning counts until it was read."""
        if self.ended_at is not None:
            return False
        if self.kind == SanctionKind.WARN:
            return self.acknowledged_at is None
        return self.until is None or self.until > moment
