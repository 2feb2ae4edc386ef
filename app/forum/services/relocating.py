"""What splitting, merging and their undoing share: posts change the thread, old addresses lead on, and it is remembered.

The evidence about a post goes with it: what readers said, whether it was accepted. Callers hold the locks of both threads.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.forum.models import Acceptance, Comment, Outcome, Post, Redirect, Reshaping, Thread
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place, ReshapingKind
from app.forum.models.resolution import OutcomeKind
from app.forum.outcomes import CONFIRMED
from app.forum.queries.outcomes import list_standing_outcomes
from app.forum.queries.places import exists_redirect, find_reshaping, get_category_ids, get_reshaping_for_update
from app.forum.queries.threads import get_categories_for_update, get_threads_for_update
from app.forum.services.waiting import withdraw_by_inference

LIKELY_MOVED = lazy_gettext("The answer was moved to another thread")


def post_kind_in(thread: Thread) -> PostKind:
    """Return what posts of a thread are, apart from its opening."""
    return PostKind.ANSWER if thread.is_question else PostKind.REPLY


def lock_pair(first_id: int, second_id: int) -> dict[int, Thread]:
    """Lock the categories of two threads, then the threads, and return these by id.

    Raises NotFound, or Conflict when one moved to another category at this very moment.
    """
    known = get_category_ids((first_id, second_id))
    get_categories_for_update(known.values())
    threads = get_threads_for_update(sorted({first_id, second_id}))
    if {one.id: one.category_id for one in threads.values()} != known:
        raise Conflict
    return threads


def get_posts_for_update(thread_id: int, ids: Iterable[int] | None = None) -> list[Post]:
    """Lock posts of a locked thread (all when none are named) and return them, oldest first; others' ids are left out."""
    statement = sa.select(Post).where(Post.thread_id == thread_id).order_by(Post.id)
    if ids is not None:
        statement = statement.where(Post.id.in_(sorted(set(ids))))
    found = db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    return sorted(found, key=lambda post: (post.created_at, post.id))


def get_comments_for_update(post_id: int) -> list[Comment]:
    """Lock the comments under a locked post and return them, oldest first, hidden ones among them."""
    statement = sa.select(Comment).where(Comment.post_id == post_id).order_by(Comment.id).with_for_update(key_share=True)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def list_staff_among(posts: Sequence[Post]) -> frozenset[int]:
    """Return the authors of posts who are staff now."""
    ids = {post.author_id for post in posts if post.author_id is not None}
    statement = sa.select(Person.id).where(Person.id.in_(ids), Person.role.in_((Role.STAFF, Role.ADMIN)))
    return frozenset(db.session.scalars(statement))


def relocate(posts: Sequence[Post], target: Thread, opening_id: int | None = None) -> dict[str, list[Any]]:
    """Put posts into a thread, as what posts are there (`opening_id`: as its opening text), with the evidence about them.

    Returns what `put_back` needs: by post its old kind, and whether it was official.
    """
    before: dict[str, list[Any]] = {str(post.id): [post.kind, post.is_official] for post in posts}
    staff = list_staff_among(posts)
    for post in posts:
        kind = PostKind.OPENING if post.id == opening_id else post_kind_in(target)
        if post.kind != kind:
            post.is_official = kind == PostKind.ANSWER and post.author_id in staff
        post.kind, post.thread_id = kind, target.id
    _take_evidence(posts, target)
    return before


def put_back(posts: Sequence[Post], source: Thread, target: Thread, before: dict[str, list[Any]]) -> None:
    """Put posts back into a thread as what they were there; those that were never there become what posts are there.

    An opening text is as visible as its thread, so what is hidden, or waits, stays so when it becomes one, or is none any more.
    """
    for post in posts:
        kind, is_official = before.get(str(post.id), (post_kind_in(target), post.is_official))
        if kind == PostKind.OPENING != post.kind:
            _hand_over_sight(post, target)
        elif post.kind == PostKind.OPENING != kind:
            _hand_over_sight(source, post)
        post.kind, post.is_official, post.thread_id = kind, is_official, target.id
    _take_evidence(posts, target)


