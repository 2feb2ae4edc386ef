"""Who may see the queue and the log, and decide there. Single actions are ruled by the forum's policies."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.forum.models import Category


def can_moderate_site(actor: Actor) -> bool:
    """Moderators and admins work the queue and read the log."""
    return actor.is_moderator


def ensure_can_moderate_site(actor: Actor) -> None:
    """Raise Forbidden unless the actor is a moderator."""
    if not can_moderate_site(actor):
        raise Forbidden("Only moderators can do that.")


def can_flag_people(actor: Actor) -> bool:
    """People who may take part may report others."""
    return actor.can_write


def ensure_can_flag_people(actor: Actor) -> None:
    """Raise Forbidden unless the actor may report people."""
    if not can_flag_people(actor):
        suspended = "Your account is suspended, so you cannot report anybody for now."
        raise Forbidden(suspended if actor.is_authenticated else "Please sign in first.")


def moderated_categories(actor: Actor) -> sa.ColumnElement[bool]:
    """The categories whose contents appear in this moderator's queue and log. The statement must join Category."""
    return Category.audience.in_(actor.audiences)
