"""The answer card: one answer of a solved question that curators pin on top of it, for readers who come for just that.

Pinning is one click and costs nothing to take back. What the card says is the answer itself, so nothing has to be kept in step;
whether it is shown now is `policies.shows_card`.
"""

from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.forum.events import ThreadCurated
from app.forum.models import Post, Thread
from app.forum.models.thread import Status
from app.forum.policies import ensure_can_pin_card, is_answer
from app.forum.queries.threads import get_post_for_update, get_thread_for_update
from app.forum.services.figures import settle


def pin_card(actor: Actor, *, post_id: int, reason: str = "") -> Thread:
    """Pin an answer as the card of its question, in place of another one. `before`: the id of the answer pinned until now.

    Raises NotFound, Forbidden, and Conflict when it is pinned already, is no visible answer, or the question is not solved, is a
    duplicate, or has its article.
    """
    post = get_post_for_update(post_id)
    thread: Thread = post.thread
    ensure_can_pin_card(actor, thread)
    why = checked_reason(reason)
    _check(thread, post)
    before = str(thread.card_post_id or "")
    thread.card_post_id = post.id
    return _done(actor, thread, "card", why, before)


def unpin_card(actor: Actor, *, thread_id: int, reason: str = "") -> Thread:
    """Take the card off a thread. `before`: the id of the answer. Raises NotFound, Forbidden, Conflict when there is none."""
    thread = get_thread_for_update(thread_id)
    ensure_can_pin_card(actor, thread)
    why = checked_reason(reason)
    if thread.card_post_id is None:
        raise Conflict(_("This thread has no answer card any more."))
    before = str(thread.card_post_id)
    thread.card_post_id = None
    return _done(actor, thread, "uncard", why, before)


def undo_card(actor: Actor, *, thread_id: int, reason: str = "", give_back: str = "") -> Thread:
    """Take back that a card was pinned: the answer pinned before comes back, or the thread has none again.

    `give_back` is the `before` of the pinning. Raises what the two above raise.
    """
    thread = get_thread_for_update(thread_id)
    if not give_back.isdigit():
        return unpin_card(actor, thread_id=thread.id, reason=reason)
    return repin_card(actor, thread_id=thread.id, post_id=int(give_back), reason=reason)


def repin_card(actor: Actor, *, thread_id: int, post_id: int, reason: str = "") -> Thread:
    """Pin the answer again that was the card of this thread. Raises NotFound for an answer of another one."""
    if get_post_for_update(post_id).thread_id != thread_id:
        raise NotFound
    return pin_card(actor, post_id=post_id, reason=reason)


def _check(thread: Thread, post: Post) -> None:
    if not is_answer(post) or not post.is_listed:
        raise Conflict(_("Only a visible answer can be the answer card."))
    if thread.duplicate_of_id is not None:
        raise Conflict(_("This question is a duplicate. Pin an answer of the original instead."))
    if thread.article_id is not None:
        raise Conflict(_("An article keeps this answer up to date already, and readers are led there."))
    if thread.status != Status.SOLVED:
        raise Conflict(_("Only a solved question can have an answer card: nobody has confirmed an answer yet."))
    if thread.card_post_id == post.id:
        raise Conflict(_("This answer is the card already."))


def _done(actor: Actor, thread: Thread, action: str, reason: str, before: str) -> Thread:
    settle(thread)
    emit(ThreadCurated(thread.id, action, actor.id, reason, before))
    return thread
