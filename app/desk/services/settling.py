"""Keeping the desk's items true: the only code that derives and writes them. Callers hold the lock on the thread.

Apart from assignment and lock, everything in an item follows from the thread, its answers and when it last came back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.clock import now
from app.core.db import db
from app.core.uow import require_unit_of_work
from app.desk.calendar import WorkingHours, add_working_time, working_moment_before
from app.desk.models import DeskItem, DeskState, WaitingReason
from app.desk.queries.calendar import load_hours
from app.desk.queries.facts import (
    DeskFacts,
    find_state,
    get_items_for_update,
    list_affected_more,
    list_open_items,
    list_unknown,
    load_facts,
)
from app.desk.terms import desk_terms
from app.desk.turns import SETTLED, Turn, derive_turn, expected_time
from app.forum.models import Post, Thread
from app.forum.models.thread import Status
from app.forum.queries.threads import get_threads_for_update

BATCH = 200
# Deriving all open items anew in the background: the hours changed, or a day has passed.
RESETTLE_JOB = "desk.resettle"


def settle_item(thread_id: int, returned: WaitingReason | None = None, said_at: datetime | None = None) -> DeskItem | None:
    """Derive the item of a locked thread anew and return it; None for a discussion.

    `returned` says that the question comes back now, and why: its clocks begin again, unless it waits for that already.
    `said_at` is when the word began that brings it back: what brought it back since was the same word.
    """
    require_unit_of_work()
    facts = load_facts([thread_id]).get(thread_id)
    if facts is None:
        return None
    item = get_items_for_update([thread_id]).get(thread_id) or _new_item(facts)
    if returned is not None and (item.state, item.waiting_reason) != (DeskState.WAITING, returned):
        if said_at is None or item.returned_at is None or item.returned_at < said_at:
            item.before_return = _remember(item)
        item.returned_at, item.waiting_reason = now(), returned
        item.escalated_at, item.is_backlog = None, False
    with db.session.no_autoflush:  # an item that waits has a due date: it is written whole
        if _write_turn(item, facts, now()):
            _write_due(item, facts, load_hours())
    db.session.flush()
    return item


def is_untouched(thread: Thread, post: Post) -> bool:
    """Whether a new post in a locked thread changes nothing about its item: a reply in a discussion, or one more answer that is not
    official to what is answered or settled already, and nobody has taken."""
    if not thread.is_question:
        return True
    found = find_state(thread.id)
    if found is None or found[1] is not None or post.is_official:
        return False
    is_done = found[0] == DeskState.DONE and thread.status in SETTLED
    return is_done or (found[0] == DeskState.ANSWERED and thread.status == Status.ANSWERED)


def drop_item(thread_id: int) -> None:
    """Forget the item of a locked thread: it is no question any more."""
    for item in get_items_for_update([thread_id]).values():
        db.session.delete(item)
    db.session.flush()


def take_back_return(thread_id: int, reason: WaitingReason) -> None:
    """Put the item of a locked thread back to what it was before it came back for `reason`, if that is why it last came back."""
    item = get_items_for_update([thread_id]).get(thread_id)
    if item is None or item.waiting_reason != reason or item.before_return is None:
        return
    before, item.before_return = item.before_return, None
    item.waiting_reason, item.is_backlog = before["reason"], before["is_backlog"]
    item.returned_at, item.escalated_at = (_moment(before[name]) for name in ("returned_at", "escalated_at"))
    settle_item(thread_id)


def _remember(item: DeskItem) -> dict[str, Any]:
    moments = {name: getattr(item, name) for name in ("returned_at", "escalated_at")}
    written = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {"reason": str(item.waiting_reason), "is_backlog": bool(item.is_backlog), **written}


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def adopt(after_id: int = 0, limit: int = BATCH) -> int:
    """Give items to the next open questions that the desk has not seen (imports); return the last one's id, 0 at the end.

    What has waited longer than the escalation limit by now is backlog: it stands in the queue and is not escalated.
    """
    require_unit_of_work()
    ids = list_unknown(after_id, limit)
    if not ids:
        return 0
    get_threads_for_update(ids)
    hours, moment, terms = load_hours(), now(), desk_terms()
    cutoff = working_moment_before(hours, moment, terms.escalate_after) if terms.is_escalating else moment
    seen = get_items_for_update(ids)
    for thread_id, facts in load_facts(ids).items():
        item = seen.get(thread_id) or _new_item(facts)
        if facts.status == Status.DISPUTED:
            item.returned_at, item.waiting_reason = facts.modified_at, WaitingReason.DISPUTED
        _write_turn(item, facts, facts.last_activity_at)
        _write_due(item, facts, hours)
        item.is_backlog = item.clock_since is not None and item.clock_since <= cutoff
    db.session.flush()
    return ids[-1]


def resettle(ids: Sequence[int]) -> int:
    """Derive the items of these threads anew, due dates included; return how many had been wrong."""
    require_unit_of_work()
    if not ids:
        return 0
    get_threads_for_update(list(ids))
    hours, wrong = load_hours(), 0
    facts = load_facts(ids)
    for thread_id, item in get_items_for_update(ids).items():
        before = (item.state, item.since, item.due_at, item.clock_since)
        if thread_id in facts:
            _write_turn(item, facts[thread_id], now())
            _write_due(item, facts[thread_id], hours)
        wrong += before != (item.state, item.since, item.due_at, item.clock_since)
    db.session.flush()
    return wrong


def resettle_some(after_id: int, limit: int = BATCH) -> tuple[int, int]:
    """Derive the next open items after a thread's id anew; return (the last id, how many were wrong), (0, 0) at the end."""
    ids = list_open_items(after_id, limit)
    return (ids[-1], resettle(ids)) if ids else (0, 0)


def reorder_affected(limit: int = BATCH) -> int:
    """Bring questions forward (or back) whose number of affected people changed; return how many there were."""
    ids = list_affected_more(limit)
    resettle(ids)
    return len(ids)


def _new_item(facts: DeskFacts) -> DeskItem:
    item = DeskItem(
        thread_id=facts.thread_id, state=DeskState.DONE, waiting_reason=WaitingReason.NEW, affected_count=0, is_backlog=False,
        note="",
    )  # fmt: skip
    db.session.add(item)
    return item


def _write_turn(item: DeskItem, facts: DeskFacts, moment: datetime) -> bool:
    """Write whose turn it is and return whether the due date must be looked at."""
    turn = derive_turn(facts.as_turn_facts(item.returned_at))
    since = _since(item, turn, moment)
    is_changed = (item.state, item.since, item.affected_count) != (turn.state, since, facts.affected_count)
    item.state, item.since, item.clock_since = turn.state, since, turn.clock_since
    if turn.state == DeskState.DONE:
        item.taken_by_id = item.taken_at = item.taken_until = None
    if turn.state != DeskState.WAITING:
        item.due_at = None
    return is_changed


def _since(item: DeskItem, turn: Turn, moment: datetime) -> datetime | None:
    """The asker's turn begins when we first see it; it does not begin again while it lasts."""
    if turn.state != DeskState.ASKER:
        return turn.since
    return item.since if item.state == DeskState.ASKER and item.since is not None else moment


def _write_due(item: DeskItem, facts: DeskFacts, hours: WorkingHours) -> None:
    item.affected_count = facts.affected_count
    if item.state != DeskState.WAITING or item.since is None:
        return
    expected = expected_time(facts.usual_minutes, facts.affected_count, desk_terms().escalate_after)
    item.due_at = add_working_time(hours, item.since, expected)
