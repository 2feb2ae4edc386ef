"""Decisions about threads, posts and comments: one address a kind of target, one service a verb."""

from collections.abc import Callable

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.text import parse_number
from app.core.uow import unit_of_work
from app.forum.services import curating
from app.forum.services.approving import TextChanged
from app.forum.urls import comment_path, post_path
from app.moderation.forms.numbers import parse_thread_number
from app.moderation.queries import find_latest_entry_id
from app.moderation.routes.blueprint import blueprint
from app.moderation.routes.changed import read_again
from app.moderation.services.own_matters import ensure_may_show
from app.moderation.urls import undo_path
from app.web.access import moderators
from app.web.context import current_actor
from app.web.flashes import flash_undo
from app.web.forms import posted_line
from app.web.redirects import local_path, see_other

Act = Callable[[Actor, int], object]


def _plain(service: Callable[..., object]) -> Act:
    return lambda actor, thread_id: service(actor, thread_id=thread_id, reason=posted_line("reason"))


def _on_waiting(service: Callable[..., object], kind: str) -> Act:
    """A decision about a text that waits, about the revision of it that the moderator read."""
    return lambda actor, target_id: service(
        actor, **{f"{kind}_id": target_id}, reason=posted_line("reason"), revision=_read_revision()
    )


def _read_revision() -> int | None:
    return parse_number((request.form.get("revision") or request.args.get("revision") or "").strip())


def _posted_id(field: str, missing: str) -> int:
    number = parse_thread_number(posted_line(field))
    if number is None:
        raise Invalid(missing, field=field)
    return number


def _move(actor: Actor, thread_id: int) -> object:
    category_id = _posted_id("category_id", _("Please choose a category."))
    return curating.move_thread(actor, thread_id=thread_id, category_id=category_id, reason=posted_line("reason"))


def _duplicate(actor: Actor, thread_id: int) -> object:
    original = _posted_id("original_id", _("Please paste the address or the number of the question that stays."))
    return curating.close_as_duplicate(actor, thread_id=thread_id, original_id=original, reason=posted_line("reason"))


def _lock(actor: Actor, thread_id: int) -> object:
    return curating.lock_thread(actor, thread_id=thread_id, reason=posted_line("reason"), note=posted_line("note"))


def _slow(actor: Actor, thread_id: int) -> object:
    minutes = parse_number(posted_line("minutes"), 5)
    return curating.slow_thread(
        actor, thread_id=thread_id, minutes=-1 if minutes is None else minutes, reason=posted_line("reason")
    )


def _on_post(service: Callable[..., object]) -> Act:
    return lambda actor, post_id: service(actor, post_id=post_id, reason=posted_line("reason"))


def _on_comment(service: Callable[..., object]) -> Act:
    return lambda actor, comment_id: service(actor, comment_id=comment_id, reason=posted_line("reason"))


# action -> (what it does, what is said afterwards)
Actions = dict[str, tuple[Act, str]]
_THREAD_ACTIONS: Actions = {
    "hide": (_plain(curating.hide_thread), lazy_gettext("The thread is hidden.")),
    "restore": (_plain(curating.restore_thread), lazy_gettext("The thread is visible again.")),
    "lock": (_lock, lazy_gettext("The thread is locked.")),
    "unlock": (_plain(curating.unlock_thread), lazy_gettext("The thread takes new posts again.")),
    "pin": (_plain(curating.pin_thread), lazy_gettext("The thread is pinned.")),
    "unpin": (_plain(curating.unpin_thread), lazy_gettext("The thread is not pinned any more.")),
    "close": (_plain(curating.close_thread), lazy_gettext("The thread is closed.")),
    "reopen": (_plain(curating.reopen_thread), lazy_gettext("The thread is open again.")),
    "approve": (_on_waiting(curating.approve_thread, "thread"), lazy_gettext("Approved: everybody can see it now.")),
    "reject": (_on_waiting(curating.reject_thread, "thread"), lazy_gettext("Rejected: its author is told why.")),
    "archive": (_plain(curating.archive_thread), lazy_gettext("The thread is archived.")),
    "unarchive": (_plain(curating.unarchive_thread), lazy_gettext("The thread takes new posts again.")),
    "slow": (_slow, lazy_gettext("The pace of the thread is changed.")),
    "move": (_move, lazy_gettext("The thread is moved.")),
    "duplicate": (_duplicate, lazy_gettext("Closed as a duplicate.")),
    "unduplicate": (_plain(curating.undo_duplicate), lazy_gettext("The thread stands on its own again.")),
}
_POST_ACTIONS: Actions = {
    "hide": (_on_post(curating.hide_post), lazy_gettext("The post is hidden.")),
    "restore": (_on_post(curating.restore_post), lazy_gettext("The post is visible again.")),
    "approve": (_on_waiting(curating.approve_post, "post"), lazy_gettext("Approved: everybody can see it now.")),
    "reject": (_on_waiting(curating.reject_post, "post"), lazy_gettext("Rejected: its author is told why.")),
}
_COMMENT_ACTIONS: Actions = {
    "hide": (_on_comment(curating.hide_comment), lazy_gettext("The comment is hidden.")),
    "restore": (_on_comment(curating.restore_comment), lazy_gettext("The comment is visible again.")),
    "approve": (_on_waiting(curating.approve_comment, "comment"), lazy_gettext("Approved: everybody can see it now.")),
    "reject": (_on_waiting(curating.reject_comment, "comment"), lazy_gettext("Rejected: its author is told why.")),
}
# Decisions that take something away from people need a reason they can be told.
_NEED_REASON = frozenset({"hide", "lock", "close", "reject"})

_SHOWS = frozenset({"restore", "approve"})


def decided(message: str, default: str) -> Response:
    """Say what was done, with a way to undo it, and go back to where the moderator was."""
    entry_id = find_latest_entry_id(current_actor())
    if entry_id is None:
        flash(message)
    else:
        flash_undo(message, undo_path(entry_id))
    return see_other(local_path(request.form.get("next"), default))


def _ensure_reason(action: str) -> None:
    if action in _NEED_REASON and not posted_line("reason"):
        raise Invalid(_("Please give a reason: the author and the log will show it."), field="reason")


def _act(actions: Actions, action: str, target_id: int, default: str) -> Response:
    """Do one of `actions` to a target in one unit of work."""
    if action not in actions:
        raise NotFound
    _ensure_reason(action)
    act, message = actions[action]
    if action in _SHOWS:
        ensure_may_show(current_actor(), request.path.split("/")[2].removesuffix("s"), target_id)
    try:
        with unit_of_work():
            act(current_actor(), target_id)
    except TextChanged as error:
        return read_again(request.path.split("/")[2], target_id, error, default)
    return decided(message, default)


@blueprint.post("/moderation/threads/<id:thread_id>/<action>")
@moderators
def act_on_thread(thread_id: int, action: str) -> Response:
    """Do one thing to a thread."""
    return _act(_THREAD_ACTIONS, action, thread_id, f"/questions/{thread_id}")


@blueprint.post("/moderation/posts/<id:post_id>/<action>")
@moderators
def act_on_post(post_id: int, action: str) -> Response:
    """Do one thing to an answer or reply."""
    return _act(_POST_ACTIONS, action, post_id, post_path(post_id))


@blueprint.post("/moderation/comments/<id:comment_id>/<action>")
@moderators
def act_on_comment(comment_id: int, action: str) -> Response:
    """Do one thing to a comment."""
    return _act(_COMMENT_ACTIONS, action, comment_id, comment_path(comment_id))
