"""Background work of page views: forgetting what was read together long ago."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.uow import unit_of_work
from app.pageviews.models import ReadTogether
from app.pageviews.queries import oldest_week

FORGET_JOB = "pageviews.forget"
FORGET_EVERY = timedelta(days=1)


def forget_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `pageviews.forget`: delete the pairs of weeks that no page counts any more."""
    with unit_of_work():
        db.session.execute(sa.delete(ReadTogether).where(ReadTogether.week < oldest_week()))
