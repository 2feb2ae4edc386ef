"""Who belongs to the staff, and in which groups. Reads only."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.records import Struct
from app.desk.models import StaffGroup, StaffGroupMember

STAFF_ROLES = (Role.STAFF, Role.ADMIN)


class StaffRow(Struct, frozen=True):
    """Somebody who can be in charge of a question."""

    id: int
    name: str
    display_name: str


class GroupRow(Struct, frozen=True):
    """A group with its people (those who are no longer staff are marked)."""

    id: int
    name: str
    description: str
    members: tuple[StaffRow, ...]
    former: tuple[StaffRow, ...]
    rule_count: int


def staff_people(moment: datetime) -> sa.ColumnElement[bool]:
    """Criterion of people who work at the desk at `moment` (the SQL twin of `can_use_desk`)."""
    return sa.and_(
        Person.role != sa.literal_column("'member'"),  # word for word the condition of the partial index
        Person.role.in_(STAFF_ROLES),
        Person.banned_at.is_(None),
        sa.or_(Person.suspended_until.is_(None), Person.suspended_until <= moment),
    )


def is_staff_person(person_id: int) -> bool:
    """Return whether a person works at the desk now."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Person.id == person_id, staff_people(now())))))


def list_staff() -> list[StaffRow]:
    """Return everybody who works at the desk, by name."""
    statement = sa.select(Person.id, Person.name, Person.display_name).where(staff_people(now())).order_by(Person.name_key)
    return [StaffRow(*row) for row in db.session.execute(statement)]


def list_in_charge_ids(*, person_id: int | None = None, group_id: int | None = None) -> list[int]:
    """Return that person, or that group's people; only those who are staff now, so maybe nobody."""
    statement = sa.select(Person.id).where(staff_people(now())).order_by(Person.id)
    if person_id is not None:
        return list(db.session.scalars(statement.where(Person.id == person_id)))
    members = sa.select(StaffGroupMember.person_id).where(StaffGroupMember.group_id == group_id)
    return list(db.session.scalars(statement.where(Person.id.in_(members))))


def list_staff_ids(*, person_id: int | None = None, group_id: int | None = None) -> list[int]:
    """Return whom something at the desk concerns: that person, or that group's people, or all staff. Only people who are staff now.

    Nobody left of a person or group means all staff: somebody has to hear of it.
    """
    everybody = sa.select(Person.id).where(staff_people(now())).order_by(Person.id)
    return list_in_charge_ids(person_id=person_id, group_id=group_id) or list(db.session.scalars(everybody))


def group_ids_of(person_id: int) -> sa.Select[int]:
    """Return the select of the groups of a person, for use in other statements."""
    return sa.select(StaffGroupMember.group_id).where(StaffGroupMember.person_id == person_id)


def list_group_names() -> list[tuple[int, str]]:
    """Return ids and names of all groups, by name."""
    return list(db.session.execute(sa.select(StaffGroup.id, StaffGroup.name).order_by(StaffGroup.name)))
