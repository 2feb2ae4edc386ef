"""The log of changes, written by triggers of the database in the transaction that changes something."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime

TAG_MAX = 40


class PageChange(Model):
    """That something was changed which pages show: `tag` is a thread ("thread:12"), an article ("article:3") or a whole class ("site").

    Rows are deleted after an hour: processes that have not looked for so long forget all their pages. `xid`: on PostgreSQL the
    transaction that wrote the row, because rows become visible in another order than their ids there. SQLite would give the ids of
    deleted rows again when the last ones go (an hour without a change): then readers, who ask for ids above the last they saw, would
    miss changes.
    """

    __tablename__ = "page_change"
    __table_args__ = (
        sa.Index("ix_page_change_written", "created_at"),
        sa.Index("ix_page_change_xid", "xid"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tag: Mapped[str] = mapped_column(sa.String(TAG_MAX))
    xid: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
