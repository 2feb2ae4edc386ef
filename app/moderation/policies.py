"""Who may see the queue and the log, and decide there. Single actions are ruled by the forum's policies."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.forum.models import Category
from app.moderation.models import AppealState, Sanction, SanctionKind

# So long after a decision about somebody they may ask for a second look, also when its time is over.
APPEAL_WINDOW = timedelta(days=30)


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
        raise Forbidden(actor.silence or "Please sign in first.")


def moderated_categories(actor: Actor) -> sa.ColumnElement[bool]:
    """The categories whose contents appear in this moderator's queue and log. The statement must join Category."""
    return Category.audience.in_(actor.audiences)


def can_appeal(person_id: int | None, sanction: Sanction, moment: datetime) -> bool:
    """The person concerned asks once for a second look: while the sanction counts, and 30 days after it was made."""
    if sanction.person_id != person_id or sanction.ended_at is not None or sanction.appeal_state != AppealState.NONE:
        return False
    is_recent = moment - sanction.created_at <= APPEAL_WINDOW
    return is_recent or (sanction.kind != SanctionKind.WARN and sanction.runs_at(moment))
