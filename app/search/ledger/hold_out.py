"""Whether a share of the sessions asks without suggestions, so that it can be told what these are worth.

It is decided for a whole day (UTC) from the weeks before, which all processes count alike. Must not know Flask.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from app.core.db import db
from app.core.records import Struct
from app.search.models import SearchSession

WINDOW_DAYS = 28
WEEK = 7
SETTLED_DAYS = 1
"""Days before the one decided about that are left out: the last sessions of yesterday may not be written yet."""


class Decision(Struct, frozen=True):
    """What holds on one day: the share held out (per cent), and the sessions a week at the page to ask on that it rests on."""

    day: date
    share: int
    weekly: int


def share_held_out(percent: int, least: int, weekly: float) -> int:
    """Return the share of sessions (per cent) that asks without suggestions: `percent`, or 0 below `least` sessions a week."""
    return percent if percent > 0 and weekly >= least else 0


def window_before(day: date, kept_days: int) -> tuple[datetime, datetime]:
    """Return the time that decides about a day: up to four weeks, as far as the ledger (of `kept_days`) still keeps all of it.

    Empty (both moments the same) when less than a week is kept.
    """
    end = datetime.combine(day, time(), UTC) - timedelta(days=SETTLED_DAYS)
    length = min(WINDOW_DAYS, kept_days - SETTLED_DAYS - 1)
    return end - timedelta(days=length if length >= WEEK else 0), end


def decide(day: date, *, percent: int, least: int, kept_days: int) -> Decision:
    """Return what holds on a day, in one statement at most; without a ledger of a week nobody is held out."""
    start, end = window_before(day, kept_days)
    if start == end:
        return Decision(day, 0, 0)
    asking = sa.select(sa.func.count()).where(
        SearchSession.started_at >= start, SearchSession.started_at < end, SearchSession.reached_ask.is_(True)
    )
    weekly = (db.session.scalar(asking) or 0) * WEEK / (end - start).days
    return Decision(day, share_held_out(percent, least, weekly), round(weekly))
