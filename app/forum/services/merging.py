"""Merging: the answers or replies of one thread go to another, whose address the old one leads to.

For the same thing posted twice by mistake, or an answer that was started as a thread. The same problem of other people is joined
instead (see duplicates): there both threads stay.
"""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.reasons import REASON_MAX, checked_reason
from app.forum.events import PostsMoved, ThreadCurated
from app.forum.models import Follow, MeToo, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place, ReshapingKind
from app.forum.policies import can_moderate, can_see_thread, ensure_can_moderate, is_as_open
from app.forum.queries.places import get_category_ids
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.relocating import (
    ensure_has_no_solution,
    ensure_not_moved_on,
    get_posts_for_update,
    lead_on,
    lock_pair,
    peek,
    put_back,
    relocate,
    remember,
    stop_leading,
    take_back,
)

WHICH = lazy_gettext("Please name another thread that you moderate.")


class OpeningBecomes(StrEnum):
    """What becomes of the opening text of the thread that ends."""

    POST = "post"
    NOTHING = "nothing"


def merge_threads(actor: Actor, *, thread_id: int, target_id: int, opening: str, reason: str) -> Thread:
    """Let a thread end in another one and return that. `opening`: its text becomes an answer or reply there, or goes out of sight.

    Its people follow the other one and, of a question, count as affected there. `before`: the Reshaping.
    Raises NotFound, Forbidden, Invalid by field, Conflict for threads that something else rests on.
    """
    if target_id == thread_id or target_id not in get_category_ids([target_id]):
        raise Invalid(WHICH, field="target_id")
    if opening not in list(OpeningBecomes):
        raise Invalid(_("Please choose what becomes of the first text."), field="opening")
    threads = lock_pair(thread_id, target_id)
    thread, target = threads[thread_id], threads[target_id]
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason, is_required=True)
    ensure_can_merge(actor, thread, target)
    place = place_of(thread)
    posts = [post for post in get_posts_for_update(thread.id) if opening == OpeningBecomes.POST or post.kind != PostKind.OPENING]
    details: dict[str, Any] = {"posts": relocate(posts, target), "card": thread.card_post_id}
    details |= {"follows": _take_followers(thread, target), "me_toos": _take_affected(thread, target)}
    thread.card_post_id = None
    is_known = is_as_open(target.category.audience, thread.category.audience)  # who reads this one may read that title
    thread.hidden_at = now()
    thread.hidden_reason = f"Merged into “{target.title}”"[:REASON_MAX] if is_known else "Merged into another thread"
    move_counts(place, place_of(thread))
    lead_on(Place.THREAD, thread.id, Place.THREAD, target.id)
    settle(thread)
    settle(target)
    number = remember(ReshapingKind.MERGE, thread.id, target.id, details)
    emit(ThreadCurated(thread.id, "merge", actor.id, why, number))
    emit(PostsMoved(thread.id, target.id, _ids(posts), actor.id, why))
    return target


def undo_merge(actor: Actor, *, reshaping_id: int, reason: str = "") -> Thread:
    """Put the posts back that are still there, show the thread at its old address again, and return it.

    Raises NotFound, Forbidden, Conflict when it was undone before.
    """
    found = peek(reshaping_id, ReshapingKind.MERGE)
    threads = lock_pair(found.thread_id, found.other_id or 0)
    thread, target = threads[found.thread_id], threads[found.other_id or 0]
    for one in (thread, target):
        ensure_can_moderate(actor, one)
    why = checked_reason(reason)
    found = take_back(reshaping_id)
    ensure_not_moved_on(target)
    place = place_of(thread)
    posts = get_posts_for_update(target.id, [int(one) for one in found.details["posts"]])
    if any(post.kind == PostKind.OPENING for post in posts):
        raise Conflict(_("One of its posts opens the other thread by now. Undo that first."))
    thread.hidden_at, thread.hidden_reason = None, ""
    put_back(posts, target, thread, found.details["posts"])
    target.card_post_id = None if target.card_post_id in _ids(posts) else target.card_post_id
    _give_back(found.details, target)
    thread.card_post_id = found.details["card"]
    stop_leading(Place.THREAD, thread.id)
    move_counts(place, place_of(thread))
    settle(thread)
    settle(target)
    emit(ThreadCurated(thread.id, "unmerge", actor.id, why))
    emit(PostsMoved(target.id, thread.id, _ids(posts), actor.id, why, is_undo=True))
    return thread


def ensure_can_merge(actor: Actor, thread: Thread, target: Thread) -> None:
    """Raise Invalid("target_id") or Conflict unless one thread can end in the other; both with their categories."""
    if not can_see_thread(actor, target) or not can_moderate(actor, target) or not target.is_listed:
        raise Invalid(WHICH, field="target_id")
    if not thread.is_listed:
        raise Conflict(_("This thread is hidden or waits for approval. Decide about that first."))
    for one in (thread, target):
        if one.duplicate_of_id is not None:
            raise Conflict(_("“%(title)s” is closed as a duplicate. Undo that first.", title=one.title))
    if not target.is_question:
        ensure_has_no_solution(thread)
    if thread.duplicate_count:
        raise Conflict(_("Other questions are closed as duplicates of this one. Join it with the other question instead."))
    if thread.article_id is not None:
        raise Conflict(_("An article keeps this thread up to date. Join it with the other question instead."))


def _ids(posts: list[Post]) -> tuple[int, ...]:
    return tuple(post.id for post in posts)


def _take_followers(thread: Thread, target: Thread) -> list[int]:
    """Let the people who follow a thread, and its author, follow the other; return who did not before."""
    follows = sa.select(Follow.person_id).where(Follow.thread_id == thread.id, Follow.is_muted.is_(False))
    known = set(db.session.scalars(sa.select(Follow.person_id).where(Follow.thread_id == target.id)))
    people = {*db.session.scalars(follows), *([thread.author_id] if thread.author_id else [])} - known
    return _add(Follow, target, people, is_muted=False)


def _take_affected(thread: Thread, target: Thread) -> list[int]:
    """Let everybody affected by a question be affected by the other; return who was not before."""
    if not (thread.is_question and target.is_question):
        return []
    known = set(db.session.scalars(sa.select(MeToo.person_id).where(MeToo.thread_id == target.id)))
    said = set(db.session.scalars(sa.select(MeToo.person_id).where(MeToo.thread_id == thread.id)))
    people = {*said, *([thread.author_id] if thread.author_id else [])} - known - {target.author_id or 0}
    return _add(MeToo, target, people)


def _add(model: type[Follow] | type[MeToo], target: Thread, people: set[int], **values: Any) -> list[int]:
    rows = [{"thread_id": target.id, "person_id": one, "created_at": now(), **values} for one in sorted(people)]
    upsert(model.__table__, rows, ["thread_id", "person_id"], [])
    return sorted(people)


def _give_back(details: dict[str, Any], target: Thread) -> None:
    for model, name in ((Follow, "follows"), (MeToo, "me_toos")):
        rows = sa.delete(model).where(model.thread_id == target.id, model.person_id.in_(details[name]))
        db.session.execute(rows)
