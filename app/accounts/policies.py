"""Who may do what with accounts. `can_` is pure, `ensure_` raises."""

from app.accounts.models import Person
from app.core.actor import Actor, Role
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext


class NotLetIn(Forbidden):
    """Somebody proved who they are, and is banned. Only they may learn that from signing in."""

    default_message = lazy_gettext("Your account is banned, so you cannot sign in.")

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person


def ensure_let_in(person: Person) -> None:
    """Raise NotLetIn for somebody who is banned."""
    if person.is_banned:
        raise NotLetIn(person)


def ensure_still_there(person: Person) -> None:
    """Raise Conflict for an account that is erased, or became part of another one."""
    if person.erased_at is not None or person.merged_into_id is not None:
        raise Conflict(_("%(name)s is not an account any more.", name=person.name))


def can_manage_people(actor: Actor) -> bool:
    """Admins look accounts up, change roles and hand accounts over, unless they are suspended."""
    return actor.is_admin and not actor.is_suspended


def can_suspend(actor: Actor, person: Person) -> bool:
    """Moderators suspend members; admins everybody but themselves."""
    if actor.id == person.id or not (actor.is_system or actor.can_write):
        return False
    return actor.is_admin or (actor.is_moderator and person.role == Role.MEMBER)


def can_edit_profile(actor: Actor, person: Person) -> bool:
    """People edit their own profile, unless they may write no texts."""
    return actor.can_post and actor.id == person.id


def ensure_can_manage_people(actor: Actor) -> None:
    """Raise NotFound (members need not know that this exists) unless the actor manages accounts."""
    if not can_manage_people(actor):
        raise NotFound


def ensure_can_suspend(actor: Actor, person: Person) -> None:
    """Raise Forbidden unless the actor may suspend this person."""
    if not can_suspend(actor, person):
        raise Forbidden(_("You are not allowed to suspend this person."))


def ensure_can_edit_profile(actor: Actor, person: Person) -> None:
    """Raise Forbidden unless the profile is the actor's own and they may write."""
    if can_edit_profile(actor, person):
        return
    if actor.id == person.id and actor.silence:
        raise Forbidden(actor.silence)
    raise Forbidden(_("You can only change your own profile."))
