"""Reporting a post, a comment or a person to the moderators."""

import sqlalchemy as sa

from app.accounts.queries import get_person_for_update
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from app.core.events import emit
from app.core.i18n import gettext as _
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.forum.policies import can_see_comment, ensure_can_flag, ensure_can_see_post
from app.forum.queries.threads import (
    get_comment_for_update,
    get_post,
    get_post_and_category_for_update,
    get_post_for_update,
)
from app.forum.services.proposing_by_hand import propose_pair
from app.forum.services.versions import note_outdated
from app.moderation.events import FlagRaised
from app.moderation.flags.reasons import reasons_for
from app.moderation.flags.records import flag_record_of
from app.moderation.flags.setting_aside import set_aside_if_due, target_of, was_found_fine
from app.moderation.flags.terms import flag_terms
from app.moderation.flags.weighing import flag_weight
from app.moderation.models import Flag, FlagReason, FlagState
from app.moderation.policies import ensure_can_flag_people

NOTE_MAX = 500


def flag_post(actor: Actor, *, post_id: int, reason: str, note: str = "", original_id: int | None = None) -> Flag:
    """Report a post. Reporting it again while the first report is open changes nothing. Enough reports set it aside.

    `duplicate` (openings of questions only) needs the question that was asked before: the pair becomes a proposal.
    Raises NotFound, Forbidden, Conflict (one's own post; declined before; a pair that is decided), Invalid (unknown reason; `other`
    without a note; `original`), TooMany.
    """
    is_pair = reason == FlagReason.DUPLICATE
    if is_pair and original_id is not None:
        propose_pair(actor, thread_id=_question_of(actor, post_id), original_id=original_id)
    post = (get_post_for_update if is_pair else get_post_and_category_for_update)(post_id)
    ensure_can_see_post(actor, post, post.thread)
    ensure_can_flag(actor, post.thread)
    _check(actor, post.author_id, kind_of(post), reason, note)
    if is_pair and original_id is None:
        raise Invalid(_("Please paste the address or the number of the question that was asked before."), field="original")
    made = Flag(thread_id=post.thread_id, post_id=post.id, reason=reason, note=note, original_id=original_id if is_pair else None)
    return _raise_text_flag(actor, post, made)


def flag_comment(actor: Actor, *, comment_id: int, reason: str, note: str = "") -> Flag:
    """Report a comment. The same rules as for a post."""
    comment = get_comment_for_update(comment_id)
    ensure_can_see_post(actor, comment.post, comment.post.thread)
    if not can_see_comment(actor, comment):
        raise NotFound
    ensure_can_flag(actor, comment.post.thread)
    _check(actor, comment.author_id, "comment", reason, note)
    made = Flag(thread_id=comment.post.thread_id, comment_id=comment.id, reason=reason, note=note)
    return _raise_text_flag(actor, comment, made)


def flag_person(actor: Actor, *, person_id: int, reason: str, note: str = "") -> Flag:
    """Report a person for their profile or for what they do. Raises NotFound, Forbidden, Conflict (oneself), Invalid, TooMany."""
    ensure_can_flag_people(actor)
    person = get_person_for_update(person_id)
    if person.id == actor.id:
        raise Conflict(_("This is you. You can change your profile under Settings."))
    _check(actor, None, "person", reason, note)
    return _open_flag(actor, Flag.person_id == person_id) or _add(actor, Flag(person_id=person_id, reason=reason, note=note))


def kind_of(post: Post) -> str:
    """Return as what a post is reported: `question` for the opening of one, otherwise `post`."""
    return "question" if post.kind == PostKind.OPENING and post.thread.is_question else "post"


def _question_of(actor: Actor, post_id: int) -> int:
    post = get_post(actor, post_id)
    if kind_of(post) != "question":
        raise Invalid(_("Only questions can be asked twice. Please choose another reason."), field="reason")
    return post.thread_id


def _check(actor: Actor, author_id: int | None, kind: str, reason: str, note: str) -> None:
    if reason not in reasons_for(kind):
        raise Invalid(_("Please choose what is wrong."), field="reason")
    if reason == FlagReason.OTHER and not note:
        raise Invalid(_("Please say in a few words what is wrong."), field="note")
    if len(note) > NOTE_MAX:
        raise Invalid(_("Please use at most %(note_max)s characters.", note_max=NOTE_MAX), field="note")
    if author_id is not None and author_id == actor.id:
        raise Conflict(_("This is your own text: you can edit it instead of reporting it."))


def _raise_text_flag(actor: Actor, text: Post | Comment, made: Flag) -> Flag:
    existing = _open_flag(actor, target_of(text))
    if existing is not None:
        return existing
    if made.reason != FlagReason.DUPLICATE and was_found_fine(text, actor.id):
        raise Conflict(_("A moderator has looked at your report of this and let it stand. It has not changed since."))
    flag = _add(actor, made)
    if flag.reason == FlagReason.OUTDATED and isinstance(text, Post) and flag.weight > 0:
        note_outdated(text.thread)
    set_aside_if_due(text)
    return flag


def _open_flag(actor: Actor, target: sa.ColumnElement[bool]) -> Flag | None:
    found: Flag | None = db.session.scalar(
        sa.select(Flag).where(target, Flag.reporter_id == actor.id, Flag.state == FlagState.OPEN)
    )
    return found


def _add(actor: Actor, flag: Flag) -> Flag:
    """Keep a report with the weight that the reporter's record gives it."""
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    record, today = flag_record_of(actor)
    if record.is_sunk and today >= flag_terms().limit:
        raise TooMany(
            _(
                "Moderators let most of what you reported stand, so you can report only a little each day for now. "
                "Please come back tomorrow if it is still there; under Settings, My reports, you can read why."
            ),
            retry_after=3600,
        )
    flag.reporter_id, flag.weight = actor.id, flag_weight(record)
    db.session.add(flag)
    db.session.flush()
    emit(FlagRaised(flag.id, actor.id))
    return flag
