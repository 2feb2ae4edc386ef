"""Who may see the queue and the log, and decide there. Single actions are ruled by the forum's policies."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor, Audience, Role
from app.core.clock import now
from app.core.errors import Forbidden
from app.core.i18n import gettext as _
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
        raise Forbidden(_("Only moderators can do that."))


def can_decide(actor: Actor) -> bool:
    """Moderators decide, unless they are suspended themselves."""
    return actor.is_moderator and actor.can_write


def ensure_can_decide(actor: Actor) -> None:
    """Raise Forbidden unless the actor may decide, not only read what waits."""
    ensure_can_moderate_site(actor)
    if not can_decide(actor):
        raise Forbidden(actor.silence)


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


def is_for(actor: Actor, concerned: Any, audience: Any = Audience.PUBLIC) -> sa.ColumnElement[bool]:
    """Return the criterion that something is not about the actor, or that nobody else could decide about it.

    `concerned`: the column of the person it is about; `audience`: who reads it, a column too where that differs.
    """
    if actor.id is None:
        return sa.true()
    asking = sa.bindparam("asking", actor.id, type_=Person.id.type)
    return sa.or_(concerned.is_(None), concerned != asking, sa.not_(exists_other(asking, audience)))


def exists_other(actor_id: int | sa.BindParameter[int], audience: Any) -> sa.ColumnElement[bool]:
    """Whether anybody but the actor could decide today: let in, not suspended, with a password, and reading what it is about."""
    other, read_by = aliased(Person), sa.literal(audience) if isinstance(audience, str) else audience
    moment = sa.bindparam("asked_at", now(), type_=Person.suspended_until.type)
    found = sa.exists().where(
        other.id != actor_id, other.role.in_((Role.MODERATOR, Role.ADMIN)), other.banned_at.is_(None),
        other.password_hash.is_not(None), sa.or_(other.suspended_until.is_(None), other.suspended_until <= moment),
        sa.or_(other.role == Role.ADMIN, read_by != Audience.STAFF),
    )  # fmt: skip
    return found.correlate_except(other)


def asked_by(actor: Actor) -> dict[str, Any]:
    """Return the values by which a statement with `is_for` that was made once for a role asks for this actor, now."""
    return {"asking": actor.id, "asked_at": now()}


def can_appeal(person_id: int | None, sanction: Sanction, moment: datetime) -> bool:
    """The person concerned asks once for a second look: while the sanction counts, and 30 days after it was made."""
    if sanction.person_id != person_id or sanction.ended_at is not None or sanction.appeal_state != AppealState.NONE:
        return False
    is_recent = moment - sanction.created_at <= APPEAL_WINDOW
    return is_recent or (sanction.kind != SanctionKind.WARN and sanction.runs_at(moment))
