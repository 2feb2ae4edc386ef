"""Closing a thread in favour of another. Groups are one level deep: every duplicate names the original itself."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import REASON_MAX, checked_reason
from app.forum.events import ThreadCurated
from app.forum.models import Thread
from app.forum.policies import can_see_thread, ensure_can_moderate, is_as_open
from app.forum.queries.threads import get_threads_for_update
from app.forum.services.figures import settle
from app.forum.services.proposing import note_joined, note_separated
from app.search.documents import THREAD, request_sync


def close_as_duplicate(actor: Actor, *, thread_id: int, original_id: int, reason: str = "") -> Thread:
    """Close a thread as a duplicate; its own duplicates follow it to the original. `before`: their ids, separated by commas.

    A named original that is a duplicate itself stands for its original. Raises NotFound, Forbidden, Conflict when it is a
    duplicate already, Invalid("original_id") for an original that is unknown, hidden, read by fewer people, or itself.
    """
    root_id, children = _root_of(original_id), _duplicates_of(thread_id)
    if root_id is None or root_id == thread_id:
        raise Invalid(_("Please name another thread as the original."), field="original_id")
    threads = get_threads_for_update(sorted({thread_id, root_id, *children}))
    thread, original = threads[thread_id], threads[root_id]
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    ensure_can_join(actor, thread, original)
    if _duplicates_of(thread_id) != children:
        raise Conflict
    before = ",".join(map(str, children))
    if len(before) > REASON_MAX:
        raise Conflict(_("Too many threads are closed as duplicates of this one. Close the other one as its duplicate instead."))
    for child in children:
        threads[child].duplicate_of_id = root_id
    if thread.closed_at is None:
        thread.closed_at = now()
    thread.duplicate_of_id = root_id
    note_joined(actor, thread_id, root_id)
    _settle_all(threads)
    emit(ThreadCurated(thread_id, "duplicate", actor.id, why, before))
    return thread


def undo_duplicate(actor: Actor, *, thread_id: int, reason: str = "", give_back: str = "", differs: bool = False) -> Thread:
    """Open a duplicate again. `before`: the original's id.

    `give_back` is the `before` of the closing: the threads that followed it to the original come back with it.
    With `differs` somebody looked at both, and the pair is not proposed again.
    Raises NotFound, Forbidden, Conflict when it is no duplicate any more.
    """
    original_id = db.session.scalar(sa.select(Thread.duplicate_of_id).where(Thread.id == thread_id))
    followers = [int(part) for part in give_back.split(",") if part.strip().isdigit()]
    wanted = {thread_id, *followers} | ({original_id} if original_id is not None else set())
    threads = get_threads_for_update(sorted(wanted))
    thread = threads[thread_id]
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    if original_id is None or thread.duplicate_of_id != original_id:
        raise Conflict(_("This thread is not closed as a duplicate any more."))
    for follower in followers:
        if threads[follower].duplicate_of_id == original_id:
            threads[follower].duplicate_of_id = thread_id
    thread.duplicate_of_id = None
    note_separated(actor, thread_id, differs=differs, reason=why)
    if not thread.close_reason:  # one that was closed with a reason before it became a duplicate stays closed
        thread.closed_at = None
    _settle_all(threads)
    emit(ThreadCurated(thread_id, "unduplicate", actor.id, why, str(original_id)))
    return thread


def sync_group(thread: Thread) -> None:
    """Have the index follow the other threads of the group: they carry this one's title as a wording."""
    if thread.duplicate_of_id is not None:
        request_sync(THREAD, thread.duplicate_of_id)


def _root_of(thread_id: int) -> int | None:
    """Return the thread itself, or the one it is a duplicate of (imported chains are followed; a circle ends where it began)."""
    seen: set[int] = set()
    while thread_id not in seen:
        seen.add(thread_id)
        row = db.session.execute(sa.select(Thread.duplicate_of_id).where(Thread.id == thread_id)).first()
        if row is None:
            return None
        if row.duplicate_of_id is None:
            return thread_id
        thread_id = row.duplicate_of_id
    return None


def _duplicates_of(thread_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(Thread.id).where(Thread.duplicate_of_id == thread_id).order_by(Thread.id)))


def ensure_can_join(actor: Actor, thread: Thread, original: Thread) -> None:
    """Raise Conflict or Invalid("original_id") unless a thread can be joined to this main thread; both with their categories."""
    if thread.duplicate_of_id is not None:
        raise Conflict(_("This thread is closed as a duplicate already."))
    if not can_see_thread(actor, original) or not original.is_listed:
        raise Invalid(_("Please name another thread as the original."), field="original_id")
    if original.duplicate_of_id is not None:
        raise Conflict
    if original.kind != thread.kind:
        raise Invalid(
            _("A question can only be a duplicate of a question, a discussion only of a discussion."), field="original_id"
        )
    if not is_as_open(original.category.audience, thread.category.audience):
        raise Invalid(_("Not everybody who reads this thread may read that one."), field="original_id")


def _settle_all(threads: dict[int, Thread]) -> None:
    for _id, thread in sorted(threads.items()):
        settle(thread)
