"""Keeping the groups of staff: admins only."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.desk.models import AssignmentRule, DeskItem, StaffGroup, StaffGroupMember
from app.desk.models.desk import GROUP_NAME_MAX
from app.desk.policies import ensure_can_arrange_desk
from app.desk.queries.people import is_staff_person

DESCRIPTION_MAX = 300


def create_group(actor: Actor, *, name: str, description: str = "", member_ids: Iterable[int] = ()) -> StaffGroup:
    """Add a group. Raises NotFound, Invalid("name", "description" or "members")."""
    ensure_can_arrange_desk(actor)
    require_unit_of_work()
    _check(name, description, None)
    group = StaffGroup(name=name, description=description)
    db.session.add(group)
    db.session.flush()
    _set_members(group.id, set(member_ids))
    return group


def update_group(actor: Actor, *, group_id: int, name: str, description: str, member_ids: Iterable[int]) -> StaffGroup:
    """Change a group and who is in it. Raises NotFound, Invalid("name", "description" or "members")."""
    ensure_can_arrange_desk(actor)
    group = _get_for_update(group_id)
    _check(name, description, group_id)
    group.name, group.description = name, description
    _set_members(group_id, set(member_ids))
    return group


def delete_group(actor: Actor, *, group_id: int) -> None:
    """Remove a group; nobody is in charge of its questions then. Raises NotFound, Conflict while a rule names it."""
    ensure_can_arrange_desk(actor)
    group = _get_for_update(group_id)
    if db.session.scalar(sa.select(sa.exists().where(AssignmentRule.group_id == group_id))):
        raise Conflict(_("A rule still names this group. Change or remove the rule first."))
    unassigned = {"group_id": None, "assigned_at": None, "assigned_by_id": None}
    db.session.execute(sa.update(DeskItem).where(DeskItem.group_id == group_id).values(**unassigned))
    db.session.execute(sa.delete(StaffGroupMember).where(StaffGroupMember.group_id == group_id))
    db.session.delete(group)


def _get_for_update(group_id: int) -> StaffGroup:
    require_unit_of_work()
    statement = sa.select(StaffGroup).where(StaffGroup.id == group_id).with_for_update(key_share=True)
    group: StaffGroup | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if group is None:
        raise NotFound(_("There is no such group any more."))
    return group


def _check(name: str, description: str, own_id: int | None) -> None:
    errors = {}
    if not 2 <= len(name) <= GROUP_NAME_MAX:
        errors["name"] = _("Please use 2 to %(most)s characters.", most=GROUP_NAME_MAX)
    same = sa.select(StaffGroup.id).where(sa.func.lower(StaffGroup.name) == name.lower(), StaffGroup.id != (own_id or 0))
    if "name" not in errors and db.session.scalar(same) is not None:
        errors["name"] = _("There is a group of this name already.")
    if len(description) > DESCRIPTION_MAX:
        errors["description"] = _("Please use at most %(most)s characters.", most=DESCRIPTION_MAX)
    if errors:
        raise Invalid(errors)


def _set_members(group_id: int, wanted: set[int]) -> None:
    """Let exactly these people be in a group; only staff join, and who was staff once may stay."""
    before = set(db.session.scalars(sa.select(StaffGroupMember.person_id).where(StaffGroupMember.group_id == group_id)))
    if not all(is_staff_person(person_id) for person_id in wanted - before):
        raise Invalid(_("Only people of the staff can be in a group."), field="members")
    leaving = sa.and_(StaffGroupMember.group_id == group_id, StaffGroupMember.person_id.in_(before - wanted))
    db.session.execute(sa.delete(StaffGroupMember).where(leaving))
    db.session.add_all(StaffGroupMember(group_id=group_id, person_id=person_id) for person_id in sorted(wanted - before))
    db.session.flush()
