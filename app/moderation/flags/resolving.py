"""Deciding about reports: uphold (and hide the text) or decline. All open reports about one target are decided together.

Reports that name the question which was asked before are decided with the proposal they became (app/moderation/flags/settling.py).
"""

from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.queries import get_person_for_update
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.listing import listed
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update, get_post_and_category_for_update
from app.forum.services.commenting import WAITING
from app.forum.services.curating import hide_comment, hide_post, hide_thread, reject_comment
from app.moderation.events import FlagResolved
from app.moderation.flags.reasons import label_of
from app.moderation.flags.setting_aside import Text, is_set_aside, is_shown, release, set_aside
from app.moderation.models import Flag, FlagState, LogEntry
from app.moderation.policies import ensure_can_decide
from app.moderation.services.logging import write_log
from app.moderation.services.own_matters import ensure_not_own

# What the entry of a decision says in `before`: it hid the text, so that undoing shows it again; or it brought a text back that
# the reports had set aside, so that undoing sets it aside again.
WAS_SHOWN = "shown"
WAS_ASIDE = "aside"
NOTE_MAX = 300


def resolve_post_flags(actor: Actor, *, post_id: int, is_upheld: bool, note: str = "", hide: bool = True) -> int:
    """Decide all open reports about a post and return how many there were; upheld ones hide it unless `hide` is false.

    A text that the reports had set aside is shown again unless it is hidden. Raises Conflict when another moderator was faster.
    """
    ensure_can_decide(actor)
    post = get_post_and_category_for_update(post_id)
    ensure_can_moderate(actor, post.thread)
    ensure_not_own(actor, post.author_id, post.thread.category.audience)
    flags = _open_flags(Flag.post_id == post_id)
    before = _settle_text(actor, post, flags, is_upheld, note, hides=is_upheld and hide)
    write_log(actor.id, _decision(is_upheld), note or _reason_of(flags), post_id=post_id, before=before)
    return len(flags)


def resolve_comment_flags(actor: Actor, *, comment_id: int, is_upheld: bool, note: str = "", hide: bool = True) -> int:
    """Decide all open reports about a comment; the same rules as for a post."""
    ensure_can_decide(actor)
    comment = get_comment_for_update(comment_id)
    ensure_can_moderate(actor, comment.post.thread)
    ensure_not_own(actor, comment.author_id, comment.post.thread.category.audience)
    flags = _open_flags(Flag.comment_id == comment_id)
    before = _settle_text(actor, comment, flags, is_upheld, note, hides=is_upheld and hide)
    write_log(actor.id, _decision(is_upheld), note or _reason_of(flags), comment_id=comment_id, before=before)
    return len(flags)


def resolve_person_flags(actor: Actor, *, person_id: int, is_upheld: bool, note: str = "") -> int:
    """Decide all open reports about a person and return how many there were. What follows for them is a decision of its own."""
    ensure_can_decide(actor)
    get_person_for_update(person_id)
    ensure_not_own(actor, person_id)
    flags = _open_flags(Flag.person_id == person_id)
    close_flags(actor.id, flags, is_upheld, note)
    write_log(actor.id, _decision(is_upheld), note or _reason_of(flags), person_id=person_id)
    return len(flags)


def _settle_text(actor: Actor, text: Text, flags: Sequence[Flag], is_upheld: bool, note: str, *, hides: bool) -> str:
    """Close the reports and hide, show or leave their text; return what undoing needs to know."""
    was_aside, is_hidden, reason = is_set_aside(text, flags), _is_hidden(text), note or _reason_of(flags)
    close_flags(actor.id, flags, is_upheld, note)
    if hides and not is_hidden:
        _hide(actor, text, reason)
        return WAS_SHOWN
    if was_aside and not is_hidden:
        release(actor, text, reason)
        return WAS_ASIDE
    return ""


