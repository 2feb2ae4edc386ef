"""Splitting: some answers or replies become a thread of their own. The oldest of them is its opening text, its author the asker."""

from collections.abc import Collection, Sequence

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.reasons import checked_reason
from app.core.slugs import slugify
from app.core.text import shorten
from app.forum.events import PostsMoved, ThreadCurated
from app.forum.models import Category, Follow, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place, ReshapingKind
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import can_see_category, ensure_can_moderate
from app.forum.queries.threads import get_categories_for_update, get_thread_and_category_for_update, list_tag_names
from app.forum.services.checking import checked_title
from app.forum.services.figures import settle
from app.forum.services.listing import NOWHERE, move_counts, place_of
from app.forum.services.proposing import request_comparison
from app.forum.services.relocating import (
    ensure_not_moved_on,
    ensure_nothing_rests_on,
    get_posts_for_update,
    lead_on,
    lock_pair,
    peek,
    put_back,
    relocate,
    remember,
    take_back,
    withdraw_likely,
)
from app.forum.services.revising import add_revision
from app.forum.services.tagging import set_tags

EXCERPT = 200
SPLIT_BACK = lazy_gettext("Its posts went back to the thread they came from")


def split_thread(
    actor: Actor, *, thread_id: int, post_ids: Collection[int], kind: str, category_id: int, title: str, reason: str
) -> Thread:
    """Make a thread of some posts of another one and return it; its tags are those of the old one. `before`: the Reshaping.

    Raises NotFound, Forbidden, Invalid by field, Conflict for posts that are gone or that something rests on (the solution).
    """
    thread = get_thread_and_category_for_update(thread_id, category_id)
    ensure_can_moderate(actor, thread)
    category = get_categories_for_update([category_id]).get(category_id)
    if category is None or not can_see_category(actor, category):
        raise Invalid(_("Please choose one of the categories."), field="category")
    if kind not in list(ThreadKind):
        raise Invalid(_("A thread is a question or a discussion."), field="kind")
    title, why = checked_title(title), checked_reason(reason, is_required=True)
    posts = _chosen(thread, post_ids)
    withdraw_likely(thread, posts)
    new = _new_thread(posts[0], category, ThreadKind(kind), title)
    before = relocate(posts, new, posts[0].id)
    tags = list_tag_names(thread.id)
    set_tags(new, tags)
    _open(actor, new, posts[0], tags, why)
    _let_follow(new, posts)
    move_counts(NOWHERE, place_of(new))
    settle(thread)
    settle(new)
    number = remember(ReshapingKind.SPLIT, thread.id, new.id, {"posts": before})
    emit(ThreadCurated(thread.id, "split", actor.id, why, number))
    emit(PostsMoved(thread.id, new.id, tuple(post.id for post in posts), actor.id, why))
    if new.is_question:
        request_comparison()
    return new


def undo_split(actor: Actor, *, reshaping_id: int, reason: str = "") -> Thread:
    """Put the posts back where they came from, with whatever was posted to the new thread since; its address leads there.

    Returns the old thread. Raises NotFound, Forbidden, Conflict when it was undone, or something rests on the new thread by now.
    """
    found = peek(reshaping_id, ReshapingKind.SPLIT)
    threads = lock_pair(found.thread_id, found.other_id or 0)
    thread, new = threads[found.thread_id], threads[found.other_id or 0]
    for one in (thread, new):
        ensure_can_moderate(actor, one)
    why = checked_reason(reason)
    found = take_back(reshaping_id)
    ensure_not_moved_on(thread, new)
    if new.article_id is not None or new.duplicate_count or new.duplicate_of_id is not None:
        raise Conflict(_("The new thread belongs to an article or to another question by now. Undo that first."))
    posts, place = get_posts_for_update(new.id), place_of(new)
    ensure_nothing_rests_on(new, posts)
    withdraw_likely(new, posts)
    put_back(posts, new, thread, found.details["posts"])
    new.hidden_at, new.hidden_reason = now(), SPLIT_BACK
    move_counts(place, place_of(new))
    lead_on(Place.THREAD, new.id, Place.THREAD, thread.id)
    settle(new)
    settle(thread)
    emit(ThreadCurated(thread.id, "unsplit", actor.id, why))
    emit(PostsMoved(new.id, thread.id, tuple(post.id for post in posts), actor.id, why, is_undo=True))
    return thread


def _chosen(thread: Thread, ids: Collection[int]) -> list[Post]:
    if not ids:
        raise Invalid(_("Please choose at least one post."), field="posts")
    posts = get_posts_for_update(thread.id, ids)
    if len(posts) < len(set(ids)):
        raise Conflict(_("Some of these posts are not in this thread any more. Please choose again."))
    if any(post.kind == PostKind.OPENING for post in posts):
        raise Invalid(_("The opening text stays: choose posts below it."), field="posts")
    if not posts[0].is_listed:
        raise Invalid(_("The first of the posts is hidden or waits for approval. Please start with another one."), field="posts")
    ensure_nothing_rests_on(thread, posts)
    return posts


def _new_thread(first: Post, category: Category, kind: ThreadKind, title: str) -> Thread:
    moment = now()
    thread = Thread(
        kind=kind, title=title, slug=slugify(title), category=category, author_id=first.author_id, created_at=first.created_at,
        last_activity_at=first.created_at, modified_at=moment, excerpt=shorten(first.body_text, EXCERPT),
        status=Status.UNANSWERED if kind == ThreadKind.QUESTION else Status.OPEN,
        answer_count=0, accepted_count=0, score=0, me_too_count=0, duplicate_count=0,
    )  # fmt: skip
    db.session.add(thread)
    db.session.flush()
    return thread


def _open(actor: Actor, thread: Thread, first: Post, tags: Sequence[str], reason: str) -> None:
    """Keep the title with the text, as every opening does, in a revision of its own."""
    first.revision += 1
    add_revision(first, thread, tags, actor, reason, now())


def _let_follow(thread: Thread, posts: Sequence[Post]) -> None:
    people = sorted({post.author_id for post in posts if post.author_id is not None})
    rows = [{"thread_id": thread.id, "person_id": one, "is_muted": False, "created_at": now()} for one in people]
    upsert(Follow.__table__, rows, ["thread_id", "person_id"], [])
