"""Periods: whole days of the site's zone, cut and compared without a gap, and written the same way they are read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.insights.period import Period, between, parse_period

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
# With daylight saving at midnight (Beirut), by half an hour (Lord Howe), without any, and far from Greenwich.
ZONES = [
    ZoneInfo(n) for n in ("UTC", "Europe/Berlin", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Kiritimati", "America/New_York")
]
KEYS = st.one_of(
    st.integers(1, 3660).map(lambda n: f"{n}d"),
    st.builds(lambda y, m: f"{y}-{m:02}", st.integers(1990, 2030), st.integers(1, 12)),
    st.builds(lambda y, q: f"{y}-Q{q}", st.integers(1990, 2030), st.integers(1, 4)),
    st.integers(1990, 2030).map(str),
    st.builds(lambda d, n: f"{d}..{d + timedelta(days=n)}", st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 4000)),
)
MOMENTS = st.integers(946_684_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def read(word: str | None, zone: ZoneInfo = BERLIN, moment: datetime = NOW, **days: str) -> Period:
    return parse_period(word, moment=moment, zone=zone, **days)


def test_nothing_means_the_last_90_days_today_included():
    period = read(None)
    assert (period.key, period.first_day, period.last_day) == ("90d", date(2026, 8, 24), date(2026, 11, 21))
    assert period.start == datetime(2026, 8, 23, 22, tzinfo=UTC) and period.end == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert period.is_running(NOW) and period.label == "Last 90 days"


def test_today_is_the_day_of_the_zone():
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert read("1d", BERLIN, late).first_day == date(2026, 11, 22)
    assert read("1d", ZoneInfo("America/New_York"), late).first_day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("word", "first", "last", "label"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "February 2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "October to December 2026"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("2026-01-05..2026-01-11", date(2026, 1, 5), date(2026, 1, 11), "5 January 2026 to 11 January 2026"),
        ("2026-01-05..2026-01-05", date(2026, 1, 5), date(2026, 1, 5), "5 January 2026"),
    ],
)
def test_words_mean_whole_days(word: str, first: date, last: date, label: str):
    period = read(word)
    assert (period.key, period.first_day, period.last_day, period.label) == (word, first, last, label)


def test_a_day_on_which_clocks_change_has_23_or_25_hours():
    assert (day := read("2026-03-29..2026-03-29")).end - day.start == timedelta(hours=23)
    assert (day := read("2026-10-25..2026-10-25")).end - day.start == timedelta(hours=25)


def test_two_days_of_a_form_are_a_period_too():
    assert read("custom", first="2026-10-01", last="2026-10-31").key == "2026-10"
    assert read("custom", first="2026-10-02", last=" 2026-10-31 ").key == "2026-10-02..2026-10-31"
    assert read("custom", first="2026-11-20").last_day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("word", "days", "field"),
    [
        ("yesterday", {}, "period"), ("0d", {}, "period"), ("3661d", {}, "period"), ("99999d", {}, "period"), ("-1d", {}, "period"),
        ("2026-13", {}, "period"), ("2026-00", {}, "period"), ("2026-Q5", {}, "period"), ("1970", {}, "period"),
        ("9999", {}, "period"), ("2026-02-30..2026-03-01", {}, "period"), ("2026-03-02..2026-03-01", {}, "to"),
        ("２０２６", {}, "period"), ("2026\n", {}, ""), ("custom", {}, "from"), ("custom", {"first": "1.2.2026"}, "from"),
        ("custom", {"first": "2026-01-01", "last": "soon"}, "to"), ("custom", {"first": "2026-02-01", "last": "2026-01-01"}, "to"),
        ("custom", {"first": "0001-01-01", "last": "2026-01-01"}, "from"),
    ],
)  # fmt: skip
def test_other_words_are_refused_with_the_field_that_is_wrong(word: str, days: dict[str, str], field: str):
    if not field:
        assert read(word, **days).key == word.strip()
        return
    with pytest.raises(Invalid) as refused:
        read(word, **days)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("word", "before"),
    [
        ("30d", "2026-09-23..2026-10-22"), ("2026-10", "2026-09"), ("2026-Q3", "2026-Q2"), ("2025", "2024"), ("2026-01", "2025-12"),
        ("2026-11", "2026-10-01..2026-10-21"), ("2026-Q4", "2026-07-01..2026-08-21"), ("2026", "2025-01-01..2025-11-21"),
        ("2026-01-05..2026-01-11", "2025-12-29..2026-01-04"), ("2027-03", "2027-02"),
    ],
)  # fmt: skip
def test_the_period_before_is_of_the_same_kind_and_length(word: str, before: str):
    previous = read(word).previous(NOW)
    assert previous is not None and previous.key == before


def test_a_running_month_is_never_longer_than_the_month_before():
    period = read("2026-03", moment=datetime(2026, 3, 31, 9, tzinfo=UTC))
    assert (previous := period.previous(datetime(2026, 3, 31, 9, tzinfo=UTC))) and previous.key == "2026-02"
    early = datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert (previous := read("2026-03", moment=early).previous(early)) and previous.key == "2026-02"


def test_all_time_has_nothing_before():
    assert read("all").previous(NOW) is None and read("all").is_all
    assert read("1971-01-01..1971-02-01").previous(NOW) is None


def test_a_span_of_a_century_has_nothing_before_and_a_longer_one_is_refused():
    century = read("1971-01-01..2071-12-31")
    assert century.previous(NOW) is None and len(century.buckets()) == 101
    for word in ("1971-01-01..9990-12-31", "3000-01-01..3101-01-01"):
        with pytest.raises(Invalid) as refusal:
            read(word)
        assert set(refusal.value.errors) == {"to"}


@given(key=KEYS, moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_parts_make_up_the_period_without_a_gap(key: str, moment: datetime, zone: ZoneInfo):
    period = read(key, zone, moment)
    buckets = period.buckets()
    assert buckets[0].start == period.start and buckets[-1].end == period.end and len(buckets) <= 61
    assert all(one.end == two.start and one.start < one.end for one, two in pairwise(buckets))


@given(key=KEYS, moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_every_period_that_is_shown_can_be_asked_for_by_its_word(key: str, moment: datetime, zone: ZoneInfo):
    period = read(key, zone, moment)
    previous = period.previous(moment)
    assert period.key == key or ".." in key
    for shown in (period, *([previous] if previous else []), *period.buckets()):
        again = read(shown.key, zone, moment)
        assert (again.first_day, again.last_day, again.label) == (shown.first_day, shown.last_day, shown.label)


@given(key=KEYS, moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_the_period_before_ends_before_it_and_is_not_longer(key: str, moment: datetime, zone: ZoneInfo):
    period = read(key, zone, moment)
    previous = period.previous(moment)
    assert previous is not None and previous.end <= period.start
    assert abs(previous.days - period.days) <= 3 or period.is_running(moment)


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(0, 2000), st.integers(-900, 900), st.integers(-900, 900))
def test_a_narrowed_period_lies_within_it(first: date, days: int, begin: int, end: int):
    period = between(first, first + timedelta(days=days), BERLIN)
    part = period.narrowed(period.start + timedelta(days=begin), period.end + timedelta(days=end))
    assert period.first_day <= part.first_day <= part.last_day <= period.last_day
