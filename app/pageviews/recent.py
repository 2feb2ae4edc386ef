"""The views of the last 30 days: derived from those by day when they are written, and anew each day, so that lists need not add them up."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, upsert
from app.core.uow import require_unit_of_work, unit_of_work
from app.pageviews.models import PageviewDay, PageviewRecent
from app.pageviews.queries import first_day, recent_views

BATCH = 500
Target = tuple[str, int]


def derive_recent(targets: Iterable[Target]) -> int:
    """Write the recent views of some targets, given as (kind, id), in the caller's unit of work; return how many were different."""
    require_unit_of_work()
    wrong = 0
    for kind, group in groupby(sorted(targets), key=lambda target: target[0]):
        ids = [target_id for _kind, target_id in group]
        wrong += sum(_derive(kind, ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
    return wrong


def _derive(kind: str, ids: Sequence[int]) -> int:
    which = sa.and_(PageviewRecent.kind == kind, PageviewRecent.target_id.in_(ids))
    # Locked before the days are added up: whoever writes other days of them meanwhile adds them up after this.
    locked = sa.select(PageviewRecent.target_id, PageviewRecent.views).where(which).order_by(PageviewRecent.target_id)
    stored = dict(db.session.execute(locked.with_for_update(key_share=True)).all())
    found = recent_views(kind, ids)
    today = now().date()
    rows = [{"kind": kind, "target_id": key, "views": views, "counted_on": today} for key, views in sorted(found.items())]
    upsert(PageviewRecent.__table__, rows, ["kind", "target_id"], ["views", "counted_on"])
    if gone := stored.keys() - found.keys():
        db.session.execute(sa.delete(PageviewRecent).where(which, PageviewRecent.target_id.in_(sorted(gone))))
    return sum(stored.get(key) != views for key, views in found.items()) + len(gone)


def recount_recent() -> int:
    """Derive the recent views of everything; return how often they were wrong. Opens units of work of its own."""
    by_day = sa.select(PageviewDay.kind, PageviewDay.target_id).where(PageviewDay.day >= first_day())
    return _derive_in_batches(by_day.union(sa.select(PageviewRecent.kind, PageviewRecent.target_id)))


def rederive_old() -> None:
    """Derive anew what was counted on an earlier day: its first day counts no more. Opens units of work of its own."""
    _derive_in_batches(sa.select(PageviewRecent.kind, PageviewRecent.target_id).where(PageviewRecent.counted_on < now().date()))


def _derive_in_batches(statement: sa.Executable) -> int:
    targets = sorted((kind, target_id) for kind, target_id in db.session.execute(statement))
    wrong = 0
    for start in range(0, len(targets), BATCH):
        with unit_of_work():
            wrong += derive_recent(targets[start : start + BATCH])
    return wrong
