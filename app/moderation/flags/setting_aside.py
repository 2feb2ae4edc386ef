"""When reports take a text out of sight before a moderator has looked at it, and bring it back when they were wrong.

Never by one person alone, never a solved question or what staff and moderators wrote, and never a text that a moderator found to be
fine, unless it was changed since.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.listing import listed
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.forum.services.setting_aside import release_comment, release_post, set_aside_comment, set_aside_post
from app.moderation.flags.reasons import label_of, sets_aside
from app.moderation.flags.terms import LEAST_PEOPLE, flag_terms
from app.moderation.flags.weighing import ORDINARY
from app.moderation.models import Flag, FlagState

Text = Post | Comment


def open_flags_about(text: Text) -> list[Flag]:
    """Return the open reports about a locked text, the first ones first, locked."""
    statement = sa.select(Flag).where(target_of(text), Flag.state == FlagState.OPEN).order_by(Flag.id)
    return list(db.session.scalars(statement.with_for_update(key_share=True)))


def target_of(text: Text) -> sa.ColumnElement[bool]:
    """Return the criterion for reports about a text."""
    return Flag.post_id == text.id if isinstance(text, Post) else Flag.comment_id == text.id


def set_aside_if_due(text: Text) -> bool:
    """Take a locked text out of sight when the open reports about it weigh enough, and return whether that happened."""
    flags = open_flags_about(text)
    if not weighs_enough(flags) or _is_exempt(text):
        return False
    with speaking(None):  # kept in the language of the site
        reasons = listed(sorted({label_of(flag.reason).lower() for flag in flags}))
        words = _("Reported as: %(reasons)s", reasons=reasons)
    set_aside(SYSTEM, text, flags, words)
    return True


def weighs_enough(flags: Sequence[Flag]) -> bool:
    """Return whether reports are enough to act on: of at least two people, and never a second time for the same ones."""
    counted = [flag for flag in flags if sets_aside(flag.reason) and flag.weight > 0]
    least = flag_terms().threshold * ORDINARY
    if least == 0 or any(flag.set_aside_at is not None for flag in flags):
        return False
    return len({flag.reporter_id for flag in counted}) >= LEAST_PEOPLE and sum(flag.weight for flag in counted) >= least


def set_aside(actor: Actor, text: Text, flags: Sequence[Flag], reason: str) -> None:
    """Take a visible text out of sight because of these reports."""
    if isinstance(text, Post):
        moment = set_aside_post(actor, post_id=text.id, reason=reason)
    else:
        moment = set_aside_comment(actor, comment_id=text.id, reason=reason)
    for flag in flags:
        flag.set_aside_at = moment


def is_set_aside(text: Text, flags: Sequence[Flag]) -> bool:
    """Return whether a text is out of sight because of these reports, and for no other reason."""
    held_at = _held_at(text)
    return held_at is not None and any(flag.set_aside_at == held_at for flag in flags)


def release(actor: Actor, text: Text, reason: str) -> None:
    """Show a text again that reports took out of sight."""
    if isinstance(text, Post):
        release_post(actor, post_id=text.id, reason=reason)
    else:
        release_comment(actor, comment_id=text.id, reason=reason)


def is_shown(text: Text) -> bool:
    """Return whether readers see a locked text."""
    return _holder(text).hidden_at is None and _held_at(text) is None


def _holder(text: Text) -> Text | Thread:
    return text.thread if isinstance(text, Post) and text.kind == PostKind.OPENING else text


def _held_at(text: Text) -> datetime | None:
    return _holder(text).held_at


def _is_exempt(text: Text) -> bool:
    if not is_shown(text):
        return True
    if isinstance(text, Post) and text.kind == PostKind.OPENING and text.thread.status == Status.SOLVED:
        return True
    role = db.session.scalar(sa.select(Person.role).where(Person.id == text.author_id))
    return (role is not None and role != Role.MEMBER) or was_found_fine(text)


def was_found_fine(text: Text, reporter_id: int | None = None) -> bool:
    """Return whether a moderator declined reports (of one person, or anybody) about a text as it is now."""
    changed_at = text.edited_at or text.created_at
    found = sa.exists().where(target_of(text), Flag.state == FlagState.DECLINED, Flag.resolved_at > changed_at)
    if reporter_id is not None:
        found = found.where(Flag.reporter_id == reporter_id)
    return bool(db.session.scalar(sa.select(found)))
