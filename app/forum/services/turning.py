"""Turning an answer or reply into a comment, and a comment into an answer or reply. Old links lead to what it became.

What it was stays in the database, hidden, so that undoing shows it again with its votes and its history.
"""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.core.reasons import checked_reason
from app.forum.events import CommentCurated, PostCurated
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place, Reshaping, ReshapingKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update, get_post_for_update
from app.forum.services.checking import COMMENT_MAX, check_body
from app.forum.services.commenting import settle_comments
from app.forum.services.figures import derive_comment_counts, settle
from app.forum.services.relocating import (
    ensure_nothing_rests_on,
    get_comments_for_update,
    get_posts_for_update,
    lead_on,
    list_staff_among,
    peek,
    post_kind_in,
    remember,
    take_back,
    withdraw_likely,
)
from app.forum.services.revising import add_revision, set_text

NOW_COMMENT = lazy_gettext("It is a comment now")
NOW_POST = lazy_gettext("It is an answer or reply now")
TURNED_BACK = lazy_gettext("It was turned back into what it was")
CHANGED_SINCE = lazy_gettext("It has changed since, so it cannot simply be turned back.")


def turn_into_comment(actor: Actor, *, post_id: int, under_id: int, body: Rendered, reason: str) -> Comment:
    """Make an answer or reply a comment under another post of its thread; its own comments come along. `before`: the Reshaping.

    `body` is its text as comments are rendered. Raises NotFound, Forbidden, Invalid by field (also when it is too long), Conflict.
    """
    post = get_post_for_update(post_id)
    thread = post.thread
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason, is_required=True)
    check_body(body, most=COMMENT_MAX)
    ensure_can_turn(post)
    under = next((one for one in get_posts_for_update(thread.id, [under_id]) if one.is_listed and one.id != post.id), None)
    if under is None:
        raise Invalid(_("Please choose a post under which it stands."), field="under")
    if body.source != post.body_source:
        raise Conflict
    withdraw_likely(thread, [post])
    comment = _add_comment(post, under, body)
    own = get_comments_for_update(post.id)
    for one in own:
        one.post_id = under.id
    post.hidden_at, post.hidden_reason = now(), NOW_COMMENT
    lead_on(Place.POST, post.id, Place.COMMENT, comment.id)
    _settle(post, under)
    details = {"post": post.id, "comment": comment.id, "under": under.id, "comments": [one.id for one in own]}
    number = remember(ReshapingKind.TO_COMMENT, thread.id, None, details)
    emit(PostCurated(thread.id, post.id, "to_comment", actor.id, why, number))
    return comment


def undo_into_comment(actor: Actor, *, reshaping_id: int, reason: str = "") -> Post:
    """Show the post again, with its comments, instead of the comment it became. Raises NotFound, Forbidden, Conflict."""
    found = peek(reshaping_id, ReshapingKind.TO_COMMENT)
    _ensure_one_thread(found.details["post"], found.details["under"])
    post = get_post_for_update(found.details["post"])
    under = get_post_for_update(found.details["under"])
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason)
    found = take_back(reshaping_id)
    comments = {one.id: one for one in get_comments_for_update(under.id)}
    comment = comments.get(found.details["comment"])
    if post.thread_id != under.thread_id or comment is None or comment.edited_at is not None or comment.hidden_at is not None:
        raise Conflict(CHANGED_SINCE)
    for one in found.details["comments"]:
        if one in comments:
            comments[one].post_id = post.id
    comment.hidden_at, comment.hidden_reason = now(), TURNED_BACK
    post.hidden_at, post.hidden_reason = None, ""
    lead_on(Place.COMMENT, comment.id, Place.POST, post.id)
    _settle(post, under)
    emit(PostCurated(post.thread_id, post.id, "from_comment", actor.id, why))
    return post


