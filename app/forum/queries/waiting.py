"""How long questions wait for their first answer, for each category: the facts, from the last half year in which people asked."""

from collections import defaultdict
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db, read
from app.core.records import Struct
from app.core.statistics import survival_curve, survival_quantile
from app.forum.models import Category, Thread
from app.forum.models.thread import ThreadKind
from app.forum.policies import visible_categories

# So far back questions count, seen from the newest one of the site: what was usual years ago says nothing about today.
WAITING_WINDOW = timedelta(days=180)
# With fewer questions than this nothing is said about a category.
LEAST_QUESTIONS = 5

_LISTED_QUESTIONS = (
    Thread.kind == ThreadKind.QUESTION, Thread.hidden_at.is_(None), Thread.held_at.is_(None), Thread.duplicate_of_id.is_(None)
)  # fmt: skip
_NEWEST = sa.select(sa.func.max(Thread.created_at)).where(*_LISTED_QUESTIONS)
_WAITS = sa.select(Thread.category_id, Thread.created_at, Thread.first_answer_at, Thread.closed_at).where(
    *_LISTED_QUESTIONS, Thread.created_at >= sa.bindparam("since")
)


class UsualWait(Struct, frozen=True):
    """How soon questions in a category usually get a first answer; `minutes` is None when too little is known."""

    category_id: int
    name: str
    minutes: int | None


def derive_usual_minutes(moment: datetime) -> dict[int, int]:
    """Return the median wait for a first answer in whole minutes, for each category of which enough is known at `moment`.

    The median is Kaplan and Meier's: questions that still wait, and those closed without an answer, are censored rather than
    left out. A category is missing with fewer than LEAST_QUESTIONS questions, or when fewer than half would be answered ever.
    """
    newest = db.session.scalar(_NEWEST)
    if newest is None:
        return {}
    waits: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for category_id, asked_at, answered_at, closed_at in read(_WAITS, {"since": newest - WAITING_WINDOW}):
        ended = answered_at or closed_at or moment
        waits[category_id].append((max(0.0, (ended - asked_at).total_seconds()), answered_at is not None))
    found = {}
    for category_id, times in waits.items():
        seconds = survival_quantile(survival_curve(times)) if len(times) >= LEAST_QUESTIONS else None
        if seconds is not None:
            found[category_id] = max(1, round(seconds / 60))
    return found


def list_usual_waits(actor: Actor) -> tuple[UsualWait, ...]:
    """Return what is known of the categories the actor may read, in their order."""
    statement = (
        sa.select(Category.id, Category.name, Category.usual_answer_minutes)
        .where(visible_categories(actor))
        .order_by(Category.position, Category.name, Category.id)
    )
    return tuple(UsualWait(*row) for row in read(statement))
