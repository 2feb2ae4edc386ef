"""Hiding and restoring single answers, replies and comments. An accepted answer that is hidden stays accepted, uncounted."""

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.forum.events import CommentAdded, CommentCurated, CommentHeld, PostCurated
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place
from app.forum.policies import ensure_can_moderate
from app.forum.queries.places import exists_redirect
from app.forum.queries.threads import get_comment_for_update, get_post_for_update
from app.forum.services.approving import ensure_read, is_first_showing
from app.forum.services.commenting import WAITING, settle_comments
from app.forum.services.figures import settle
from app.forum.services.mentioning import people_linked_in, tell_mentioned
from app.forum.services.waiting import end_wait


def hide_post(actor: Actor, *, post_id: int, reason: str, is_one_of_many: bool = False) -> Post:
    """Take an answer or reply out of everybody's sight but the moderators'. Conflict for an opening text: hide its thread."""
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason, is_required=True)
    if post.kind == PostKind.OPENING:
        raise Conflict(_("Hide the thread instead of its opening text."))
    if post.hidden_at is not None:
        raise Conflict(_("This post is hidden already."))
    post.hidden_at, post.hidden_reason = now(), why
    return _done(actor, post, "hide", why, is_one_of_many)


def restore_post(actor: Actor, *, post_id: int, reason: str = "", is_one_of_many: bool = False) -> Post:
    """Show a hidden post again (one that was still waiting for approval waits on)."""
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason)
    if post.hidden_at is None:
        raise Conflict(_("This post is not hidden."))
    _ensure_stands(Place.POST, post.id)
    post.hidden_at, post.hidden_reason = None, ""
    return _done(actor, post, "restore", why, is_one_of_many)


def hide_comment(actor: Actor, *, comment_id: int, reason: str, is_one_of_many: bool = False) -> Comment:
    """Take a comment out of everybody's sight but the moderators'."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason, is_required=True)
    if comment.hidden_at is not None:
        raise Conflict(_("This comment is hidden already."))
    comment.hidden_at, comment.hidden_reason = now(), why
    return _comment_done(actor, comment, "hide", why, is_one_of_many)


def restore_comment(actor: Actor, *, comment_id: int, reason: str = "", is_one_of_many: bool = False) -> Comment:
    """Show a hidden comment again."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason)
    if comment.hidden_at is None or comment.hidden_reason == WAITING:
        raise Conflict(_("This comment waits for approval.") if comment.held_at else _("This comment is not hidden."))
    _ensure_stands(Place.COMMENT, comment.id)
    comment.hidden_at, comment.hidden_reason = (now(), WAITING) if comment.held_at is not None else (None, "")
    return _comment_done(actor, comment, "restore", why, is_one_of_many)


def approve_comment(actor: Actor, *, comment_id: int, reason: str = "", revision: int | None = None) -> Comment:
    """Let a waiting comment through: from now on it counts as added, and the people it mentions are told.

    One that was seen before it was changed is only seen again. `revision`: which text the moderator read.
    """
    comment = _waiting_comment(actor, comment_id)
    ensure_read(comment.revision, revision)
    why, post = checked_reason(reason), comment.post
    is_first = is_first_showing(comment.held_at or now(), comment.created_at)
    comment.held_at, comment.hidden_at, comment.hidden_reason = None, None, ""
    if is_first:
        end_wait(post.thread, Actor(id=comment.author_id))
    _comment_done(actor, comment, "approve", why)
    if is_first:
        emit(CommentAdded(post.thread_id, post.id, comment.id, comment.author_id))
        tell_mentioned(post, comment.author_id, people_linked_in(comment.body_html), comment.id)
    return comment


def reject_comment(actor: Actor, *, comment_id: int, reason: str, revision: int | None = None) -> Comment:
    """Turn a waiting comment down: it stays hidden, with the reason, and `restore_comment` puts it back to wait."""
    comment = _waiting_comment(actor, comment_id)
    ensure_read(comment.revision, revision)
    comment.hidden_reason = checked_reason(reason, is_required=True)
    return _comment_done(actor, comment, "reject", comment.hidden_reason)


def hold_comment(actor: Actor, *, comment_id: int, reason: str = "") -> Comment:
    """Put a comment (back) to wait for approval: the undo of `approve_comment`."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason)
    if comment.held_at is not None:
        raise Conflict(_("This comment is waiting for approval already."))
    comment.held_at = comment.hidden_at = now()
    comment.hidden_reason = WAITING
    emit(CommentHeld(comment.post.thread_id, comment.post_id, comment.id, comment.author_id))
    return _comment_done(actor, comment, "hold", why)


def _waiting_comment(actor: Actor, comment_id: int) -> Comment:
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    if comment.held_at is None or comment.hidden_reason != WAITING:
        raise Conflict(_("This comment is not waiting for approval any more."))
    return comment


def _ensure_stands(place: Place, old_id: int) -> None:
    """Raise Conflict for what became something else: undoing that shows it again."""
    if exists_redirect(place, old_id):
        raise Conflict(_("It became something else, and stands there. Undo that in the log instead."))


def _done(actor: Actor, post: Post, action: str, reason: str, is_one_of_many: bool = False) -> Post:
    settle(post.thread)
    emit(PostCurated(post.thread_id, post.id, action, actor.id, reason, is_one_of_many=is_one_of_many))
    return post


def _comment_done(actor: Actor, comment: Comment, action: str, reason: str, is_one_of_many: bool = False) -> Comment:
    post = comment.post
    settle_comments(post)
    emit(CommentCurated(post.thread_id, post.id, comment.id, action, actor.id, reason, is_one_of_many=is_one_of_many))
    return comment
