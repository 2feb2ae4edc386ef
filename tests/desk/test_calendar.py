"""Working time: weekends, holidays, changes of clocks, and what must hold for any calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.calendar import (
    WorkingHours,
    add_working_minutes,
    add_working_time,
    working_minutes_between,
    working_moment_before,
    working_time_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingHours(BERLIN)
ALWAYS = WorkingHours(BERLIN, week=((0, 1440),) * 7)


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-02T09:00", "2026-03-02T10:30", 90),
        ("2026-03-02T07:00", "2026-03-02T10:00", 60),  # before work begins
        ("2026-03-02T16:00", "2026-03-02T22:00", 60),  # after it ends
        ("2026-03-06T16:00", "2026-03-09T10:00", 120),  # Friday to Monday
        ("2026-03-07T10:00", "2026-03-08T18:00", 0),  # a weekend
        ("2026-03-02T12:00", "2026-03-02T11:00", 0),  # backwards
        ("2025-12-31T16:00", "2026-01-01T10:00", 120),  # over New Year
        ("2024-01-01T00:00", "2026-01-01T00:00", (262 + 261) * 480),  # two whole years of weekdays
    ],
)
def test_working_minutes_between_two_moments(start: str, end: str, minutes: int) -> None:
    assert working_minutes_between(OFFICE, local(start), local(end)) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T09:00", 60, "2026-03-02T10:00"),
        ("2026-03-02T20:00", 60, "2026-03-03T10:00"),
        ("2026-03-06T16:30", 60, "2026-03-09T09:30"),
        ("2026-03-06T16:00", 60, "2026-03-06T17:00"),  # the end of a day, not the beginning of the next
        ("2026-03-07T12:00", 0, "2026-03-07T12:00"),
        ("2026-12-31T16:00", 120, "2027-01-01T10:00"),
    ],
)
def test_adding_working_minutes(start: str, minutes: int, end: str) -> None:
    assert add_working_minutes(OFFICE, local(start), minutes) == local(end)


def test_a_holiday_counts_nothing() -> None:
    hours = WorkingHours(BERLIN, holidays=frozenset({date(2026, 3, 3)}))
    assert working_minutes_between(hours, local("2026-03-02T16:00"), local("2026-03-04T10:00")) == 120
    assert add_working_minutes(hours, local("2026-03-02T16:00"), 90) == local("2026-03-04T09:30")


def test_the_night_on_which_clocks_go_forward_is_an_hour_shorter() -> None:
    assert working_minutes_between(ALWAYS, local("2026-03-29T00:00"), local("2026-03-30T00:00")) == 23 * 60
    assert working_minutes_between(ALWAYS, local("2026-10-25T00:00"), local("2026-10-26T00:00")) == 25 * 60


def test_office_hours_are_as_long_on_the_day_after_clocks_changed() -> None:
    assert working_minutes_between(OFFICE, local("2026-03-27T09:00"), local("2026-03-31T09:00")) == 2 * 480
    assert add_working_minutes(OFFICE, local("2026-03-27T16:00"), 120) == local("2026-03-30T10:00")


def test_whether_somebody_works_now() -> None:
    assert OFFICE.is_open_at(local("2026-03-02T09:00"))
    assert not OFFICE.is_open_at(local("2026-03-02T17:00"))
    assert not OFFICE.is_open_at(local("2026-03-07T12:00"))


def test_a_calendar_without_working_time_is_an_error_not_an_endless_search() -> None:
    never = WorkingHours(BERLIN, week=(None,) * 7)
    assert working_minutes_between(never, local("2026-01-01T00:00"), local("2026-12-31T00:00")) == 0
    with pytest.raises(ValueError, match="no working time"):
        add_working_minutes(never, local("2026-01-01T00:00"), 1)
    with pytest.raises(ValueError, match="no working time"):
        working_moment_before(never, local("2026-01-01T00:00"), timedelta(minutes=1))


spans = st.none() | st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])
days = st.dates(date(2024, 12, 20), date(2026, 1, 10))
YEARS = (datetime(2024, 12, 20), datetime(2026, 1, 10))  # noqa: DTZ001 (hypothesis adds the zone)
moments = st.datetimes(*YEARS, timezones=st.just(UTC))
calendars = st.builds(
    WorkingHours,
    zone=st.sampled_from([BERLIN, ZoneInfo("UTC"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Australia/Lord_Howe")]),
    week=st.tuples(*[spans] * 7).filter(lambda week: sum(span[1] - span[0] for span in week if span) >= 60),
    holidays=st.frozensets(days, max_size=5),
)
amounts = st.timedeltas(timedelta(minutes=1), timedelta(hours=200))


def counted_by_hand(hours: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """Day by day, without years and sums."""
    total, day = timedelta(), start.astimezone(hours.zone).date() - timedelta(days=1)
    while day <= end.astimezone(hours.zone).date():
        if opening := hours.opening_of(day):
            total += max(timedelta(), min(end, opening[1]) - max(start, opening[0]))
        day += timedelta(days=1)
    return total


@given(calendars, moments, moments)
def test_the_sum_over_years_equals_counting_day_by_day(hours: WorkingHours, one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    assert working_time_between(hours, start, end) == counted_by_hand(hours, start, end)


@given(calendars, moments, moments, moments)
def test_parts_add_up_and_time_never_runs_backwards(hours: WorkingHours, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    parts = working_time_between(hours, first, middle) + working_time_between(hours, middle, last)
    assert parts == working_time_between(hours, first, last) >= timedelta()


@given(calendars, moments, amounts)
def test_adding_is_the_inverse_of_counting_and_gives_the_earliest_moment(
    hours: WorkingHours, start: datetime, amount: timedelta
) -> None:
    end = add_working_time(hours, start, amount)
    assert working_time_between(hours, start, end) == amount
    assert working_time_between(hours, start, end - timedelta(microseconds=1)) < amount


@given(calendars, moments, amounts, moments)
def test_one_comparison_with_the_cutoff_says_who_has_waited_so_long(
    hours: WorkingHours, end: datetime, amount: timedelta, start: datetime
) -> None:
    cutoff = working_moment_before(hours, end, amount)
    assert (start <= cutoff) == (working_time_between(hours, start, end) >= amount)
