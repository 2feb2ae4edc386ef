"""Hiding and restoring single answers, replies and comments. An accepted answer that is hidden stays accepted, uncounted."""

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.events import emit
from app.forum.events import CommentCurated, PostCurated
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update, get_post_for_update
from app.forum.services.checking import checked_reason
from app.forum.services.commenting import settle_comments
from app.forum.services.figures import settle


def hide_post(actor: Actor, *, post_id: int, reason: str) -> Post:
    """Take an answer or reply out of everybody's sight but the moderators'. Conflict for an opening text: hide its thread."""
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason, is_required=True)
    if post.kind == PostKind.OPENING:
        raise Conflict("Hide the thread instead of its opening text.")
    if post.hidden_at is not None:
        raise Conflict("This post is hidden already.")
    post.hidden_at, post.hidden_reason = now(), why
    return _done(actor, post, "hide", why)


def restore_post(actor: Actor, *, post_id: int, reason: str = "") -> Post:
    """Show a hidden post again (one that was still waiting for approval waits on)."""
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason)
    if post.hidden_at is None:
        raise Conflict("This post is not hidden.")
    post.hidden_at, post.hidden_reason = None, ""
    return _done(actor, post, "restore", why)


def hide_comment(actor: Actor, *, comment_id: int, reason: str) -> Comment:
    """Take a comment out of everybody's sight but the moderators'."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason, is_required=True)
    if comment.hidden_at is not None:
        raise Conflict("This comment is hidden already.")
    comment.hidden_at, comment.hidden_reason = now(), why
    return _comment_done(actor, comment, "hide", why)


def restore_comment(actor: Actor, *, comment_id: int, reason: str = "") -> Comment:
    """Show a hidden comment again."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason)
    if comment.hidden_at is None:
        raise Conflict("This comment is not hidden.")
    comment.hidden_at, comment.hidden_reason = None, ""
    return _comment_done(actor, comment, "restore", why)


def _done(actor: Actor, post: Post, action: str, reason: str) -> Post:
    settle(post.thread)
    emit(PostCurated(post.thread_id, post.id, action, actor.id, reason))
    return post


def _comment_done(actor: Actor, comment: Comment, action: str, reason: str) -> Comment:
    post = comment.post
    settle_comments(post)
    emit(CommentCurated(post.thread_id, post.id, comment.id, action, actor.id, reason))
    return comment
