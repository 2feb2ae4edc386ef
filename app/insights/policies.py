"""Who sees insights. What a figure counts is ruled by the forum: everybody sees only questions that they may read."""

from app.core.actor import Actor
from app.core.errors import NotFound


def can_see_insights(actor: Actor) -> bool:
    """Staff, moderators and admins see how the community does."""
    return actor.is_curator


def ensure_can_see_insights(actor: Actor) -> None:
    """Raise NotFound for anybody else: they need not know that there is such a page."""
    if not can_see_insights(actor):
        raise NotFound
