"""Who may decide about people, and about their appeals. Pure; `can_suspend` of accounts says whom a moderator may touch at all.

Who may appeal is said in `app.moderation.policies`.
"""

from app.accounts.models import Person
from app.accounts.policies import can_suspend
from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.i18n import gettext as _
from app.moderation.models import Sanction


def can_sanction(actor: Actor, person: Person) -> bool:
    """Moderators decide about members; admins about everybody but themselves."""
    return can_suspend(actor, person)


def ensure_can_sanction(actor: Actor, person: Person) -> None:
    """Raise Forbidden unless the actor may decide about this person."""
    if not can_sanction(actor, person):
        raise Forbidden(_("You are not allowed to decide about this person."))


def can_decide_appeal(actor: Actor, sanction: Sanction, person: Person, *, has_others: bool) -> bool:
    """Somebody who may decide about the person, and not who made the sanction while there is anybody else."""
    if not can_sanction(actor, person):
        return False
    return actor.is_system or sanction.created_by_id != actor.id or not has_others


def ensure_can_decide_appeal(actor: Actor, sanction: Sanction, person: Person, *, has_others: bool) -> None:
    """Raise Forbidden unless the actor may decide about the appeal."""
    ensure_can_sanction(actor, person)
    if not can_decide_appeal(actor, sanction, person, has_others=has_others):
        raise Forbidden(_("You made this decision, so somebody else looks at the appeal."))