def _is_hidden(text: Text) -> bool:
    """Return whether a moderator hid a text; one that is set aside only waits."""
    if isinstance(text, Post):
        return (text.thread if text.kind == PostKind.OPENING else text).hidden_at is not None
    return text.hidden_at is not None and text.hidden_reason != WAITING


def _hide(actor: Actor, text: Text, reason: str) -> None:
    if not isinstance(text, Post):
        (hide_comment if text.hidden_at is None else reject_comment)(actor, comment_id=text.id, reason=reason)
    elif text.kind == PostKind.OPENING:
        hide_thread(actor, thread_id=text.thread_id, reason=reason)
    else:
        hide_post(actor, post_id=text.id, reason=reason)


def _decision(is_upheld: bool) -> str:
    return "uphold" if is_upheld else "decline"


def _open_flags(target: sa.ColumnElement[bool]) -> list[Flag]:
    statement = sa.select(Flag).where(target, Flag.state == FlagState.OPEN, Flag.original_id.is_(None))
    flags = list(db.session.scalars(statement.with_for_update(key_share=True)))
    if not flags:
        raise Conflict(_("Somebody has decided about this already."))
    return flags


def _reason_of(flags: Sequence[Flag]) -> str:
    """The reasons people gave, in words, when the moderator adds none."""
    with speaking(None):  # kept in the language of the site
        reasons = listed(sorted({label_of(flag.reason).lower() for flag in flags}))
        return _("Reported as %(reasons)s", reasons=reasons)


def close_flags(actor_id: int | None, flags: Sequence[Flag], is_upheld: bool, note: str = "", *, is_along: bool = False) -> None:
    """Close reports and let those who made them know. `is_along`: closed by what was done to the text, which undoing opens again."""
    moment = now()
    for flag in flags:
        flag.state = FlagState.UPHELD if is_upheld else FlagState.DECLINED
        flag.resolved_at, flag.resolved_by_id = moment, actor_id
        flag.resolution_note, flag.is_settled_along = note[:NOTE_MAX], is_along
        emit(FlagResolved(flag.id, flag.reporter_id, actor_id, is_upheld))


def open_again(flags: Sequence[Flag]) -> int:
    """Open reports again that were closed; return how many."""
    for flag in flags:
        flag.state, flag.resolved_at, flag.resolved_by_id = FlagState.OPEN, None, None
        flag.resolution_note, flag.is_settled_along = "", False
    return len(flags)


def reopen_flags(target: sa.ColumnElement[bool], entry: LogEntry) -> list[Flag]:
    """Open the reports again that an entry of the log decided (undo), unless their reporter reported it anew; return them.

    Raises Conflict when newer reports about the same were decided since.
    """
    newer = sa.exists().where(target, Flag.resolved_at > entry.created_at, sa.not_(Flag.is_settled_along))
    if db.session.scalar(sa.select(newer)):
        raise Conflict(_("Newer reports about this were decided since. Please undo that decision first."))
    latest = db.session.scalar(sa.select(sa.func.max(Flag.resolved_at)).where(target, Flag.resolved_at <= entry.created_at))
    if latest is None:
        return []
    renewed = sa.select(Flag.reporter_id).where(target, Flag.state == FlagState.OPEN)
    statement = sa.select(Flag).where(target, Flag.resolved_at == latest, Flag.reporter_id.not_in(renewed))
    flags = list(db.session.scalars(statement.with_for_update(key_share=True)))
    open_again(flags)
    return flags


def undo_decision_about(actor: Actor, text: Text, target: sa.ColumnElement[bool], entry: LogEntry, reason: str) -> bool:
    """Open the reports about a locked text again; return whether it must be shown again because the decision had hidden it.

    One that the decision had brought back is set aside again, unless it is out of sight for another reason by now.
    """
    flags, before = reopen_flags(target, entry), entry.before
    if before == WAS_ASIDE and is_shown(text):
        set_aside(actor, text, flags, reason)
    return before == WAS_SHOWN
