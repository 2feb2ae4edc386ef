"""Threads and posts that wait for a moderator: letting them through, turning them down, and putting them back to wait."""

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.events import emit
from app.forum.events import PostAdded, PostCurated, PostHeld, ThreadCurated, ThreadHeld, ThreadStarted
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_opening, get_post_for_update, get_thread_and_category_for_update
from app.forum.services.checking import checked_reason
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.mentioning import people_linked_in, tell_mentioned


def approve_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Let a waiting thread through: from now on it counts as started, and the people it mentions are told."""
    thread = _waiting_thread(actor, thread_id)
    why = checked_reason(reason)
    place = place_of(thread)
    thread.held_at = None
    move_counts(place, place_of(thread))
    settle(thread)
    post = get_opening(thread.id)
    emit(ThreadStarted(thread.id, post.id, thread.author_id))
    tell_mentioned(post, thread.author_id, people_linked_in(post.body_html))
    emit(ThreadCurated(thread.id, "approve", actor.id, why))
    return thread


def reject_thread(actor: Actor, *, thread_id: int, reason: str) -> Thread:
    """Turn a waiting thread down: it is hidden with the reason, and `restore_thread` puts it back to wait."""
    thread = _waiting_thread(actor, thread_id)
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
        raise Conflict("This thread is waiting for approval already.")
    place = place_of(thread)
    thread.held_at = now()
    move_counts(place, place_of(thread))
    settle(thread)
    emit(ThreadHeld(thread.id, thread.author_id))
    emit(ThreadCurated(thread.id, "hold", actor.id, why))
    return thread


def approve_post(actor: Actor, *, post_id: int, reason: str = "") -> Post:
    """Let a waiting answer or reply through: from now on it counts as added, and the people it mentions are told."""
    post = _waiting_post(actor, post_id)
    why = checked_reason(reason)
    post.held_at = None
    settle(post.thread)
    emit(PostAdded(post.thread_id, post.id, post.author_id))
    tell_mentioned(post, post.author_id, people_linked_in(post.body_html))
    emit(PostCurated(post.thread_id, post.id, "approve", actor.id, why))
    return post


def reject_post(actor: Actor, *, post_id: int, reason: str) -> Post:
    """Turn a waiting post down: it is hidden with the reason, and `restore_post` puts it back to wait."""
    post = _waiting_post(actor, post_id)
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
        raise Conflict("Hold the thread instead of its opening text.")
    if post.held_at is not None:
        raise Conflict("This post is waiting for approval already.")
    post.held_at = now()
    settle(post.thread)
    emit(PostHeld(post.thread_id, post.id, post.author_id))
    emit(PostCurated(post.thread_id, post.id, "hold", actor.id, why))
    return post


def _waiting_thread(actor: Actor, thread_id: int) -> Thread:
    thread = get_thread_and_category_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    if thread.held_at is None or thread.hidden_at is not None:
        raise Conflict("This thread is not waiting for approval any more.")
    return thread


def _waiting_post(actor: Actor, post_id: int) -> Post:
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    if post.held_at is None or post.hidden_at is not None:
        raise Conflict("This post is not waiting for approval any more.")
    return post
