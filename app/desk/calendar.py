"""Working time: how much of it lies between two moments, and when so much of it has passed. Pure; no database, no clock.

Hours are those of the site's time zone, so a day on which clocks change has an hour more or less where the hours span the
change. Each year is laid out once and remembered, so that a question from years ago costs no more than one of today.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from app.core.records import Struct

Span = tuple[int, int]
NONE = timedelta()
DAY_MINUTES = 24 * 60
OFFICE_HOURS: Span = (9 * 60, 17 * 60)
# A week has at least so many working minutes, or nothing would ever be due; looking for a working moment ends after so many years.
LEAST_WEEK_MINUTES = 60
FARTHEST_YEARS = 100


class WorkingHours(Struct, frozen=True):
    """The week (Monday first; minutes after midnight, None: closed), the free days and the time zone they are meant in."""

    zone: ZoneInfo
    week: tuple[Span | None, ...] = (OFFICE_HOURS,) * 5 + (None, None)
    holidays: frozenset[date] = frozenset()

    def opening_of(self, day: date) -> tuple[datetime, datetime] | None:
        """Return when work begins and ends on a day, in UTC; None for a free day."""
        span = self.week[day.weekday()]
        if span is None or day in self.holidays:
            return None
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (the zone is added below: wall clock first)
        begin, end = (
            (midnight + timedelta(minutes=minutes)).replace(tzinfo=self.zone).astimezone(UTC) for minutes in span
        )  # fmt: skip
        return begin, max(begin, end)

    def is_open_at(self, moment: datetime) -> bool:
        """Return whether somebody works at `moment`."""
        opening = self.opening_of(moment.astimezone(self.zone).date())
        return opening is not None and opening[0] <= moment < opening[1]


class _Year(Struct, frozen=True):
    """The working days of a year in order, and how much working time lies before each; `total` is that of all."""

    days: tuple[date, ...]
    begins: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]
    total: timedelta


@lru_cache(maxsize=128)
def _year(hours: WorkingHours, year: int) -> _Year:
    first = date(year, 1, 1)
    every = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    openings = [(day, opening) for day in every if (opening := hours.opening_of(day)) is not None]
    sums = tuple(accumulate((end - begin for _, (begin, end) in openings), initial=NONE))
    return _Year(
        tuple(day for day, _ in openings), tuple(begin for _, (begin, _) in openings), tuple(end for _, (_, end) in openings),
        sums[:-1], sums[-1],
    )  # fmt: skip


def _passed(hours: WorkingHours, moment: datetime) -> tuple[int, timedelta]:
    """Return the local year of `moment` and the working time of that year until then."""
    day = moment.astimezone(hours.zone).date()
    year = _year(hours, day.year)
    index = bisect_left(year.days, day)
    if index == len(year.days):
        return day.year, year.total
    if year.days[index] != day:
        return day.year, year.before[index]
    inside = min(max(moment, year.begins[index]), year.ends[index]) - year.begins[index]
    return day.year, year.before[index] + inside


def working_time_between(hours: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """Return the working time from `start` to `end`; none when `end` is not later."""
    if end <= start:
        return NONE
    first, before_start = _passed(hours, start)
    last, before_end = _passed(hours, end)
    years = sum((_year(hours, year).total for year in range(first, last)), NONE)
    return years + before_end - before_start


def working_minutes_between(hours: WorkingHours, start: datetime, end: datetime) -> int:
    """Return the whole working minutes from `start` to `end`."""
    return working_time_between(hours, start, end) // timedelta(minutes=1)


def add_working_time(hours: WorkingHours, start: datetime, amount: timedelta) -> datetime:
    """Return the earliest moment from `start` on at which `amount` of working time has passed.

    Raises ValueError when the calendar holds no such moment within FARTHEST_YEARS.
    """
    if amount <= NONE:
        return start
    first, passed = _passed(hours, start)
    wanted = passed + amount
    for number in range(first, first + FARTHEST_YEARS):
        year = _year(hours, number)
        if wanted <= year.total:
            index = bisect_left(year.before, wanted) - 1
            return year.begins[index] + (wanted - year.before[index])
        wanted -= year.total
    raise ValueError("The calendar has no working time.")


def add_working_minutes(hours: WorkingHours, start: datetime, minutes: float) -> datetime:
    """Return the earliest moment from `start` on at which so many working minutes have passed."""
    return add_working_time(hours, start, timedelta(minutes=minutes))


def working_moment_before(hours: WorkingHours, end: datetime, amount: timedelta) -> datetime:
    """Return the latest moment from which `amount` (more than none) of working time has passed by `end`.

    Whatever began then or earlier has waited at least so long: one comparison in SQL answers for all rows.
    Raises ValueError when the calendar holds no such moment within FARTHEST_YEARS.
    """
    last, passed = _passed(hours, end)
    left = passed - amount
    for number in range(last, last - FARTHEST_YEARS, -1):
        if left >= NONE:
            year = _year(hours, number)
            index = bisect_right(year.before, left) - 1
            if index >= 0:
                return year.begins[index] + (left - year.before[index])
        left += _year(hours, number - 1).total
    raise ValueError("The calendar has no working time.")
