"""Tables of page views."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UTCDateTime, db


class PageviewDay(db.Model):
    """Deduplicated human views of one target on one UTC day. `kind` is `thread` or `article`."""

    __tablename__ = "pageview_day"
    __table_args__ = (sa.Index("ix_pageview_day_day", "kind", "day"),)

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    views: Mapped[int] = mapped_column(sa.Integer, default=0)


class PageviewTotal(db.Model):
    """All views of one target: those counted here plus those it had before it was imported.

    `imported_monthly` is the average of the imported views over 30 days of the target's age when it was imported at
    `imported_at`; it stands for the part of the last 30 days that this site has not counted itself.
    """

    __tablename__ = "pageview_total"

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    views: Mapped[int] = mapped_column(BigId, default=0)
    imported_views: Mapped[int] = mapped_column(BigId, default=0)
    imported_monthly: Mapped[float] = mapped_column(sa.Float, default=0.0)
    imported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
