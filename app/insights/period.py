"""Spans of time that figures are about: whole days in the site's time zone. Pure: the moment and the zone are given.

A period is written the way it stands in an address: `90d` (the last 90 days, today included), `2026-10`, `2026-Q3`, `2026`,
`all`, or `2026-01-05..2026-01-11` (both days included).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.records import Struct

DEFAULT = "90d"
ALL = "all"
CUSTOM = "custom"
FIRST_YEAR, LAST_YEAR = 1971, 9990
MOST_DAYS = 3660
MOST_YEARS = 100
ONE_DAY = timedelta(days=1)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PATTERN = re.compile(
    r"(?P<days>[0-9]{1,4})d|(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})|-Q(?P<quarter>[1-4]))?"
    r"|(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2})\.\.(?P<last>[0-9]{4}-[0-9]{2}-[0-9]{2})",
    re.ASCII,
)
# Series of so many days at most are cut into days, weeks, months, quarters; longer ones into years.
_STEPS = ((14, "day"), (100, "week"), (1100, "month"), (5500, "quarter"))
_STEP_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Period(Struct, frozen=True):
    """All moments from the beginning of `first_day` to the end of `last_day` in `zone`. `key` is its word in addresses, `label` its
    name for programs; pages say it in their reader's language (period_words).
    """

    key: str
    label: str
    first_day: date
    last_day: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The first moment, UTC."""
        return _midnight(self.first_day, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it, UTC."""
        return _midnight(self.last_day + ONE_DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def is_all(self) -> bool:
        """Whether it is the whole life of the site."""
        return self.key == ALL

    def is_running(self, moment: datetime) -> bool:
        """Whether the period is not over at `moment`."""
        return self.end > moment

    def previous(self, moment: datetime) -> "Period | None":
        """Return the span before it of the same kind and length, or None where nothing was.

        Beside a month, quarter or year that is not over stand only as many days of the one before as have begun of this one.
        """
        if self.is_all or (self.first_day - date(FIRST_YEAR, 1, 1)).days < self.days:
            return None
        months = _months_of(self)
        if not months:
            return between(self.first_day - timedelta(days=self.days), self.first_day - ONE_DAY, self.zone)
        first, last = _add_months(self.first_day, -months), self.first_day - ONE_DAY
        today = moment.astimezone(self.zone).date()
        if self.first_day <= today < self.last_day:
            last = min(last, first + (today - self.first_day))
        return between(first, last, self.zone)

    def narrowed(self, first: datetime, last: datetime) -> "Period":
        """Return the part of it between the days of two moments; itself where nothing or everything would be left."""
        begin = max(self.first_day, first.astimezone(self.zone).date())
        end = min(self.last_day, last.astimezone(self.zone).date())
        return self if begin > end or (begin, end) == (self.first_day, self.last_day) else between(begin, end, self.zone)

    def buckets(self) -> "tuple[Period, ...]":
        """Return the days, weeks (from Monday), months, quarters or years that make it up, in order and without a gap."""
        step = next((name for most, name in _STEPS if self.days <= most), "year")
        return tuple(_cut(self, _NEXT[step]))


def parse_period(raw: str | None, *, moment: datetime, zone: ZoneInfo, first: str = "", last: str = "") -> Period:
    """Return the period that the words of an address mean; nothing means the last 90 days.

    `custom` takes its two days from `first` and `last` (none: today). Raises Invalid with field `period`, `from` or `to`.
    """
    word = (raw or DEFAULT).strip()
    today = moment.astimezone(zone).date()
    if word == ALL:
        return Period(ALL, "All time", date(FIRST_YEAR, 1, 1), today, zone)
    if word == CUSTOM:
        return _custom(_day(first, "from"), _day(last, "to") if last.strip() else today, zone)
    match = _PATTERN.fullmatch(word)
    if match is None:
        raise Invalid(_("Please choose a period, such as 90d, 2026-10, 2026-Q3 or 2026."), field="period")
    if match["days"]:
        return _rolling(int(match["days"]), today, zone)
    if match["first"]:
        return _custom(_day(match["first"], "period"), _day(match["last"], "period"), zone)
    return _calendar(int(match["year"]), match["month"], match["quarter"], zone)


def between(first: date, last: date, zone: ZoneInfo) -> Period:
    """Return the period of these days, both included, under its shortest name (a whole month is called by its name)."""
    for months in (1, 3, 12):
        aligned = first.day == 1 and (first.month - 1) % months == 0
        if aligned and last + ONE_DAY == _add_months(first, months):
            return _named(first, months, zone)
    label = say_day(first) if first == last else f"{say_day(first)} to {say_day(last)}"
    return Period(f"{first.isoformat()}..{last.isoformat()}", label, first, last, zone)


def say_day(day: date) -> str:
    """Return a day in words: 5 January 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day, UTC; where clocks skip midnight that is the moment of the change."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _rolling(days: int, today: date, zone: ZoneInfo) -> Period:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(_("Please choose between 1 and %(most)s days.", most=MOST_DAYS), field="period")
    label = "Today" if days == 1 else f"Last {days} days"
    return Period(f"{days}d", label, today - timedelta(days=days - 1), today, zone)


def _calendar(year: int, month: str | None, quarter: str | None, zone: ZoneInfo) -> Period:
    if not FIRST_YEAR <= year <= LAST_YEAR or (month is not None and not 1 <= int(month) <= 12):
        raise Invalid(_("There is no such month or year."), field="period")
    if month:
        return _named(date(year, int(month), 1), 1, zone)
    if quarter:
        return _named(date(year, 3 * int(quarter) - 2, 1), 3, zone)
    return _named(date(year, 1, 1), 12, zone)


def _custom(first: date, last: date, zone: ZoneInfo) -> Period:
    if last < first:
        raise Invalid(_("The last day is before the first one."), field="to")
    if last.year - first.year > MOST_YEARS:  # each would be a column of the chart, and a branch of the statement that counts
        raise Invalid(_("Please choose at most %(most)s years.", most=MOST_YEARS), field="to")
    return between(first, last, zone)


def _named(first: date, months: int, zone: ZoneInfo) -> Period:
    """Return a whole month, quarter or year by its name."""
    last = _add_months(first, months) - ONE_DAY
    if months == 1:
        return Period(f"{first.year}-{first.month:02}", f"{_MONTHS[first.month - 1]} {first.year}", first, last, zone)
    if months == 3:
        label = f"{_MONTHS[first.month - 1]} to {_MONTHS[last.month - 1]} {first.year}"
        return Period(f"{first.year}-Q{(first.month + 2) // 3}", label, first, last, zone)
    return Period(str(first.year), str(first.year), first, last, zone)


def _months_of(period: Period) -> int:
    """Return how many months a calendar period has; 0 for any other."""
    if period.key.endswith("d") or ".." in period.key:
        return 0
    return 12 if "-" not in period.key else 3 if "Q" in period.key else 1


def _day(raw: str, field: str) -> date:
    try:
        day = date.fromisoformat(raw.strip())
    except ValueError:
        raise Invalid(_("Please give a day as year-month-day, such as 2026-01-31."), field=field) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid(_("There is no such year."), field=field)
    return day


def _add_months(first: date, months: int) -> date:
    """Return the first day of the month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _next_of_months(months: int) -> Callable[[date], date]:
    """Return what finds the beginning of the next month, quarter or year after a day."""
    return lambda day: _add_months(day.replace(month=(day.month - 1) // months * months + 1, day=1), months)


_NEXT: dict[str, Callable[[date], date]] = {
    "day": lambda day: day + ONE_DAY,
    "week": lambda day: day + timedelta(days=7 - day.weekday()),
    **{name: _next_of_months(months) for name, months in _STEP_MONTHS.items()},
}


def _cut(period: Period, following: Callable[[date], date]) -> Iterator[Period]:
    first = period.first_day
    while first <= period.last_day:
        after = following(first)
        yield between(first, min(after - ONE_DAY, period.last_day), period.zone)
        first = after
