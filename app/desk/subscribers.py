"""What the desk makes of facts of the forum. Handlers run in the transaction of the fact, under the thread's lock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.core.db import db
from app.core.events import Event
from app.desk.models import DeskState, WaitingReason
from app.desk.queries.facts import find_item, load_facts
from app.desk.services.assigning import assign_by_rule
from app.desk.services.settling import drop_item, is_untouched, settle_item, take_back_return
from app.desk.services.taking import release_answered
from app.forum.events import (
    AskerStillStuck,
    CommentCurated,
    PostAdded,
    PostCurated,
    PostsMoved,
    StatusChanged,
    StillStuckWithdrawn,
    ThreadCurated,
    ThreadHeld,
    ThreadStarted,
)
from app.forum.models import Post, Thread
from app.forum.models.thread import Status

_ENDED = frozenset({Status.SOLVED, Status.CLOSED})
_SETTLED = _ENDED | {Status.LIKELY_SOLVED}


def put_on_desk(event: ThreadStarted) -> None:
    """A new question stands in the queue, and the rules say who is in charge of it."""
    if settle_item(event.thread_id) is not None:
        assign_by_rule(event.thread_id)


def look_after_held(event: ThreadHeld) -> None:
    """What has to be read first is nobody's task."""
    settle_item(event.thread_id)


def look_after_post(event: PostAdded) -> None:
    """An answer may end the waiting; whoever took the question is done with it."""
    thread, post = db.session.get(Thread, event.thread_id), db.session.get(Post, event.post_id)
    if thread is not None and post is not None and not is_untouched(thread, post):
        release_answered(settle_item(event.thread_id), event.author_id)


def look_after_status(event: StatusChanged) -> None:
    """A question that is disputed, replied to or reopened comes back; one that is solved or closed leaves."""
    _bring_back(event.thread_id, _why_back(event))


def bring_back_stuck(event: AskerStillStuck) -> None:
    """Somebody who was asked says that the answers do not help."""
    _bring_back(event.thread_id, WaitingReason.STUCK, event.said_at)


def take_back_stuck(event: StillStuckWithdrawn) -> None:
    """It was a mistake, or it is settled: the question waits no longer for that."""
    take_back_return(event.thread_id, WaitingReason.STUCK)


def look_after_decision(event: ThreadCurated) -> None:
    """Hidden, restored, closed: the queue follows. In another category other rules may hold. A discussion is nobody's task."""
    if event.action == "to_discussion":
        drop_item(event.thread_id)
    elif settle_item(event.thread_id) is not None and event.action in ("move", "restore", "to_question", "unmerge"):
        assign_by_rule(event.thread_id)


def look_after_post_decision(event: PostCurated) -> None:
    """A hidden answer answers nothing; a restored one does again."""
    settle_item(event.thread_id)


def look_after_comment_decision(event: CommentCurated) -> None:
    """A comment that became an answer, or was one, changes who waits for whom."""
    settle_item(event.thread_id)


def look_after_moved(event: PostsMoved) -> None:
    """Answers that left one question and came to another count there; a new question gets somebody in charge."""
    settle_item(event.thread_id)
    item = settle_item(event.new_thread_id)
    if item is not None and item.assignee_id is None and item.group_id is None:
        assign_by_rule(event.new_thread_id)


def _bring_back(thread_id: int, reason: WaitingReason | None, said_at: datetime | None = None) -> None:
    """Settle a question that may come back; when nobody is in charge of it (it is older than the rules), they decide now."""
    item = settle_item(thread_id, reason, said_at)
    if item is not None and reason is not None and item.assignee_id is None and item.group_id is None:
        assign_by_rule(thread_id)


def _why_back(event: StatusChanged) -> WaitingReason | None:
    """Return why a change of status brings a question back, or None."""
    old, new = event.old_status, event.new_status
    if new in _SETTLED or new == Status.NEEDS_INFO:
        return None
    if new == Status.DISPUTED:
        return WaitingReason.DISPUTED
    if old in _ENDED:
        return WaitingReason.REOPENED
    if old == Status.LIKELY_SOLVED or (old == Status.NEEDS_INFO and not _answered_meanwhile(event.thread_id)):
        return WaitingReason.REPLIED
    return None


def _answered_meanwhile(thread_id: int) -> bool:
    """Whether an answer, not the asker, ended the waiting for more information."""
    item, facts = find_item(thread_id), load_facts([thread_id]).get(thread_id)
    if item is None or facts is None or item.state != DeskState.ASKER or item.since is None:
        return False
    return facts.last_answer_at is not None and facts.last_answer_at > item.since


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (ThreadStarted, put_on_desk),
    (ThreadHeld, look_after_held),
    (PostAdded, look_after_post),
    (StatusChanged, look_after_status),
    (AskerStillStuck, bring_back_stuck),
    (StillStuckWithdrawn, take_back_stuck),
    (ThreadCurated, look_after_decision),
    (PostCurated, look_after_post_decision),
    (CommentCurated, look_after_comment_decision),
    (PostsMoved, look_after_moved),
)