def _hand_over_sight(giver: Post | Thread, taker: Post | Thread) -> None:
    taker.hidden_at, taker.hidden_reason, taker.held_at = giver.hidden_at, giver.hidden_reason, giver.held_at
    giver.hidden_at, giver.hidden_reason, giver.held_at = None, "", None


def _take_evidence(posts: Sequence[Post], target: Thread) -> None:
    db.session.flush()
    ids = [post.id for post in posts]
    db.session.execute(sa.update(Outcome).where(Outcome.post_id.in_(ids)).values(thread_id=target.id))
    db.session.execute(sa.update(Acceptance).where(Acceptance.post_id.in_(ids)).values(thread_id=target.id))


def ensure_nothing_rests_on(thread: Thread, posts: Sequence[Post]) -> None:
    """Raise Conflict if the solution or the answer card of a locked thread is among its posts."""
    ids = {post.id for post in posts}
    said = list_standing_outcomes(thread.id, *CONFIRMED)
    if any(post.accepted_at is not None for post in posts) or any(event.post_id in ids for event in said):
        raise Conflict(_("An answer that is marked as the solution stays where it is. Withdraw it as the solution first."))
    if thread.card_post_id in ids:
        raise Conflict(_("The answer card stays where it is. Take it off first."))


def ensure_has_no_solution(thread: Thread) -> None:
    """Raise Conflict while somebody's word stands that a locked thread is solved: in a discussion nobody could withdraw it."""
    if list_standing_outcomes(thread.id, *CONFIRMED) or thread.accepted_count:
        raise Conflict(_("It has a solution. Withdraw that first, or leave it a question."))


def ensure_not_moved_on(*threads: Thread) -> None:
    """Raise Conflict if the address of a thread leads elsewhere by now: it was merged, or split back."""
    for thread in threads:
        if exists_redirect(Place.THREAD, thread.id):
            raise Conflict(_("“%(title)s” became part of another thread. Undo that first.", title=thread.title))


def withdraw_likely(thread: Thread, posts: Sequence[Post]) -> None:
    """Take back our own inference that one of the posts solved a locked thread: it is about to leave."""
    ids = {post.id for post in posts}
    for event in list_standing_outcomes(thread.id, OutcomeKind.LIKELY):
        if event.post_id in ids:
            withdraw_by_inference(thread, event.id, event.post_id, LIKELY_MOVED)


def lead_on(kind: str, old_id: int, new_kind: str, new_id: int) -> None:
    """Have an old address lead to a new one, and never in a circle: what is led to now stands there itself."""
    stop_leading(new_kind, new_id)
    row = {"kind": kind, "old_id": old_id, "new_kind": new_kind, "new_id": new_id, "created_at": now()}
    upsert(Redirect.__table__, [row], ["kind", "old_id"], ["new_kind", "new_id", "created_at"])


def stop_leading(kind: str, old_id: int) -> None:
    """Let an address stand for itself again."""
    db.session.execute(sa.delete(Redirect).where(Redirect.kind == kind, Redirect.old_id == old_id))


def remember(kind: ReshapingKind, thread_id: int, other_id: int | None, details: dict[str, Any]) -> str:
    """Keep what undoing needs and return its number, for the log."""
    reshaping = Reshaping(kind=kind, thread_id=thread_id, other_id=other_id, details=details)
    db.session.add(reshaping)
    db.session.flush()
    return str(reshaping.id)


def peek(reshaping_id: int, *kinds: ReshapingKind) -> Reshaping:
    """Return what is remembered of one change that stands. Raises NotFound, Conflict when it was taken back."""
    found = find_reshaping(reshaping_id)
    if found is None or found.kind not in kinds:
        raise NotFound
    if found.undone_at is not None:
        raise Conflict(_("This was taken back already."))
    return found


def take_back(reshaping_id: int) -> Reshaping:
    """Lock what is remembered, after its threads, and mark it as taken back. Raises Conflict when somebody was faster."""
    found = get_reshaping_for_update(reshaping_id)
    if found is None or found.undone_at is not None:
        raise Conflict(_("This was taken back already."))
    found.undone_at = now()
    return found
