"""Following a thread: hearing of new posts, or having left on purpose."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, upsert
from app.forum.models import Follow, Thread
from app.forum.policies import ensure_can_follow
from app.forum.queries.threads import get_thread


def follow(actor: Actor, *, thread_id: int, value: bool | int) -> bool:
    """Follow a thread, or with a false `value` leave it for good: mentions aside, nothing subscribes the person again.

    Returns whether the person follows it now. Doing it twice changes nothing. Raises NotFound, Forbidden.
    """
    thread = get_thread(actor, thread_id)
    ensure_can_follow(actor, thread)
    row = {"thread_id": thread.id, "person_id": actor.id, "is_muted": not value, "created_at": now()}
    upsert(Follow.__table__, [row], ["thread_id", "person_id"], ["is_muted"])
    return bool(value)


def follow_own(actor: Actor, thread: Thread) -> None:
    """Let somebody follow a thread they take part in, unless they left it on purpose."""
    if actor.id is not None:
        row = {"thread_id": thread.id, "person_id": actor.id, "is_muted": False, "created_at": now()}
        upsert(Follow.__table__, [row], ["thread_id", "person_id"], [])


def list_follower_ids(thread_id: int) -> list[int]:
    """Return the people who want to hear of new posts in a thread."""
    return list(db.session.scalars(sa.select(Follow.person_id).where(Follow.thread_id == thread_id, Follow.is_muted.is_(False))))
