"""What categories and tags count: the listed threads in them. Every change of place or visibility goes through here."""

from collections import Counter

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Category, Tag, Thread, ThreadTag


class Place(Struct, frozen=True):
    """Where a thread is counted: nowhere while it is held or hidden, by tags only in public categories."""

    category_id: int | None = None
    tag_ids: frozenset[int] = frozenset()


NOWHERE = Place()


def place_of(thread: Thread) -> Place:
    """Return where the thread counts now. Its category must be loaded."""
    if not thread.is_listed:
        return NOWHERE
    if thread.category.audience != Audience.PUBLIC:
        return Place(thread.category_id)
    db.session.flush()
    tags = db.session.scalars(sa.select(ThreadTag.tag_id).where(ThreadTag.thread_id == thread.id))
    return Place(thread.category_id, frozenset(tags))


def move_counts(before: Place, after: Place) -> None:
    """Let categories and tags count a thread at `after` instead of `before`, in the order of ids."""
    categories: Counter[int] = Counter()
    for place, step in ((before, -1), (after, 1)):
        if place.category_id is not None:
            categories[place.category_id] += step
    for category_id, step in sorted(categories.items()):
        if step:
            values = {"thread_count": Category.thread_count + step}
            db.session.execute(sa.update(Category).where(Category.id == category_id).values(values))
    for tag_id in sorted(before.tag_ids ^ after.tag_ids):
        step = 1 if tag_id in after.tag_ids else -1
        db.session.execute(sa.update(Tag).where(Tag.id == tag_id).values(thread_count=Tag.thread_count + step))
