"""Giving people roles."""

import sqlalchemy as sa

from app.accounts.events import RoleChanged
from app.accounts.models import Person
from app.accounts.policies import ensure_can_manage_people, ensure_still_there
from app.accounts.queries import get_person_for_update
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work


def set_role(actor: Actor, person_id: int, role: str) -> Person:
    """Give a person a role. Raises NotFound for others than admins, Invalid("role"), and Conflict for the last admin and accounts that are gone."""
    require_unit_of_work()
    ensure_can_manage_people(actor)
    if role not in list(Role):
        raise Invalid(_("This role does not exist. Roles: %(roles)s.", roles=", ".join(Role)), "role")
    # All admins are locked in one order: two of them must not demote each other at the same moment.
    locked = sa.select(Person.id).where(Person.role == Role.ADMIN).order_by(Person.id).with_for_update(key_share=True)
    admins = set(db.session.scalars(locked))
    person = get_person_for_update(person_id)
    ensure_still_there(person)
    old = person.role
    if old == role:
        return person
    if old == Role.ADMIN and admins <= {person.id}:
        raise Conflict(_("This is the last admin. Make somebody else an admin first."))
    person.role = role
    emit(RoleChanged(person.id, actor.id, old, role))
    return person
