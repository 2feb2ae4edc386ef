"""Background work of page views: forgetting what was read together long ago, and what is recent no more."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.uow import unit_of_work
from app.pageviews.models import ReadTogether
from app.pageviews.queries import oldest_week
from app.pageviews.recent import rederive_old

FORGET_JOB = "pageviews.forget"
FORGET_EVERY = timedelta(days=1)
RECENT_JOB = "pageviews.recent"
# The window of the recent views moves once a day, soon after midnight UTC.
RECENT_EVERY = timedelta(hours=1)


def forget_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `pageviews.forget`: delete the pairs of weeks that no page counts any more."""
    with unit_of_work():
        db.session.execute(sa.delete(ReadTogether).where(ReadTogether.week < oldest_week()))


def recent_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `pageviews.recent`: derive the recent views anew when a day has left their window; otherwise one statement."""
    rederive_old()