def turn_into_post(actor: Actor, *, comment_id: int, body: Rendered, reason: str) -> Post:
    """Make a comment an answer (in a discussion: a reply) of its author, as old as it is. `before`: the Reshaping.

    `body` is its text as posts are rendered. Raises NotFound, Forbidden, Invalid by field, Conflict for a hidden comment.
    """
    comment = get_comment_for_update(comment_id)
    thread = comment.post.thread
    ensure_can_moderate(actor, thread)
    why = checked_reason(reason, is_required=True)
    check_body(body)
    if comment.hidden_at is not None or body.source != comment.body_source:
        raise Conflict(_("This comment is hidden, or changed meanwhile."))
    post = _add_post(comment, body)
    comment.hidden_at, comment.hidden_reason = now(), NOW_POST
    lead_on(Place.COMMENT, comment.id, Place.POST, post.id)
    settle_comments(comment.post)
    number = remember(ReshapingKind.TO_ANSWER, thread.id, None, {"post": post.id, "comment": comment.id})
    emit(CommentCurated(thread.id, comment.post_id, comment.id, "to_answer", actor.id, why, number))
    return post


def undo_into_post(actor: Actor, *, reshaping_id: int, reason: str = "") -> Comment:
    """Show the comment again instead of the answer or reply it became. Raises NotFound, Forbidden, Conflict."""
    found: Reshaping = peek(reshaping_id, ReshapingKind.TO_ANSWER)
    home = db.session.scalar(sa.select(Comment.post_id).where(Comment.id == found.details["comment"]))
    _ensure_one_thread(found.details["post"], home or 0)
    comment = get_comment_for_update(found.details["comment"])
    post = get_post_for_update(found.details["post"])
    ensure_can_moderate(actor, post.thread)
    why = checked_reason(reason)
    found = take_back(reshaping_id)
    ensure_nothing_rests_on(post.thread, [post])
    if post.revision > 1 or post.comment_count or post.hidden_at is not None or post.thread_id != comment.post.thread_id:
        raise Conflict(CHANGED_SINCE)
    withdraw_likely(post.thread, [post])
    post.hidden_at, post.hidden_reason = now(), TURNED_BACK
    comment.hidden_at, comment.hidden_reason = None, ""
    lead_on(Place.POST, post.id, Place.COMMENT, comment.id)
    settle_comments(comment.post)
    emit(CommentCurated(post.thread_id, comment.post_id, comment.id, "from_answer", actor.id, why))
    return comment


def ensure_can_turn(post: Post) -> None:
    """Raise Conflict unless a locked answer or reply can become a comment: it is visible, and nothing rests on it."""
    if post.kind == PostKind.OPENING:
        raise Conflict(_("The opening text is no answer. Merge its thread with another one instead."))
    if not post.is_listed:
        raise Conflict(_("This post is hidden or waits for approval."))
    ensure_nothing_rests_on(post.thread, [post])


def _ensure_one_thread(*post_ids: int) -> None:
    """Raise Conflict unless posts stand in one thread: then one lock is enough, and nobody waits for another in a circle."""
    threads = set(db.session.scalars(sa.select(Post.thread_id).where(Post.id.in_(post_ids))))
    if len(threads) != 1:
        raise Conflict(CHANGED_SINCE)


def _add_comment(post: Post, under: Post, body: Rendered) -> Comment:
    comment = Comment(
        post_id=under.id, author_id=post.author_id, created_at=post.created_at, body_source=body.source,
        body_html=str(body.html), body_text=body.text,
    )  # fmt: skip
    db.session.add(comment)
    db.session.flush()
    return comment


def _add_post(comment: Comment, body: Rendered) -> Post:
    thread = comment.post.thread
    post = Post(thread_id=thread.id, kind=post_kind_in(thread), author_id=comment.author_id, created_at=comment.created_at)
    set_text(post, body)
    post.is_official = post.kind == PostKind.ANSWER and comment.author_id in list_staff_among([post])
    db.session.add(post)
    db.session.flush()
    add_revision(post, thread, (), Actor(id=comment.author_id), "", comment.created_at)
    return post


def _settle(post: Post, under: Post) -> None:
    db.session.flush()
    counts = derive_comment_counts([post.id, under.id])
    post.comment_count, under.comment_count = counts[post.id], counts[under.id]
    settle(post.thread)
