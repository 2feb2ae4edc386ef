"""Who looks at which item of the inbox, and what was decided for many items at once."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class InboxClaim(Model):
    """That a moderator looks at an item, so that nobody else does the same work. Over at `expires_at`; never binding."""

    __tablename__ = "inbox_claim"

    key: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    claimed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class InboxBatch(Model):
    """One decision about many items. `results`: [{"key", "title", "path", "entry", "said"}], `entry` being the number of the decision
    in the log (None: nothing was decided, `said` says why). `undone_at`: all of it was taken back in one go.
    """

    __tablename__ = "inbox_batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    results: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
