"""How often things were read."""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.pageviews.models import PageviewDay, PageviewTotal


def views_subquery(kind: str, days: int = 30) -> sa.Subquery:
    """Return a subquery (target_id, views) of the deduplicated human views in the last `days` days."""
    since = now().date() - timedelta(days=days)
    return (
        sa.select(PageviewDay.target_id, sa.func.sum(PageviewDay.views).label("views"))
        .where(PageviewDay.kind == kind, PageviewDay.day > since)
        .group_by(PageviewDay.target_id)
        .subquery()
    )


def recent_views(kind: str, ids: Iterable[int], days: int = 30) -> dict[int, int]:
    """Return the views of the last `days` days by id; ids without views are left out."""
    recent = views_subquery(kind, days)
    rows = db.session.execute(sa.select(recent.c.target_id, recent.c.views).where(recent.c.target_id.in_(list(ids))))
    return {target_id: int(views) for target_id, views in rows}


def total_views(kind: str, ids: Iterable[int]) -> dict[int, int]:
    """Return all views ever by id; ids without views are left out."""
    statement = sa.select(PageviewTotal.target_id, PageviewTotal.views).where(
        PageviewTotal.kind == kind, PageviewTotal.target_id.in_(list(ids))
    )
    return dict(db.session.execute(statement).all())
