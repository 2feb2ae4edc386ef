"""Times of day as people write them, and as minutes after midnight. Pure functions."""

import re

from app.desk.calendar import DAY_MINUTES

_TIME = re.compile(r"([0-9]{1,2})(?::([0-5][0-9]))?")


def time_of(minutes: int | None) -> str:
    """Return minutes after midnight as a clock says them; the end of the day is 24:00."""
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_time(text: str) -> int | None:
    """Return a time like 9, 9:30 or 24:00 as minutes after midnight, or None when it is none."""
    found = _TIME.fullmatch(text.strip())
    total = int(found[1]) * 60 + int(found[2] or 0) if found else -1
    return total if 0 <= total <= DAY_MINUTES else None
