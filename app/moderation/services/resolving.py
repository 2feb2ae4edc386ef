"""Deciding about reports: uphold (and hide the text) or decline. All open reports about one text are decided together."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import emit
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update, get_post_for_update
from app.forum.services.curating import hide_comment, hide_post, hide_thread
from app.moderation.events import FlagResolved
from app.moderation.models import Flag, FlagState
from app.moderation.policies import ensure_can_moderate_site
from app.moderation.services.logging import write_log

# What the entry of an upheld report says in `before` when the decision hid the text, so that undoing shows it again.
WAS_SHOWN = "shown"


def resolve_post_flags(actor: Actor, *, post_id: int, is_upheld: bool, note: str = "", hide: bool = True) -> int:
    """Decide all open reports about a post and return how many there were; upheld ones hide it unless `hide` is false.

    Raises Conflict when another moderator was faster.
    """
    ensure_can_moderate_site(actor)
    post = get_post_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    flags = _open_flags(Flag.post_id == post_id)
    reason = note or _reason_of(flags)
    is_opening = post.kind == PostKind.OPENING
    hides = is_upheld and hide and (post.thread if is_opening else post).hidden_at is None
    if hides and is_opening:
        hide_thread(actor, thread_id=post.thread_id, reason=reason)
    elif hides:
        hide_post(actor, post_id=post_id, reason=reason)
    _close(actor, flags, is_upheld, note)
    write_log(actor.id, _decision(is_upheld), reason, post_id=post_id, before=WAS_SHOWN if hides else "")
    return len(flags)


def resolve_comment_flags(actor: Actor, *, comment_id: int, is_upheld: bool, note: str = "", hide: bool = True) -> int:
    """Decide all open reports about a comment; the same rules as for a post."""
    ensure_can_moderate_site(actor)
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    flags = _open_flags(Flag.comment_id == comment_id)
    reason = note or _reason_of(flags)
    hides = is_upheld and hide and comment.hidden_at is None
    if hides:
        hide_comment(actor, comment_id=comment_id, reason=reason)
    _close(actor, flags, is_upheld, note)
    write_log(actor.id, _decision(is_upheld), reason, comment_id=comment_id, before=WAS_SHOWN if hides else "")
    return len(flags)


def _decision(is_upheld: bool) -> str:
    return "uphold" if is_upheld else "decline"


def _open_flags(target: sa.ColumnElement[bool]) -> list[Flag]:
    flags = list(db.session.scalars(sa.select(Flag).where(target, Flag.state == FlagState.OPEN).with_for_update(key_share=True)))
    if not flags:
        raise Conflict("Somebody has decided about this already.")
    return flags


def _reason_of(flags: list[Flag]) -> str:
    """The reasons people gave, in words, when the moderator adds none."""
    return "Reported as " + ", ".join(sorted({flag.reason.replace("_", " ") for flag in flags}))


def _close(actor: Actor, flags: list[Flag], is_upheld: bool, note: str) -> None:
    for flag in flags:
        flag.state = FlagState.UPHELD if is_upheld else FlagState.DECLINED
        flag.resolved_at = now()
        flag.resolved_by_id = actor.id
        flag.resolution_note = note
        emit(FlagResolved(flag.id, flag.reporter_id, actor.id, is_upheld))


def reopen_flags(target: sa.ColumnElement[bool]) -> int:
    """Open the reports again that were decided last about one text (undo); return how many."""
    latest = db.session.scalar(sa.select(sa.func.max(Flag.resolved_at)).where(target))
    flags = (
        list(db.session.scalars(sa.select(Flag).where(target, Flag.resolved_at == latest).with_for_update(key_share=True)))
        if latest
        else []
    )
    for flag in flags:
        flag.state, flag.resolved_at, flag.resolved_by_id, flag.resolution_note = FlagState.OPEN, None, None, ""
    return len(flags)
