"""Tables of page views."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, Model

# What lists call recent.
RECENT_DAYS = 30


class PageviewDay(Model):
    """Deduplicated human views of one target on one UTC day. `kind` is `thread` or `article`.

    Days before an import hold the monthly average of the imported lifetime views, spread evenly.
    """

    __tablename__ = "pageview_day"
    __table_args__ = (sa.Index("ix_pageview_day_day", "kind", "day"),)

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    views: Mapped[int] = mapped_column(sa.Integer, default=0)


class PageviewRecent(Model):
    """Views of one target in the last RECENT_DAYS days; without any it has no row. Derived from those by day (see `recent`), on
    the day `counted_on` or after it.
    """

    __tablename__ = "pageview_recent"
    # The most read come first without looking at the others.
    __table_args__ = (sa.Index("ix_pageview_recent_views", "kind", "views", "target_id"),)

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    views: Mapped[int] = mapped_column(sa.Integer)
    counted_on: Mapped[date] = mapped_column(sa.Date)


class PageviewTotal(Model):
    """All views of one target: those counted here plus the lifetime views it was imported with."""

    __tablename__ = "pageview_total"

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    views: Mapped[int] = mapped_column(BigId, default=0)
    imported_views: Mapped[int] = mapped_column(BigId, default=0)


class ReadTogether(Model):
    """In how many visits of one week (`week`: its Monday, UTC) two targets were read; each pair is there in both directions.

    Nothing tells whose visits these were. Rows are deleted after KEPT_WEEKS.
    """

    __tablename__ = "read_together"
    __table_args__ = (sa.Index("ix_read_together_week", "week"),)

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    week: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    other_kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    other_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visits: Mapped[int] = mapped_column(sa.Integer, default=0)
