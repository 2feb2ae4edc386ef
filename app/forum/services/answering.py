"""Adding an answer to a question or a reply to a discussion."""

from collections.abc import Sequence

from app.core.actor import Actor
from app.core.events import emit
from app.core.markup import Rendered
from app.forum.events import PostAdded
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_add_post
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.checking import check_body
from app.forum.services.figures import settle
from app.forum.services.mentioning import tell_mentioned
from app.forum.services.revising import add_first_text, find_double
from app.forum.services.waiting import end_wait


def add_post(actor: Actor, *, thread_id: int, body: Rendered, mentions: Sequence[int] = ()) -> Post:
    """Add an answer (in a discussion: a reply); answers of staff are official. Askers may answer their own question.

    The same text sent again within a minute returns the first post. Raises NotFound, Forbidden, Conflict for a thread that
    takes no posts, Invalid("body").
    """
    thread = get_thread_for_update(thread_id)
    ensure_can_add_post(actor, thread)
    check_body(body)
    if double := find_double(thread_id, actor.id, body):
        return double
    post = add_first_text(actor, thread, PostKind.ANSWER if thread.is_question else PostKind.REPLY, body)
    end_wait(thread, actor, is_answer=True)
    settle(thread)
    emit(PostAdded(thread.id, post.id, actor.id))
    tell_mentioned(post, actor.id, mentions)
    return post
