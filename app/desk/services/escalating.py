"""Telling when a question has waited too long in working hours. Who is told, and how, is decided by whoever hears of it."""

import logging

from app.core.clock import now
from app.core.events import emit
from app.core.uow import require_unit_of_work
from app.desk.calendar import working_minutes_between, working_moment_before
from app.desk.events import QuestionEscalated
from app.desk.queries.calendar import load_hours
from app.desk.queries.facts import get_items_for_update, list_overdue_clocks
from app.desk.terms import desk_terms
from app.forum.queries.threads import get_threads_for_update

logger = logging.getLogger(__name__)
BATCH = 50


def escalate_overdue(limit: int = BATCH) -> int:
    """Escalate up to `limit` questions whose clock has run out, oldest first, and return how many there were.

    Each is told of once; again only when it comes back after it was answered. Several workers never tell twice: the item
    is locked, and looked at again under the lock.
    """
    require_unit_of_work()
    terms, moment = desk_terms(), now()
    if not terms.is_escalating:
        return 0
    hours = load_hours()
    cutoff = working_moment_before(hours, moment, terms.escalate_after)
    ids = list_overdue_clocks(cutoff, limit)
    if not ids:
        return 0
    get_threads_for_update(ids)
    items = get_items_for_update(ids).values()
    due = [item for item in items if item.escalated_at is None and item.clock_since is not None and item.clock_since <= cutoff]
    for item in due:
        assert item.clock_since is not None
        waited = working_minutes_between(hours, item.clock_since, moment)
        item.escalated_at = moment
        emit(QuestionEscalated(item.thread_id, item.group_id, item.assignee_id, waited, moment))
        logger.info("desk.escalated", extra={"thread_id": item.thread_id, "waited_working_minutes": waited})
    return len(ids)
