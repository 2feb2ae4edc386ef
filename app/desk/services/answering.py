"""Answering from the desk: the forum's own answer or comment, but not while somebody else holds the question."""

from collections.abc import Iterable, Sequence

from app.core.actor import Actor
from app.core.clock import now
from app.core.markup import Rendered
from app.desk.policies import ensure_can_work_on
from app.desk.queries.facts import get_items_for_update
from app.desk.queries.item import holder_name
from app.desk.services.canning import count_uses
from app.desk.services.taking import TakenByOther, release_answered
from app.forum.models import Comment, Post
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.answering import add_post
from app.forum.services.drafting import discard_draft
from app.forum.services.enquiring import ask_for_information


def answer_key(thread_id: int) -> str:
    """Return the key of the draft, which is the same on the question's own page."""
    return f"answer:{thread_id}"


def answer_question(
    actor: Actor,
    *,
    thread_id: int,
    body: Rendered,
    mentions: Sequence[int] = (),
    canned_ids: Iterable[int] = (),
    is_despite_lock: bool = False,
) -> Post:
    """Post an official answer, count the canned answers in it, and forget its draft.

    Raises NotFound, Conflict for a question that takes no answers, TakenByOther while somebody else holds it (unless
    `is_despite_lock`), Invalid("body").
    """
    _ensure_is_ours(actor, thread_id, is_despite_lock)
    post = add_post(actor, thread_id=thread_id, body=body, mentions=mentions)
    _finish(actor, thread_id, canned_ids)
    return post


def ask_asker(
    actor: Actor,
    *,
    thread_id: int,
    body: Rendered,
    mentions: Sequence[int] = (),
    canned_ids: Iterable[int] = (),
    is_despite_lock: bool = False,
) -> Comment:
    """Ask for details in a comment: the question waits for its asker, not for whoever took it. Raises as `answer_question` does."""
    _ensure_is_ours(actor, thread_id, is_despite_lock)
    comment = ask_for_information(actor, thread_id=thread_id, body=body, mentions=mentions)
    release_answered(get_items_for_update([thread_id]).get(thread_id), actor.id)
    _finish(actor, thread_id, canned_ids)
    return comment


def _ensure_is_ours(actor: Actor, thread_id: int, is_despite_lock: bool) -> None:
    ensure_can_work_on(actor, get_thread_for_update(thread_id))
    item = get_items_for_update([thread_id]).get(thread_id)
    if is_despite_lock or item is None or item.taken_by_id == actor.id or not item.is_taken_at(now()):
        return
    assert item.taken_until is not None
    raise TakenByOther(holder_name(item.taken_by_id), item.taken_until)


def _finish(actor: Actor, thread_id: int, canned_ids: Iterable[int]) -> None:
    count_uses(actor, canned_ids)
    discard_draft(actor, key=answer_key(thread_id))
