"""Comments: writing, changing and taking them back."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.core.reasons import checked_reason
from app.forum.events import CommentAdded, CommentCurated, CommentHeld
from app.forum.models import Comment, Post
from app.forum.models.reshaping import ReshapingKind
from app.forum.policies import ensure_can_comment, ensure_can_edit_comment, ensure_can_see_post
from app.forum.queries.threads import get_comment_for_update, get_post_for_update
from app.forum.screening import Submission, Verdict, note_screened, screen
from app.forum.services.checking import COMMENT_MAX, check_body
from app.forum.services.figures import derive_comment_counts, settle
from app.forum.services.mentioning import tell_mentioned, tell_newly_mentioned
from app.forum.services.pacing import ensure_pace
from app.forum.services.relocating import remember
from app.forum.services.revising import DOUBLE_SUBMIT
from app.forum.services.waiting import end_wait

TAKEN_BACK = lazy_gettext("Taken back by its author")
WAITING = lazy_gettext("Waiting for a moderator")


def add_comment(actor: Actor, *, post_id: int, body: Rendered, mentions: Sequence[int] = (), is_request: bool = False) -> Comment:
    """Add a comment under a listed post; one that screening holds waits, hidden, for a moderator.

    The same text sent again within a minute returns the first comment.

    `is_request`: the question waits for its asker from now on (see enquiring).
    Raises NotFound, Forbidden, Conflict for a thread or post that takes none, Invalid("body").
    """
    post = get_post_for_update(post_id)
    ensure_can_comment(actor, post, post.thread)
    check_body(body, most=COMMENT_MAX)
    if double := _find_double(actor, post, body):
        return double
    thread = post.thread
    ensure_pace(actor, thread)
    submission = Submission(actor, "comment", body, thread_id=thread.id, holds_first=thread.category.holds_first_posts)
    verdict = screen(submission)
    comment = Comment(post_id=post.id, author_id=actor.id, created_at=now())
    _set_text(comment, body)
    _hold(comment, verdict)
    db.session.add(comment)
    if not verdict.is_held:
        end_wait(thread, actor)
    settle_comments(post)
    ensure_may_still_post(actor)
    note_screened(submission, verdict, thread.id, post.id, comment.id)
    if verdict.is_held:
        emit(CommentHeld(thread.id, post.id, comment.id, actor.id))
    else:
        emit(CommentAdded(thread.id, post.id, comment.id, actor.id, is_request))
        tell_mentioned(post, actor.id, mentions, comment.id)
    return comment


def edit_comment(actor: Actor, *, comment_id: int, body: Rendered, mentions: Sequence[int] = (), reason: str = "") -> Comment:
    """Change a comment: its author for half an hour, moderators any time, with a reason. Only newly mentioned people are told.

    Raises NotFound, Forbidden, Invalid by field. `mentions` are all people the new text names.
    """
    comment = get_comment_for_update(comment_id)
    post = comment.post
    ensure_can_see_post(actor, post, post.thread)
    ensure_can_edit_comment(actor, comment, post.thread)
    check_body(body, most=COMMENT_MAX)
    why = checked_reason(reason, is_required=comment.author_id != actor.id and not actor.is_system)
    if comment.body_source == body.source:
        return comment
    old_html, old_source = comment.body_html, comment.body_source
    submission = Submission(actor, "comment", body, thread_id=post.thread_id, is_edit=True, before=old_html)
    verdict = screen(submission)
    _set_text(comment, body)
    comment.edited_at = now()
    _hold(comment, verdict)
    if comment.hidden_at is None:
        end_wait(post.thread, actor)
    settle_comments(post)
    ensure_may_still_post(actor)
    note_screened(submission, verdict, post.thread_id, post.id, comment.id)
    if comment.author_id != actor.id:
        _keep_earlier(actor, comment, old_source, why)
    if verdict.is_held:
        emit(CommentHeld(post.thread_id, post.id, comment.id, comment.author_id))
        return comment
    tell_newly_mentioned(post, comment.author_id, mentions, old_html, comment.id)
    return comment


def delete_comment(actor: Actor, *, comment_id: int) -> Comment:
    """Take back one's own comment within half an hour; it stays in the database, hidden. Twice changes nothing.

    Raises NotFound, and Forbidden for other people's comments: moderators hide those, with a reason.
    """
    comment = get_comment_for_update(comment_id)
    post = comment.post
    ensure_can_see_post(actor, post, post.thread)
    is_own = actor.is_authenticated and comment.author_id == actor.id
    if is_own and comment.hidden_at is not None and comment.hidden_reason == TAKEN_BACK:
        return comment
    ensure_can_edit_comment(actor, comment, post.thread)
    if not is_own:
        raise Forbidden(_("Only its author can take back a comment. Moderators hide it, with a reason."))
    comment.hidden_at = comment.hidden_at or now()
    comment.hidden_reason = TAKEN_BACK
    settle_comments(post)
    return comment


def settle_comments(post: Post) -> None:
    """End a change of a locked post's comments: their number, and the thread's figures."""
    db.session.flush()
    post.comment_count = derive_comment_counts([post.id])[post.id]
    settle(post.thread)


def _keep_earlier(actor: Actor, comment: Comment, old_source: str, reason: str) -> None:
    """Changing somebody else's comment is a decision. Its text before is kept for undoing that: comments have no revisions."""
    thread_id = comment.post.thread_id
    details = {"comment": comment.id, "source": old_source, "revision": comment.revision}
    number = remember(ReshapingKind.EDIT_COMMENT, thread_id, None, details)
    emit(CommentCurated(thread_id, comment.post_id, comment.id, "edit", actor.id, reason, number))


def _hold(comment: Comment, verdict: Verdict) -> None:
    if verdict.is_held:
        comment.held_at = comment.hidden_at = comment.edited_at or comment.created_at
        comment.hidden_reason = WAITING


def _set_text(comment: Comment, body: Rendered) -> None:
    comment.body_source = body.source
    comment.body_html = str(body.html)
    comment.body_text = body.text


def _find_double(actor: Actor, post: Post, body: Rendered) -> Comment | None:
    statement = (
        sa.select(Comment)
        .where(
            Comment.post_id == post.id, Comment.author_id == actor.id, Comment.body_source == body.source,
            Comment.hidden_at.is_(None), Comment.created_at > now() - DOUBLE_SUBMIT,
        )
        .limit(1)
    )  # fmt: skip
    return db.session.scalar(statement)
