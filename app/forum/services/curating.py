"""What moderators do with threads: hide, lock, pin, move, close, each with its way back and an event that says who, what and why.

Every function locks, checks the policy, then the state (Conflict when it is so already: two moderators at once are told),
changes, settles the figures and emits ThreadCurated, whose `before` holds what undoing needs. (`is_one_of_many`: one decision
about many texts, logged and told by whoever made it.) Approving, duplicates, posts and
comments have modules of their own; this one names them all.
"""

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.forum.events import ThreadCurated
from app.forum.models import Thread
from app.forum.policies import can_see_category, ensure_can_moderate
from app.forum.queries.threads import get_categories_for_update, get_thread_and_category_for_update, get_thread_for_update
from app.forum.services.approving import approve_post, approve_thread, hold_post, hold_thread, reject_post, reject_thread
from app.forum.services.archiving import archive_thread, unarchive_thread
from app.forum.services.carding import pin_card, repin_card, undo_card, unpin_card
from app.forum.services.curating_posts import (
    approve_comment,
    hide_comment,
    hide_post,
    hold_comment,
    reject_comment,
    restore_comment,
    restore_post,
)
from app.forum.services.duplicates import close_as_duplicate, sync_group, undo_duplicate
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.pacing import slow_thread
from app.forum.services.promoting_marks import mark_promoted, unmark_promoted
from app.forum.services.relocating import ensure_not_moved_on

__all__ = [
    "approve_comment", "approve_post", "approve_thread", "archive_thread", "close_as_duplicate", "close_thread",
    "hide_comment", "hide_post", "hide_thread", "hold_comment", "hold_post", "hold_thread", "lock_thread", "mark_promoted",
    "move_thread", "pin_card", "pin_thread", "reject_comment", "reject_post", "reject_thread", "reopen_thread", "repin_card",
    "restore_comment", "restore_post", "restore_thread", "slow_thread", "unarchive_thread", "undo_card", "undo_duplicate",
    "unlock_thread", "unmark_promoted", "unpin_card", "unpin_thread",
]  # fmt: skip


def hide_thread(actor: Actor, *, thread_id: int, reason: str, is_one_of_many: bool = False) -> Thread:
    """Take a thread out of everybody's sight but the moderators'; `restore_thread` brings it back."""
    thread = get_thread_and_category_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason, is_required=True)
    if thread.hidden_at is not None:
        raise Conflict(_("This thread is hidden already."))
    place = place_of(thread)
    thread.hidden_at, thread.hidden_reason = now(), why
    move_counts(place, place_of(thread))
    return _done(actor, thread, "hide", why, is_one_of_many=is_one_of_many)


def restore_thread(actor: Actor, *, thread_id: int, reason: str = "", is_one_of_many: bool = False) -> Thread:
    """Show a hidden thread again (one that was still waiting for approval waits on). `before`: why it was hidden."""
    thread = get_thread_and_category_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    if thread.hidden_at is None:
        raise Conflict(_("This thread is not hidden."))
    ensure_not_moved_on(thread)
    place, before = place_of(thread), thread.hidden_reason
    thread.hidden_at, thread.hidden_reason = None, ""
    move_counts(place, place_of(thread))
    return _done(actor, thread, "restore", why, before, is_one_of_many)


def lock_thread(actor: Actor, *, thread_id: int, reason: str = "", note: str = "") -> Thread:
    """Take no more posts. `note` is shown to readers; without one, the reason is."""
    thread = _moderated(actor, thread_id)
    why = checked_reason(reason)
    if thread.locked_at is not None:
        raise Conflict(_("This thread is locked already."))
    thread.locked_at, thread.lock_note = now(), checked_reason(note) or why
    return _done(actor, thread, "lock", why)


def unlock_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Take posts again. `before`: the note of the lock."""
    thread = _moderated(actor, thread_id)
    why = checked_reason(reason)
    if thread.locked_at is None:
        raise Conflict(_("This thread is not locked."))
    before = thread.lock_note
    thread.locked_at, thread.lock_note = None, ""
    return _done(actor, thread, "unlock", why, before)


def pin_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Show a thread first in its category."""
    return _pin(actor, thread_id, reason, is_pinned=True)


def unpin_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Sort a thread among the others again."""
    return _pin(actor, thread_id, reason, is_pinned=False)


def move_thread(actor: Actor, *, thread_id: int, category_id: int, reason: str = "") -> Thread:
    """Move a thread to another category that the moderator can read. `before`: the id of the old one.

    Raises Invalid("category") for one that the actor may not know.
    """
    thread = get_thread_and_category_for_update(thread_id, category_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    target = get_categories_for_update([category_id]).get(category_id)
    if target is None or not can_see_category(actor, target):
        raise Invalid(_("Please choose one of the categories."), field="category")
    if thread.category_id == target.id:
        raise Conflict(_("This thread is in “%(name)s” already.", name=target.name))
    place, before = place_of(thread), str(thread.category_id)
    thread.category = target
    thread.category_id = target.id
    move_counts(place, place_of(thread))
    return _done(actor, thread, "move", why, before)


def close_thread(actor: Actor, *, thread_id: int, reason: str) -> Thread:
    """Close a thread: no new posts, and its status is closed. The reason is shown to readers."""
    thread = _moderated(actor, thread_id)
    why = checked_reason(reason, is_required=True)
    if thread.closed_at is not None:
        raise Conflict(_("This thread is closed already."))
    thread.closed_at, thread.close_reason = now(), why
    return _done(actor, thread, "close", why)


def reopen_thread(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Open a closed thread again. `before`: why it was closed. Raises Conflict for duplicates, which have their own undo."""
    thread = _moderated(actor, thread_id)
    why = checked_reason(reason)
    if thread.duplicate_of_id is not None:
        raise Conflict(_("This thread is closed as a duplicate. Undo that instead."))
    if thread.closed_at is None:
        raise Conflict(_("This thread is open."))
    before = thread.close_reason
    thread.closed_at, thread.close_reason = None, ""
    return _done(actor, thread, "reopen", why, before)


def _moderated(actor: Actor, thread_id: int) -> Thread:
    thread = get_thread_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    return thread


def _pin(actor: Actor, thread_id: int, reason: str, *, is_pinned: bool) -> Thread:
    thread = _moderated(actor, thread_id)
    why = checked_reason(reason)
    if thread.is_pinned == is_pinned:
        raise Conflict(_("This thread is pinned already.") if is_pinned else _("This thread is not pinned."))
    thread.is_pinned = is_pinned
    return _done(actor, thread, "pin" if is_pinned else "unpin", why)


def _done(actor: Actor, thread: Thread, action: str, reason: str, before: str = "", is_one_of_many: bool = False) -> Thread:
    settle(thread)
    if thread.duplicate_of_id is not None:
        sync_group(thread)
    emit(ThreadCurated(thread.id, action, actor.id, reason, before, is_one_of_many))
    return thread
