"""Reporting a post or a comment to the moderators."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import emit
from app.forum.models import Comment, Post
from app.forum.policies import can_see_comment, ensure_can_flag, ensure_can_see_post
from app.forum.queries.threads import get_comment_for_update, get_post_for_update
from app.moderation.events import FlagRaised
from app.moderation.models import Flag, FlagReason, FlagState

NOTE_MAX = 500


def flag_post(actor: Actor, *, post_id: int, reason: str, note: str = "") -> Flag:
    """Report a post. Reporting it again while the first report is open changes nothing.

    Raises NotFound, Forbidden, Conflict (one's own post), Invalid (unknown reason; `other` without a note).
    """
    post = get_post_for_update(post_id)
    ensure_can_see_post(actor, post, post.thread)
    ensure_can_flag(actor, post.thread)
    _check(actor, post.author_id, reason, note)
    return _raise_flag(actor, post.thread_id, reason, note, post=post)


def flag_comment(actor: Actor, *, comment_id: int, reason: str, note: str = "") -> Flag:
    """Report a comment. The same rules as for a post."""
    comment = get_comment_for_update(comment_id)
    ensure_can_see_post(actor, comment.post, comment.post.thread)
    if not can_see_comment(actor, comment):
        raise NotFound
    ensure_can_flag(actor, comment.post.thread)
    _check(actor, comment.author_id, reason, note)
    return _raise_flag(actor, comment.post.thread_id, reason, note, comment=comment)


def _check(actor: Actor, author_id: int | None, reason: str, note: str) -> None:
    if reason not in list(FlagReason):
        raise Invalid("Please choose what is wrong.", field="reason")
    if reason == FlagReason.OTHER and not note:
        raise Invalid("Please say in a few words what is wrong.", field="note")
    if len(note) > NOTE_MAX:
        raise Invalid(f"Please use at most {NOTE_MAX} characters.", field="note")
    if author_id == actor.id:
        raise Conflict("This is your own text: you can edit it instead of reporting it.")


def _raise_flag(
    actor: Actor, thread_id: int, reason: str, note: str, post: Post | None = None, comment: Comment | None = None
) -> Flag:
    target = Flag.post_id == post.id if post else Flag.comment_id == (comment.id if comment else None)
    open_flag = sa.select(Flag).where(target, Flag.reporter_id == actor.id, Flag.state == FlagState.OPEN)
    existing: Flag | None = db.session.scalar(open_flag)
    if existing is not None:
        return existing
    assert actor.id is not None
    flag = Flag(
        thread_id=thread_id, post_id=post.id if post else None, comment_id=comment.id if comment else None,
        reporter_id=actor.id, reason=reason, note=note,
    )  # fmt: skip
    db.session.add(flag)
    db.session.flush()
    emit(FlagRaised(flag.id, actor.id))
    return flag
