"""When staff work: one span a weekday, and the days on which nobody does."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model


class WorkingDay(Model):
    """The hours of one weekday (0 is Monday), in minutes after midnight of the site's time zone; both None: closed.

    No rows at all means that nobody has set the hours yet: then Monday to Friday, 9 to 17, hold.
    """

    __tablename__ = "working_day"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        sa.CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both_or_none"),
        sa.CheckConstraint("opens IS NULL OR (opens >= 0 AND opens < closes AND closes <= 1440)", name="span_in_day"),
    )

    weekday: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    opens: Mapped[int | None] = mapped_column(sa.SmallInteger)
    closes: Mapped[int | None] = mapped_column(sa.SmallInteger)


class Holiday(Model):
    """A day on which nobody works, in the site's time zone."""

    __tablename__ = "holiday"

    day: Mapped[datetime.date] = mapped_column(sa.Date, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), default="")
