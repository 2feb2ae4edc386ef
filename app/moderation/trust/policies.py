"""Who decides about levels by hand. Pure but for `ensure_`."""

from app.accounts.models import Person
from app.core.actor import Actor, Role
from app.core.errors import Forbidden
from app.core.i18n import gettext as _


def can_set_level(actor: Actor, person: Person) -> bool:
    """Staff and moderators decide about members, never about themselves; people who work here have every ability anyway."""
    return actor.is_curator and actor.can_write and actor.id != person.id and person.role == Role.MEMBER


def ensure_can_set_level(actor: Actor, person: Person) -> None:
    """Raise Forbidden unless the actor may decide about this person's level."""
    if not can_set_level(actor, person):
        raise Forbidden(_("You are not allowed to decide about this person's level."))
