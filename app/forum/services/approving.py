"""Threads and posts that wait for a moderator: letting them through, turning them down, and putting them back to wait.

A text that waits since it arrived counts as new when it is let through. One that was seen before (a change of it, or a moderator,
made it wait) is only seen again: nobody is told of it twice. Who decides names the revision they read, and is told when the text
changed since.
"""

from datetime import datetime

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.reasons import checked_reason
from app.forum.events import PostAdded, PostCurated, PostHeld, ThreadCurated, ThreadHeld, ThreadStarted
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import find_shown_text, get_opening, get_post_for_update, get_thread_and_category_for_update
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.mentioning import people_linked_in, people_new_in, tell_mentioned
from app.forum.services.waiting import end_wait


class TextChanged(Conflict):
    """Whoever decides read another text than the one that stands there now."""

    default_message = lazy_gettext("The text changed after you opened it. Please read it again before you decide.")


def ensure_read(revision: int, read: int | None) -> None:
    """Raise TextChanged unless `read` is the number of the text that stands there, or None: it was read a moment ago."""
    if read is not None and read != revision:
        raise TextChanged


def is_first_showing(held_at: datetime, created_at: datetime) -> bool:
    """Whether a text that waits was never seen: it waits since it arrived."""
    return held_at <= created_at


def approve_thread(actor: Actor, *, thread_id: int, reason: str = "", revision: int | None = None) -> Thread:
    """Let a waiting thread through: from now on it counts as started, and the people it mentions are told.

    `revision`: the one of its opening text that the moderator read; TextChanged when it is not the newest.
    """
    thread, held_at = _waiting_thread(actor, thread_id)
    why, post = checked_reason(reason), get_opening(thread.id)
    ensure_read(post.revision, revision)
    place = place_of(thread)
    thread.held_at = None
    move_counts(place, place_of(thread))
    _hear_author(thread, post, held_at)
    settle(thread)
    if is_first_showing(held_at, thread.created_at):
        emit(ThreadStarted(thread.id, post.id, thread.author_id))
    _tell_named(post, held_at)
    emit(ThreadCurated(thread.id, "approve", actor.id, why))
    return thread


def reject_thread(actor: Actor, *, thread_id: int, reason: str, revision: int | None = None) -> Thread:
    """Turn a waiting thread down: it is hidden with the reason, and `restore_thread` puts it back to wait."""
    thread, _held_at = _waiting_thread(actor, thread_id)
    ensure_read(get_opening(thread.id).revision, revision)
    why = checked_reason(reason, is_required=True)
    thread.hidden_at, thread.hidden_reason = now(), why
    settle(thread)
    emit(ThreadCurated(thread.id, "reject", actor.id, why))
    return thread


def hold_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Put a thread (back) to wait for approval: the undo of `approve_thread`."""
    thread = get_thread_and_category_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    if thread.held_at is not None:
        raise Conflict(_("This thread is waiting for approval already."))
    place = place_of(thread)
    thread.held_at = now()
    move_counts(place, place_of(thread))
    settle(thread)
    emit(ThreadHeld(thread.id, thread.author_id))
    emit(ThreadCurated(thread.id, "hold", actor.id, why))
    return thread


def approve_post(actor: Actor, *, post_id: int, reason: str = "", revision: int | None = None) -> Post:
    """Let a waiting answer or reply through: from now on it counts as added, and the people it mentions are told.

    `revision`: the one that the moderator read; TextChanged when it is not the newest.
    """
    post, held_at = _waiting_post(actor, post_id)
    ensure_read(post.revision, revision)
    why = checked_reason(reason)
    post.held_at = None
    _hear_author(post.thread, post, held_at)
    settle(post.thread)
    if is_first_showing(held_at, post.created_at):
        emit(PostAdded(post.thread_id, post.id, post.author_id))
    _tell_named(post, held_at)
    emit(PostCurated(post.thread_id, post.id, "approve", actor.id, why))
    return post


def reject_post(actor: Actor, *, post_id: int, reason: str, revision: int | None = None) -> Post:
    """Turn a waiting post down: it is hidden with the reason, and `restore_post` puts it back to wait."""
    post, _held_at = _waiting_post(actor, post_id)
    ensure_read(post.revision, revision)
    why = checked_reason(reason, is_required=True)
    post.hidden_at, post.hidden_reason = now(), why
    settle(post.thread)
    emit(PostCurated(post.thread_id, post.id, "reject", actor.id, why))
    return post


def hold_post(actor: Actor, *, post_id: int, reason: str = "") -> Post:
    """Put an answer or reply (back) to wait for approval: the undo of `approve_post`."""
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason)
    if post.kind == PostKind.OPENING:
        raise Conflict(_("Hold the thread instead of its opening text."))
    if post.held_at is not None:
        raise Conflict(_("This post is waiting for approval already."))
    post.held_at = now()
    settle(post.thread)
    emit(PostHeld(post.thread_id, post.id, post.author_id))
    emit(PostCurated(post.thread_id, post.id, "hold", actor.id, why))
    return post


def _hear_author(thread: Thread, post: Post, held_at: datetime) -> None:
    """What its author wrote counts as written now that it is seen: it ends waiting as it would have when it came."""
    is_first = is_first_showing(held_at, post.created_at)
    if is_first or (post.edited_at is not None and post.edited_at >= held_at and post.edited_by_id == post.author_id):
        author = Actor(id=post.author_id)
        end_wait(thread, author, is_answer=is_first and post.kind == PostKind.ANSWER)


def _tell_named(post: Post, held_at: datetime) -> None:
    """Tell the people whom a text names; of one that was seen before, those whom what was seen did not name."""
    if is_first_showing(held_at, post.created_at):
        named = people_linked_in(post.body_html)
    else:
        named = people_new_in(post.body_html, find_shown_text(post.id, held_at))
    tell_mentioned(post, post.author_id, named)


def _waiting_thread(actor: Actor, thread_id: int) -> tuple[Thread, datetime]:
    thread = get_thread_and_category_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    if thread.held_at is None or thread.hidden_at is not None:
        raise Conflict(_("This thread is not waiting for approval any more."))
    return thread, thread.held_at


def _waiting_post(actor: Actor, post_id: int) -> tuple[Post, datetime]:
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    if post.held_at is None or post.hidden_at is not None:
        raise Conflict(_("This post is not waiting for approval any more."))
    return post, post.held_at
