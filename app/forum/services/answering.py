"""Adding an answer to a question or a reply to a discussion."""

from collections.abc import Sequence

from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.events import emit
from app.core.markup import Rendered
from app.forum.events import PostAdded, PostHeld
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_add_post
from app.forum.queries.threads import get_thread_for_update
from app.forum.screening import Submission, note_screened, screen
from app.forum.services.checking import check_body
from app.forum.services.figures import settle, settle_new_post
from app.forum.services.mentioning import tell_mentioned
from app.forum.services.pacing import ensure_pace
from app.forum.services.revising import add_first_text, find_double
from app.forum.services.waiting import end_wait


def add_post(actor: Actor, *, thread_id: int, body: Rendered, mentions: Sequence[int] = ()) -> Post:
    """Add an answer (in a discussion: a reply); answers of staff are official. Askers may answer their own question.

    One that screening holds waits for a moderator. The same text sent again within a minute returns the first post.
    Raises NotFound, Forbidden, Conflict for a thread that takes no posts, Invalid("body"), also for a text that is
    refused, or comes too soon for a thread in slow mode.
    """
    thread = get_thread_for_update(thread_id)
    ensure_can_add_post(actor, thread)
    check_body(body)
    if double := find_double(thread, actor.id, body):
        return double
    ensure_pace(actor, thread)
    submission = Submission(actor, "post", body, thread_id=thread.id, holds_first=thread.category.holds_first_posts)
    verdict = screen(submission)
    post = add_first_text(actor, thread, PostKind.ANSWER if thread.is_question else PostKind.REPLY, body)
    if verdict.is_held:
        post.held_at = post.created_at
    if verdict.is_held or end_wait(thread, actor, is_answer=True):
        settle(thread)
    else:
        settle_new_post(thread, post)
    ensure_may_still_post(actor)
    note_screened(submission, verdict, thread.id, post.id)
    if verdict.is_held:
        emit(PostHeld(thread.id, post.id, actor.id))
    else:
        emit(PostAdded(thread.id, post.id, actor.id))
        tell_mentioned(post, actor.id, mentions)
    return post
