"""Turning a question into a discussion and back: its answers become replies, its address follows by itself.

Only what nothing rests on yet: a question that was solved, or has an article or duplicates, stays a question.
"""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.forum.events import ThreadCurated
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.reshaping import ReshapingKind
from app.forum.models.thread import ThreadKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.figures import settle
from app.forum.services.proposing import request_comparison
from app.forum.services.relocating import (
    ensure_has_no_solution,
    get_posts_for_update,
    list_staff_among,
    peek,
    remember,
    take_back,
)


def convert_thread(actor: Actor, *, thread_id: int, reason: str) -> Thread:
    """Make a question a discussion, or a discussion a question. `before`: the Reshaping. Raises NotFound, Forbidden, Conflict."""
    thread = get_thread_for_update(thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason, is_required=True)
    ensure_can_convert(thread)
    official = list(db.session.scalars(sa.select(Post.id).where(Post.thread_id == thread.id, Post.is_official)))
    posts = _turn(thread)
    staff = list_staff_among(posts)
    for post in posts:
        post.is_official = post.kind == PostKind.ANSWER and post.author_id in staff
    return _done(actor, thread, why, remember(ReshapingKind.CONVERT, thread.id, None, {"official": official}))


def undo_convert(actor: Actor, *, reshaping_id: int, reason: str = "") -> Thread:
    """Turn a thread back into what it was, and its answers into official ones where they were.

    Raises NotFound, Forbidden, Conflict when it was undone, or something rests on what it is now.
    """
    found = peek(reshaping_id, ReshapingKind.CONVERT)
    thread = get_thread_for_update(found.thread_id)
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason)
    found = take_back(reshaping_id)
    ensure_can_convert(thread)
    official = set(found.details["official"])
    posts = _turn(thread)
    staff = list_staff_among([post for post in posts if post.created_at > found.created_at])
    for post in posts:
        is_newer = post.created_at > found.created_at and post.author_id in staff
        post.is_official = post.kind == PostKind.ANSWER and (post.id in official or is_newer)
    return _done(actor, thread, why, "")


def ensure_can_convert(thread: Thread) -> None:
    """Raise Conflict if something rests on what the thread is: a solution, an article, duplicates."""
    if thread.duplicate_of_id is not None or thread.duplicate_count:
        raise Conflict(_("It belongs to an issue with other threads. Separate them first."))
    if thread.article_id is not None:
        raise Conflict(_("An article keeps this thread up to date, so it stays what it is."))
    if thread.card_post_id is not None:
        raise Conflict(_("It has an answer card. Take that off first."))
    ensure_has_no_solution(thread)


def _turn(thread: Thread) -> list[Post]:
    thread.kind = ThreadKind.DISCUSSION if thread.is_question else ThreadKind.QUESTION
    posts = [post for post in get_posts_for_update(thread.id) if post.kind != PostKind.OPENING]
    for post in posts:
        post.kind = PostKind.ANSWER if thread.is_question else PostKind.REPLY
    return posts


def _done(actor: Actor, thread: Thread, why: str, number: str) -> Thread:
    if thread.is_question:
        thread.duplicates_checked_at = None
        request_comparison()
    settle(thread)
    emit(ThreadCurated(thread.id, "to_question" if thread.is_question else "to_discussion", actor.id, why, number))
    return thread
