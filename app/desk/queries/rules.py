"""Reading rules and groups as admins see them."""

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.desk.models import AssignmentRule, StaffGroup, StaffGroupMember
from app.desk.queries.people import GroupRow, StaffRow, staff_people
from app.forum.models import Category, Tag


class RuleRow(Struct, frozen=True):
    """One rule in words. `is_void`: it names somebody who is no longer staff, and is passed over."""

    id: int
    category_id: int | None
    category_name: str
    tag: str
    assignee_id: int | None
    group_id: int | None
    in_charge_name: str
    is_void: bool

    @property
    def in_charge(self) -> str:
        """The key of whom it puts in charge, as forms know it."""
        return f"g{self.group_id}" if self.group_id is not None else f"p{self.assignee_id}"


def list_rules() -> list[RuleRow]:
    """Return all rules in the order in which they are asked."""
    return [_rule(row) for row in db.session.execute(_rules())]


def get_rule(rule_id: int) -> RuleRow:
    """Return one rule; raise NotFound."""
    row = db.session.execute(_rules().where(AssignmentRule.id == rule_id)).first()
    if row is None:
        raise NotFound(_("There is no such rule any more."))
    return _rule(row)


def _rules() -> sa.Select[AssignmentRule, str, str, str, str, int]:
    working = aliased(Person, sa.select(Person).where(staff_people(now())).subquery())
    return (
        sa.select(AssignmentRule, Category.name, Tag.name, Person.display_name, StaffGroup.name, working.id)
        .outerjoin(Category, Category.id == AssignmentRule.category_id)
        .outerjoin(Tag, Tag.id == AssignmentRule.tag_id)
        .outerjoin(Person, Person.id == AssignmentRule.assignee_id)
        .outerjoin(working, working.id == AssignmentRule.assignee_id)
        .outerjoin(StaffGroup, StaffGroup.id == AssignmentRule.group_id)
        .order_by(AssignmentRule.position, AssignmentRule.id)
    )


def _rule(row: sa.Row[AssignmentRule, str, str, str, str, int]) -> RuleRow:
    rule, category, tag, person, group, working_id = row
    return RuleRow(
        id=rule.id, category_id=rule.category_id, category_name=category or "", tag=tag or "", assignee_id=rule.assignee_id,
        group_id=rule.group_id, in_charge_name=group or person or "", is_void=rule.assignee_id is not None and working_id is None,
    )  # fmt: skip


def list_groups(group_id: int | None = None) -> list[GroupRow]:
    """Return all groups (or one) by name, with their people, in two statements."""
    rules = sa.select(sa.func.count()).where(AssignmentRule.group_id == StaffGroup.id).correlate(StaffGroup).scalar_subquery()
    statement = sa.select(StaffGroup.id, StaffGroup.name, StaffGroup.description, rules).order_by(StaffGroup.name, StaffGroup.id)
    people = (
        sa.select(StaffGroupMember.group_id, Person.id, Person.name, Person.display_name, staff_people(now()))
        .join(Person, Person.id == StaffGroupMember.person_id)
        .order_by(Person.name_key)
    )
    if group_id is not None:
        statement, people = statement.where(StaffGroup.id == group_id), people.where(StaffGroupMember.group_id == group_id)
    members: dict[int, list[StaffRow]] = defaultdict(list)
    former: dict[int, list[StaffRow]] = defaultdict(list)
    for group, number, name, display_name, is_staff in db.session.execute(people):
        (members if is_staff else former)[group].append(StaffRow(number, name, display_name))
    return [
        GroupRow(number, name, description, tuple(members[number]), tuple(former[number]), rule_count)
        for number, name, description, rule_count in db.session.execute(statement)
    ]


def get_group(group_id: int) -> GroupRow:
    """Return one group with its people; raise NotFound."""
    found = list_groups(group_id)
    if not found:
        raise NotFound(_("There is no such group any more."))
    return found[0]
