"""Telling when a question has waited too long in working hours. Who is told, and how, is decided by whoever hears of it."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.clock import now
from app.core.events import emit
from app.core.uow import require_unit_of_work
from app.desk.calendar import WorkingHours, working_minutes_between, working_moment_before
from app.desk.events import QuestionEscalated, QuestionsEscalated
from app.desk.models import DeskItem
from app.desk.queries.calendar import load_hours
from app.desk.queries.facts import get_items_for_update, list_overdue_clocks
from app.desk.terms import desk_terms
from app.forum.queries.threads import get_threads_for_update

logger = logging.getLogger(__name__)
# Enough for whatever a site that stood still for some days has to tell of: people hear of what is escalated at once in one word.
BATCH = 500
# What has been due for longer and was never told of is backlog: escalation was off, or what stopped the clock went away long after.
TELL_WITHIN = timedelta(days=7)


def escalate_overdue(limit: int = BATCH) -> int:
    """Escalate up to `limit` questions whose clock has run out within TELL_WITHIN, oldest first, and return how many there were.

    Each is told of once; again only when it comes back after it was answered. Several workers never tell twice: the item
    is locked, and looked at again under the lock.
    """
    require_unit_of_work()
    terms, moment = desk_terms(), now()
    if not terms.is_escalating:
        return 0
    hours = load_hours()
    cutoff = working_moment_before(hours, moment, terms.escalate_after)
    ids = list_overdue_clocks(working_moment_before(hours, moment - TELL_WITHIN, terms.escalate_after), cutoff, limit)
    if not ids:
        return 0
    get_threads_for_update(ids)
    items = get_items_for_update(ids)
    due = [item for item in (items[id] for id in ids if id in items) if _is_due(item, cutoff)]
    for item in due:
        _escalate(item, hours, moment)
    _tell(due)
    return len(ids)


def _is_due(item: DeskItem, cutoff: datetime) -> bool:
    return item.escalated_at is None and item.clock_since is not None and item.clock_since <= cutoff


def _escalate(item: DeskItem, hours: WorkingHours, moment: datetime) -> None:
    assert item.clock_since is not None
    item.escalated_at = moment
    waited = working_minutes_between(hours, item.clock_since, moment)
    emit(QuestionEscalated(item.thread_id, item.group_id, item.assignee_id, waited, moment))


def _tell(due: Sequence[DeskItem]) -> None:
    """Say once to everybody in charge what of theirs was escalated, the longest waiting first."""
    charges: dict[tuple[int | None, int | None], list[int]] = {}
    for item in due:
        charges.setdefault((item.group_id, item.assignee_id), []).append(item.thread_id)
    for (group_id, assignee_id), thread_ids in charges.items():
        emit(QuestionsEscalated(tuple(thread_ids), group_id, assignee_id))
    if due:
        logger.info("desk.escalated", extra={"questions": len(due), "longest_waiting": due[0].thread_id})
