"""Reading the calendar: as the clock uses it, and as admins set it."""

from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.core.db import db
from app.core.records import Struct
from app.desk.calendar import OFFICE_HOURS, Span, WorkingHours
from app.desk.models import Holiday, WorkingDay
from app.desk.terms import desk_terms

DEFAULT_WEEK: tuple[Span | None, ...] = (OFFICE_HOURS,) * 5 + (None, None)

# Days of the week and free days in one statement: every page of the desk needs both.
_CALENDAR: sa.CompoundSelect[int, int | None, int | None, date | None] = sa.union_all(
    sa.select(WorkingDay.weekday, WorkingDay.opens, WorkingDay.closes, sa.cast(sa.null(), sa.Date).label("day")),
    sa.select(sa.cast(sa.null(), sa.SmallInteger), sa.cast(sa.null(), sa.SmallInteger), sa.cast(sa.null(), sa.SmallInteger), Holiday.day),
)  # fmt: skip


class HolidayRow(Struct, frozen=True):
    """A free day."""

    day: date
    name: str


def load_hours(zone: ZoneInfo | None = None) -> WorkingHours:
    """Return the working hours in one statement; Monday to Friday, 9 to 17, while nobody has set any."""
    week: list[Span | None] = [None] * 7
    is_set, free = False, set()
    for weekday, opens, closes, day in db.session.execute(_CALENDAR):
        if day is not None:
            free.add(day)
            continue
        is_set = True
        week[weekday] = None if opens is None or closes is None else (opens, closes)
    return WorkingHours(zone or desk_terms().zone, tuple(week) if is_set else DEFAULT_WEEK, frozenset(free))


def list_holidays() -> list[HolidayRow]:
    """Return the free days in their order."""
    return [HolidayRow(*row) for row in db.session.execute(sa.select(Holiday.day, Holiday.name).order_by(Holiday.day))]
