"""What undoes decisions about comments."""

from app.core.actor import Actor
from app.forum.models import Comment
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update
from app.forum.services import curating
from app.forum.services.setting_aside import release_comment, set_aside_comment
from app.forum.services.turning import undo_into_post
from app.moderation.flags.resolving import undo_decision_about
from app.moderation.models import Flag, LogEntry
from app.moderation.undoing.base import Undo, need_id


def _undo_comment_flags(actor: Actor, entry: LogEntry, reason: str) -> None:
    comment: Comment = get_comment_for_update(need_id(entry.comment_id))
    ensure_can_moderate(actor, comment.post.thread)
    must_show = undo_decision_about(actor, comment, Flag.comment_id == comment.id, entry, reason)
    if must_show and comment.hidden_at is not None:
        curating.restore_comment(actor, comment_id=comment.id, reason=reason)


COMMENT: dict[str, Undo] = {
    "to_answer": lambda actor, entry, reason: undo_into_post(actor, reshaping_id=int(entry.before), reason=reason),
    "approve": lambda actor, entry, reason: curating.hold_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "hold": lambda actor, entry, reason: curating.approve_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "reject": lambda actor, entry, reason: curating.restore_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "hide": lambda actor, entry, reason: curating.restore_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "restore": lambda actor, entry, reason: curating.hide_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "set_aside": lambda actor, entry, reason: release_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "release": lambda actor, entry, reason: set_aside_comment(actor, comment_id=need_id(entry.comment_id), reason=reason),
    "uphold": _undo_comment_flags,
    "decline": _undo_comment_flags,
}
