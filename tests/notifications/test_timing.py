"""Days and nights of mails that ask: pure rules, over all time zones and both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.settings import Settings, SettingsError
from app.notifications.timing import Timing

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe")
moments = st.integers(946_684_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
nights = st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda hours: hours[0] != hours[1])


@given(moments, nights, st.sampled_from(ZONES))
def test_a_moment_after_the_night_is_not_at_night_and_never_earlier(moment: datetime, night: tuple[int, int], zone: str) -> None:
    timing = Timing((2, 7), night, ZoneInfo(zone))
    moved = timing.after_quiet(moment)
    assert moment <= moved <= moment + timedelta(hours=48)
    assert not timing.is_quiet(moved) and timing.after_quiet(moved) == moved
    assert (moved == moment) is not timing.is_quiet(moment)


@given(moments, nights, st.sampled_from(ZONES))
def test_the_night_is_what_the_clock_on_the_wall_says(moment: datetime, night: tuple[int, int], zone: str) -> None:
    start, end = night
    hours = {hour % 24 for hour in range(start, end if end > start else end + 24)}
    assert Timing((), night, ZoneInfo(zone)).is_quiet(moment) is (moment.astimezone(ZoneInfo(zone)).hour in hours)


def test_without_a_night_every_hour_is_good() -> None:
    moment = datetime(2026, 3, 1, 3, tzinfo=UTC)
    assert Timing((2,), None, ZoneInfo("UTC")).after_quiet(moment) == moment


def test_the_morning_comes_by_the_local_clock() -> None:
    timing = Timing((2, 7), (21, 8), ZoneInfo("Europe/Berlin"))
    evening = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)  # 21:30, the night before summer time
    assert timing.after_quiet(evening) == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)


def test_reminders_keep_their_distance_and_end() -> None:
    timing, moment = Timing((2, 7), None, ZoneInfo("UTC")), datetime(2026, 3, 1, tzinfo=UTC)
    assert timing.reminder_due(0, moment) == moment + timedelta(days=2)
    assert timing.reminder_due(1, moment) == moment + timedelta(days=5)
    assert timing.reminder_due(2, moment) is None
    assert timing.renewed_due(1, moment) == moment + timedelta(days=2) and timing.renewed_due(2, moment) is None
    never = Timing((), None, ZoneInfo("UTC"))
    assert never.reminder_due(0, moment) is None and never.renewed_due(0, moment) is None


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("REMINDER_AFTER_DAYS", "2,7", (2, 7)), ("REMINDER_AFTER_DAYS", " 3 ", (3,)), ("REMINDER_AFTER_DAYS", "off", ()),
        ("QUIET_HOURS", "21-8", (21, 8)), ("QUIET_HOURS", "0-6", (0, 6)), ("QUIET_HOURS", "off", None),
    ],
)  # fmt: skip
def test_settings_that_are_understood(name: str, raw: str, value: object) -> None:
    assert getattr(Settings.from_env({name: raw}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        *(("REMINDER_AFTER_DAYS", raw) for raw in ("7,2", "1,2,3", "0", "x", "2,2", "-1", "91", "1.5", "²")),
        *(("QUIET_HOURS", raw) for raw in ("21", "21-24", "8-8", "a-b", "1-2-3", "-1-5", "²-3")),
    ],
)
def test_settings_that_are_refused_at_start(name: str, raw: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: raw})
