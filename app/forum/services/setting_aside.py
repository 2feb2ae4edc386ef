"""Taking a text that was visible out of sight until a moderator has looked at it, and back again as if nothing had been.

A text set aside waits like one that was held on arrival, but it had appeared before: when it is released, nobody is told of it a
second time. Who asks for it (reports do) remembers the moment and says when it ends.
"""

from datetime import datetime

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import lazy_gettext
from app.core.reasons import checked_reason
from app.forum.events import CommentCurated, PostCurated, ThreadCurated
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update, get_post_and_category_for_update
from app.forum.services.commenting import WAITING, settle_comments
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of

SET_ASIDE = "set_aside"
RELEASE = "release"
_NOT_SHOWN = lazy_gettext("This is out of sight already.")
_NOT_HELD = lazy_gettext("This does not wait any more.")


def set_aside_post(actor: Actor, *, post_id: int, reason: str) -> datetime:
    """Take a visible post (with an opening its whole thread) out of sight and return since when. Conflict when it is not visible."""
    post = get_post_and_category_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason, is_required=True)
    holder = _holder(post)
    if not holder.is_listed:
        raise Conflict(_NOT_SHOWN)
    moment = now()
    _hold(post, moment)
    _tell(post, SET_ASIDE, actor, why)
    return moment


def release_post(actor: Actor, *, post_id: int, reason: str = "") -> Post:
    """Show a post again that was set aside. Conflict when it does not wait any more, or was hidden meanwhile."""
    post = get_post_and_category_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason)
    holder = _holder(post)
    if holder.held_at is None or holder.hidden_at is not None:
        raise Conflict(_NOT_HELD)
    _hold(post, None)
    _tell(post, RELEASE, actor, why)
    return post


def set_aside_comment(actor: Actor, *, comment_id: int, reason: str) -> datetime:
    """Take a visible comment out of sight and return since when. Conflict when it is not visible."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason, is_required=True)
    if comment.hidden_at is not None:
        raise Conflict(_NOT_SHOWN)
    moment = now()
    comment.held_at, comment.hidden_at, comment.hidden_reason = moment, moment, WAITING
    _tell_comment(comment, SET_ASIDE, actor, why)
    return moment


def release_comment(actor: Actor, *, comment_id: int, reason: str = "") -> Comment:
    """Show a comment again that was set aside. Conflict when it does not wait any more."""
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    why = checked_reason(reason)
    if comment.held_at is None or comment.hidden_reason != WAITING:
        raise Conflict(_NOT_HELD)
    comment.held_at, comment.hidden_at, comment.hidden_reason = None, None, ""
    _tell_comment(comment, RELEASE, actor, why)
    return comment


def _holder(post: Post) -> Post | Thread:
    return post.thread if post.kind == PostKind.OPENING else post


def _hold(post: Post, moment: datetime | None) -> None:
    if post.kind == PostKind.OPENING:
        place = place_of(post.thread)
        post.thread.held_at = moment
        move_counts(place, place_of(post.thread))
    else:
        post.held_at = moment
    settle(post.thread)


def _tell(post: Post, action: str, actor: Actor, reason: str) -> None:
    if post.kind == PostKind.OPENING:
        emit(ThreadCurated(post.thread_id, action, actor.id, reason))
    else:
        emit(PostCurated(post.thread_id, post.id, action, actor.id, reason))


def _tell_comment(comment: Comment, action: str, actor: Actor, reason: str) -> None:
    post = comment.post
    settle_comments(post)
    emit(CommentCurated(post.thread_id, post.id, comment.id, action, actor.id, reason))
