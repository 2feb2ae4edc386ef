"""How often things were read."""

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, read
from app.core.records import Struct
from app.pageviews.models import RECENT_DAYS, PageviewDay, PageviewTotal, ReadTogether
from app.pageviews.visits import week_of


def first_day(days: int = RECENT_DAYS) -> date:
    """Return the first of the last `days` days."""
    return now().date() - timedelta(days=days - 1)


def views_subquery(kind: str, days: int = RECENT_DAYS) -> sa.Subquery:
    """Return a subquery (target_id, views) of the deduplicated human views in the last `days` days: of all targets, so for work
    in the background and pages of curators. Other lists read `PageviewRecent`."""
    return (
        sa.select(PageviewDay.target_id, sa.func.sum(PageviewDay.views).label("views"))
        .where(PageviewDay.kind == kind, PageviewDay.day >= first_day(days))
        .group_by(PageviewDay.target_id)
        .subquery()
    )


def recent_views(kind: str, ids: Iterable[int], days: int = RECENT_DAYS) -> dict[int, int]:
    """Return the views of the last `days` days by id; ids without views are left out."""
    statement = (
        sa.select(PageviewDay.target_id, sa.func.sum(PageviewDay.views))
        .where(PageviewDay.kind == kind, PageviewDay.target_id.in_(list(ids)), PageviewDay.day >= first_day(days))
        .group_by(PageviewDay.target_id)
    )
    return {target_id: int(views) for target_id, views in db.session.execute(statement)}


class Windows(Struct, frozen=True):
    """Views of one target in the last 30 days, in the 30 days before them (their trend), and in the last 90 days."""

    last_30: int = 0
    previous_30: int = 0
    last_90: int = 0


def views_by_window(kind: str, ids: Iterable[int]) -> dict[int, Windows]:
    """Return the recent views by id in one statement; ids without views in 90 days are left out."""
    today = now().date()
    is_new = PageviewDay.day > today - timedelta(days=30)
    is_before = sa.and_(PageviewDay.day > today - timedelta(days=60), sa.not_(is_new))
    views = PageviewDay.views
    statement = (
        sa.select(
            PageviewDay.target_id, sa.func.sum(sa.case((is_new, views), else_=0)),
            sa.func.sum(sa.case((is_before, views), else_=0)), sa.func.sum(views),
        )
        .where(PageviewDay.kind == kind, PageviewDay.target_id.in_(list(ids)), PageviewDay.day > today - timedelta(days=90))
        .group_by(PageviewDay.target_id)
    )  # fmt: skip
    return {row[0]: Windows(*map(int, row[1:])) for row in db.session.execute(statement)}


_TOTALS = sa.select(PageviewTotal.target_id, PageviewTotal.views).where(
    PageviewTotal.kind == sa.bindparam("kind"), PageviewTotal.target_id.in_(sa.bindparam("ids", expanding=True))
)


def total_views(kind: str, ids: Iterable[int]) -> dict[int, int]:
    """Return all views ever by id; ids without views are left out."""
    return dict(read(_TOTALS, {"kind": kind, "ids": list(ids)}).all())


KEPT_WEEKS = 13
# So many of what was read together most often are weighed.
WEIGHED = 40
_visits = sa.func.sum(ReadTogether.visits)
# Views that were counted here; those a target was imported with came without visits.
_counted = sa.func.coalesce(sa.func.max(PageviewTotal.views - PageviewTotal.imported_views), 0)
_READ_WITH = (
    sa.select(ReadTogether.other_kind, ReadTogether.other_id, _visits, _counted)
    .outerjoin(
        PageviewTotal,
        sa.and_(PageviewTotal.kind == ReadTogether.other_kind, PageviewTotal.target_id == ReadTogether.other_id),
    )
    .where(
        ReadTogether.kind == sa.bindparam("kind"), ReadTogether.target_id == sa.bindparam("target_id"),
        ReadTogether.week >= sa.bindparam("since"),
    )
    .group_by(ReadTogether.other_kind, ReadTogether.other_id)
    .having(_visits >= sa.bindparam("least"))
    .order_by(_visits.desc(), ReadTogether.other_kind, ReadTogether.other_id)
    .limit(WEIGHED)
)  # fmt: skip


def oldest_week() -> date:
    """Return the Monday of the oldest week of which it is known what was read together."""
    return week_of(now().date()) - timedelta(weeks=KEPT_WEEKS - 1)


def read_with(kind: str, target_id: int, least: int) -> list[tuple[str, int]]:
    """Return kind and id of what people read in the same visit as a target, in at least `least` visits of 13 weeks; one statement.

    In the order of visits / sqrt(views): what everybody reads anyway does not come first everywhere. The caller asks who may
    see what.
    """
    rows = read(_READ_WITH, {"kind": kind, "target_id": target_id, "since": oldest_week(), "least": least})
    weighed = [(visits / max(views, visits) ** 0.5, other_kind, other_id) for other_kind, other_id, visits, views in rows]
    return [(other_kind, other_id) for _, other_kind, other_id in sorted(weighed, key=lambda row: -row[0])]
