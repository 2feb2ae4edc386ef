"""Votes on posts, and 'I have this problem too'."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.forum.models import MeToo, Vote
from app.forum.policies import ensure_can_say_me_too, ensure_can_see_post, ensure_can_see_thread, ensure_can_vote
from app.forum.queries.threads import get_post_for_update, get_thread_for_update
from app.forum.services.figures import derive_scores, settle


def cast_vote(actor: Actor, *, post_id: int, value: int) -> int:
    """Set the actor's vote on a post to 1 or -1, or take it back with 0, and return the post's new score.

    Raises NotFound, Forbidden (own post, no right to write), Conflict for a post that is not listed, Invalid("value").
    """
    if value not in (-1, 0, 1):
        raise Invalid(_("A vote is 1, -1 or 0."), field="value")
    post = get_post_for_update(post_id)
    ensure_can_see_post(actor, post, post.thread)
    if not post.is_listed:
        raise Conflict(_("This post is not open to votes now."))
    ensure_can_vote(actor, post, post.thread)
    if value:
        row = {"post_id": post.id, "person_id": actor.id, "value": value, "created_at": now()}
        upsert(Vote.__table__, [row], ["post_id", "person_id"], ["value", "created_at"])
    else:
        db.session.execute(sa.delete(Vote).where(Vote.post_id == post.id, Vote.person_id == actor.id))
    post.score = derive_scores([post.id])[post.id]
    settle(post.thread, is_content_changed=False)
    return post.score


def say_me_too(actor: Actor, *, thread_id: int, value: bool | int) -> int:
    """Say that the actor has the same problem (or, with a false value, has not) and return how many have it beside the asker.

    Raises NotFound, Forbidden (own question, no right to write), Conflict for a thread that is not listed.
    """
    thread = get_thread_for_update(thread_id)
    ensure_can_see_thread(actor, thread)
    if not thread.is_listed:
        raise Conflict(_("This thread is waiting for approval."))
    ensure_can_say_me_too(actor, thread)
    if value:
        row = {"thread_id": thread.id, "person_id": actor.id, "created_at": now()}
        upsert(MeToo.__table__, [row], ["thread_id", "person_id"], [])
    else:
        db.session.execute(sa.delete(MeToo).where(MeToo.thread_id == thread.id, MeToo.person_id == actor.id))
    settle(thread, is_content_changed=False)
    return thread.me_too_count
