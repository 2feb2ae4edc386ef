"""What one person did with one thread: small reads for the buttons that flip."""

from app.core.actor import Actor
from app.core.db import db
from app.forum.models import Follow, MeToo


def has_said_me_too(actor: Actor, thread_id: int) -> bool:
    """Return whether the actor said to have the same problem."""
    return actor.is_authenticated and db.session.get(MeToo, (thread_id, actor.id)) is not None


def is_following(actor: Actor, thread_id: int) -> bool:
    """Return whether the actor wants to hear of new posts in the thread."""
    found = db.session.get(Follow, (thread_id, actor.id)) if actor.is_authenticated else None
    return found is not None and not found.is_muted
