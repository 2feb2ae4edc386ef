"""Background work of the desk, each in short units of work: looking after the queue, and deriving it anew."""

import logging
from datetime import timedelta
from typing import Any

from app.core.uow import unit_of_work
from app.desk.queries.facts import has_unknown, list_open_items
from app.desk.services.assigning import assign_by_rules
from app.desk.services.escalating import escalate_overdue
from app.desk.services.rules import APPLY_JOB
from app.desk.services.settling import BATCH, RESETTLE_JOB, adopt, reorder_affected, resettle_some

logger = logging.getLogger(__name__)
TICK_JOB = "desk.tick"
TICK_EVERY = timedelta(minutes=10)
RESETTLE_EVERY = timedelta(days=1)
# One run ends after so many batches, so that a large import does not keep other work waiting; the next run goes on.
MOST_BATCHES = 250

__all__ = ["APPLY_JOB", "RESETTLE_EVERY", "RESETTLE_JOB", "TICK_EVERY", "TICK_JOB", "apply_job", "resettle_job", "tick_job"]


def tick_job(_payloads: list[dict[str, Any]]) -> None:
    """Take in questions that came in without an event, put affected ones in order, escalate what waited too long."""
    if has_unknown():
        _adopt_all()
    for step in (reorder_affected, escalate_overdue):
        for _ in range(MOST_BATCHES):
            with unit_of_work():
                done = step()
            if not done:
                break


def _adopt_all() -> None:
    after_id = 0
    for _ in range(MOST_BATCHES):
        with unit_of_work():
            after_id = adopt(after_id)
        if not after_id:
            break


def resettle_job(_payloads: list[dict[str, Any]]) -> None:
    """Derive all open items anew (after the hours changed, and once a day), and log how many were wrong."""
    after_id, wrong = 0, 0
    while True:
        with unit_of_work():
            after_id, differing = resettle_some(after_id)
        wrong += differing
        if not after_id:
            break
    if wrong:
        logger.info("desk.resettled", extra={"items": wrong})


def apply_job(_payloads: list[dict[str, Any]]) -> None:
    """Let the rules decide about all open questions that nobody assigned by hand."""
    after_id, changed = 0, 0
    while True:
        with unit_of_work():
            ids = list_open_items(after_id, BATCH)
            changed += assign_by_rules(ids)
        if not ids:
            break
        after_id = ids[-1]
    logger.info("desk.rules_applied", extra={"items": changed})
