"""Views that a thread had before it came here."""

from datetime import date, datetime, timedelta

from app.core.clock import now
from app.core.db import upsert
from app.core.uow import require_unit_of_work
from app.pageviews.models import PageviewDay, PageviewTotal
from app.pageviews.recent import derive_recent

SPREAD_DAYS = 90
STEP_DAYS = 3


def spread_views(lifetime: int, created_at: datetime, today: date) -> dict[date, int]:
    """Return views per day that give the monthly average of `lifetime` views over the age of their target.

    The average is laid evenly over the last 90 days (or the age, if less), one entry for each three days, so that it fades
    out of every 30-day figure as the site counts its own readers.
    """
    age_days = max(1, (today - created_at.date()).days)
    span = min(SPREAD_DAYS, age_days)
    per_day = lifetime / age_days
    spread: dict[date, int] = {}
    given = 0
    for offset in range(span, 0, -STEP_DAYS):
        due = round(per_day * (span - offset + min(STEP_DAYS, offset)))
        if due > given:
            spread[today - timedelta(days=max(0, offset - STEP_DAYS) + 1)] = due - given
            given = due
    return spread


def import_views(kind: str, entries: list[tuple[int, int, datetime]]) -> None:
    """Store lifetime views of newly imported targets, given as (target id, views, created at)."""
    require_unit_of_work()
    today = now().date()
    totals = [{"kind": kind, "target_id": t, "views": n, "imported_views": n} for t, n, _ in entries if n > 0]
    days = [
        {"kind": kind, "target_id": t, "day": day, "views": views}
        for t, n, created_at in entries
        for day, views in spread_views(n, created_at, today).items()
    ]
    for start in range(0, len(totals), 500):
        upsert(PageviewTotal.__table__, totals[start : start + 500], ["kind", "target_id"], ["views", "imported_views"])
    for start in range(0, len(days), 500):
        upsert(PageviewDay.__table__, days[start : start + 500], ["kind", "target_id", "day"], ["views"])
    derive_recent((kind, target_id) for target_id, views, _ in entries if views > 0)
