"""Where old addresses lead: threads that were merged or split back, posts that became comments, comments that became answers."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.db import db, read
from app.forum.models import Redirect, Reshaping, Thread

# A place that moved more often than this is a mistake in the data, not a history.
_STEPS = 20
_ONE = sa.select(Redirect.new_kind, Redirect.new_id).where(
    Redirect.kind == sa.bindparam("kind"), Redirect.old_id == sa.bindparam("old_id")
)


def find_new_place(kind: str, old_id: int) -> tuple[str, int] | None:
    """Return (kind, id) of what stands there now, or None when nothing was ever moved away from there.

    Several moves are followed to the end, so that everybody is led there in one hop. Whether it may be seen is not decided here.
    """
    place, seen = (kind, old_id), {(kind, old_id)}
    while len(seen) <= _STEPS:
        row = read(_ONE, {"kind": place[0], "old_id": place[1]}).first()
        if row is None:
            return place if place != (kind, old_id) else None
        place = (row.new_kind, row.new_id)
        if place in seen:
            return None
        seen.add(place)
    return None


def exists_redirect(kind: str, old_id: int) -> bool:
    """Return whether an address leads elsewhere."""
    return read(_ONE, {"kind": kind, "old_id": old_id}).first() is not None


def get_reshaping_for_update(reshaping_id: int) -> Reshaping | None:
    """Lock what is remembered of one change, so that it is taken back once. Lock its threads before."""
    statement = sa.select(Reshaping).where(Reshaping.id == reshaping_id).with_for_update(key_share=True)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_reshaping(reshaping_id: int) -> Reshaping | None:
    """Return what is remembered of one change."""
    return db.session.get(Reshaping, reshaping_id)


def get_category_ids(thread_ids: Iterable[int]) -> dict[int, int]:
    """Return the category of each thread, by the thread's id."""
    rows = db.session.execute(sa.select(Thread.id, Thread.category_id).where(Thread.id.in_(list(thread_ids))))
    return dict(rows.all())
