"""What undoes decisions about answers, replies and opening posts; edits have their own in edits.py."""

from app.core.actor import Actor
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_post_and_category_for_update
from app.forum.services import accepting, curating
from app.forum.services.setting_aside import release_post, set_aside_post
from app.forum.services.turning import undo_into_comment
from app.moderation.flags.resolving import undo_decision_about
from app.moderation.models import Flag, LogEntry
from app.moderation.undoing.base import Undo, need_id


def _post(name: str) -> Undo:
    def undo(actor: Actor, entry: LogEntry, reason: str) -> None:
        getattr(curating, f"{name}_post")(actor, post_id=entry.post_id, reason=reason)

    return undo


def _undo_post_flags(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Open the reports again, and show the text again if deciding about them hid it and nobody has shown it since."""
    post: Post = get_post_and_category_for_update(need_id(entry.post_id))
    ensure_can_moderate(actor, post.thread)
    if not undo_decision_about(actor, post, Flag.post_id == post.id, entry, reason):
        return
    if post.kind == PostKind.OPENING and post.thread.hidden_at is not None:
        curating.restore_thread(actor, thread_id=post.thread_id, reason=reason)
    elif post.kind != PostKind.OPENING and post.hidden_at is not None:
        curating.restore_post(actor, post_id=post.id, reason=reason)


POST: dict[str, Undo] = {
    "hide": _post("restore"),
    "restore": _post("hide"),
    "approve": _post("hold"),
    "hold": _post("approve"),
    "reject": _post("restore"),
    "accept": lambda actor, entry, reason: accepting.withdraw_acceptance(actor, post_id=need_id(entry.post_id), reason=reason),
    "withdraw": lambda actor, entry, reason: accepting.accept_answer(actor, post_id=need_id(entry.post_id)),
    "set_aside": lambda actor, entry, reason: release_post(actor, post_id=need_id(entry.post_id), reason=reason),
    "release": lambda actor, entry, reason: set_aside_post(actor, post_id=need_id(entry.post_id), reason=reason),
    "uphold": _undo_post_flags,
    "decline": _undo_post_flags,
    "to_comment": lambda actor, entry, reason: undo_into_comment(actor, reshaping_id=int(entry.before), reason=reason),
}
