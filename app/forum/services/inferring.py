"""Inferring that a question is probably solved, as an event of its own kind and voice; and taking that back without a ground.

The job `forum.infer` does it daily. Each question is one unit of work; running it again changes nothing.
"""

import logging
from collections.abc import Callable
from typing import Any

from app.core.clock import now
from app.core.db import db
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.inference import Ground, Rules, find_grounds
from app.forum.models import Outcome, Thread
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.models.thread import Status
from app.forum.queries.inference import Known, list_candidates, load_known
from app.forum.queries.threads import get_threads_for_update
from app.forum.services.figures import settle
from app.forum.services.waiting import withdraw_by_inference
from app.jobs.queue import enqueue

INFER_JOB = "forum.infer"
BATCH = 200
# So many questions change in one run at most; the job then goes on where it ended.
MOST_CHANGES = 500
GROUND_GONE = lazy_gettext("What spoke for a solution does not any more")

logger = logging.getLogger(__name__)


class Inferred(Struct, frozen=True):
    """How many questions were looked at, became likely solved, and are not any more; `next_id` when there is more to do."""

    read: int = 0
    added: int = 0
    withdrawn: int = 0
    next_id: int | None = None


def infer_likely(rules: Rules, *, limit: int = MOST_CHANGES, after_id: int = 0) -> Inferred:
    """Look at the answered questions after this id, and change at most `limit` of them. Call it outside a unit of work."""
    read = added = withdrawn = 0
    while ids := list_candidates(after_id, BATCH):
        known = load_known(ids)
        db.session.rollback()  # reading is over; each change reads again under the lock
        for thread_id in ids:
            read, after_id = read + 1, thread_id
            if not _is_due(known[thread_id], rules):
                continue
            with unit_of_work():
                change = _review(thread_id, rules)
            added, withdrawn = added + (change > 0), withdrawn + (change < 0)
            if added + withdrawn >= limit:
                return Inferred(read, added, withdrawn, after_id)
    return Inferred(read, added, withdrawn)


def make_infer_handler(settings: Settings) -> Callable[[list[dict[str, Any]]], None]:
    """Return the handler of INFER_JOB for these settings."""
    rules = Rules(settings.likely_after_days, settings.likely_min_score)

    def handle(payloads: list[dict[str, Any]]) -> None:
        for payload in payloads:
            done = infer_likely(rules, after_id=int(payload.get("after_id", 0)))
            logger.info("forum.inferred", extra={"questions": done.read, "added": done.added, "withdrawn": done.withdrawn})
            if done.next_id is not None:
                with unit_of_work():
                    enqueue(INFER_JOB, {"after_id": done.next_id}, dedupe_key=f"{INFER_JOB}:{done.next_id}")

    return handle


def _is_due(known: Known, rules: Rules) -> bool:
    """Whether the standing inferences are not what the rules say now. One that still has a ground is kept as it is."""
    grounded = {ground.post_id for ground in find_grounds(known.circumstances(), rules, now())}
    about = list(known.inferred.values())
    return bool(set(about) - grounded) or len(about) > 1 or (not about and bool(grounded))


def _review(thread_id: int, rules: Rules) -> int:
    """Bring the inference about one question up to date under its lock: 1 when one was added, -1 when only taken back, else 0."""
    thread = get_threads_for_update([thread_id])[thread_id]
    known = load_known([thread_id])[thread_id]
    if thread.status not in (Status.ANSWERED, Status.LIKELY_SOLVED) or not thread.is_listed or not _is_due(known, rules):
        return 0
    grounds = find_grounds(known.circumstances(), rules, now())
    good = [event_id for event_id, post_id in known.inferred.items() if post_id in {g.post_id for g in grounds}]
    for event_id, post_id in known.inferred.items():
        if event_id not in good[:1]:
            withdraw_by_inference(thread, event_id, post_id, GROUND_GONE)
    is_added = bool(grounds) and not good
    if is_added:
        _infer(thread, grounds[0])
    settle(thread, is_content_changed=False)
    return 1 if is_added else -1


def _infer(thread: Thread, ground: Ground) -> None:
    db.session.add(
        Outcome(
            thread_id=thread.id, post_id=ground.post_id, kind=OutcomeKind.LIKELY, source=OutcomeSource.INFERENCE,
            voice=Voice.SYSTEM, reason=ground.reason, created_at=now(),
        )
    )  # fmt: skip
