"""What people may expect: the usual time to a first answer, kept with each category. Opens a unit of work of its own."""

from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category
from app.forum.queries.threads import get_categories_for_update
from app.forum.queries.waiting import derive_usual_minutes

WAITING_JOB = "forum.waiting"


def refresh_usual_waits() -> int:
    """Derive the usual wait of all categories anew and return how many changed. Call it outside a unit of work.

    Categories are locked only when one has changed, and only while the numbers are written.
    """
    minutes = derive_usual_minutes(now())
    stored = dict(db.session.execute(sa.select(Category.id, Category.usual_answer_minutes)).all())
    changed = [category_id for category_id, value in stored.items() if minutes.get(category_id) != value]
    db.session.rollback()
    if changed:
        with unit_of_work():
            for category_id, category in get_categories_for_update(changed).items():
                category.usual_answer_minutes = minutes.get(category_id)
    return len(changed)


def waiting_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `forum.waiting`, daily and after imports."""
    refresh_usual_waits()
