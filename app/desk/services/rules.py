"""Keeping the rules that put people in charge of new questions: admins only."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.desk.models import AssignmentRule, DeskItem, StaffGroup
from app.desk.policies import ensure_can_arrange_desk
from app.desk.queries.people import is_staff_person
from app.forum.models import Category, Tag
from app.jobs.queue import enqueue

APPLY_JOB = "desk.apply_rules"
MOST_RULES = 200


def create_rule(
    actor: Actor, *, category_id: int | None, tag_name: str, assignee_id: int | None = None, group_id: int | None = None
) -> AssignmentRule:
    """Add a rule after all others. Neither category nor tag: for every question that no earlier rule is about.

    Raises NotFound, Invalid("category_id", "tag" or "in_charge").
    """
    ensure_can_arrange_desk(actor)
    positions = _lock_positions()
    if len(positions) >= MOST_RULES:
        raise Invalid(_("There are %(count)s rules already. Please remove one first.", count=MOST_RULES))
    tag_id = _checked(category_id, tag_name, assignee_id, group_id)
    rule = AssignmentRule(
        position=max(positions.values(), default=0) + 1, category_id=category_id, tag_id=tag_id, assignee_id=assignee_id,
        group_id=group_id,
    )  # fmt: skip
    db.session.add(rule)
    db.session.flush()
    return rule


def update_rule(
    actor: Actor,
    *,
    rule_id: int,
    category_id: int | None,
    tag_name: str,
    assignee_id: int | None = None,
    group_id: int | None = None,
) -> AssignmentRule:
    """Change a rule in its place; what it decided before stays until the rules are applied again. Raises as `create_rule`."""
    ensure_can_arrange_desk(actor)
    rule = _get_for_update(rule_id)
    rule.tag_id = _checked(category_id, tag_name, assignee_id, group_id)
    rule.category_id, rule.assignee_id, rule.group_id = category_id, assignee_id, group_id
    return rule


def delete_rule(actor: Actor, *, rule_id: int) -> None:
    """Remove a rule; whom it put in charge stays until the rules are applied again. Raises NotFound."""
    ensure_can_arrange_desk(actor)
    rule = _get_for_update(rule_id)
    db.session.execute(sa.update(DeskItem).where(DeskItem.rule_id == rule.id).values(rule_id=None))
    db.session.delete(rule)


def move_rule(actor: Actor, *, rule_id: int, direction: str) -> None:
    """Let a rule be asked one place earlier ("up") or later ("down"); at the end nothing happens. Raises NotFound, Invalid."""
    ensure_can_arrange_desk(actor)
    if direction not in ("up", "down"):
        raise Invalid(_("A rule moves up or down."))
    order = list(_lock_positions())
    if rule_id not in order:
        raise NotFound
    place = order.index(rule_id)
    other = place + (-1 if direction == "up" else 1)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    for position, moved_id in enumerate(order, start=1):
        db.session.execute(sa.update(AssignmentRule).where(AssignmentRule.id == moved_id).values(position=position))


def apply_rules_again(actor: Actor) -> None:
    """Let the rules decide, in the background, about all open questions that nobody assigned by hand."""
    ensure_can_arrange_desk(actor)
    enqueue(APPLY_JOB, {}, dedupe_key=APPLY_JOB)


def _lock_positions() -> dict[int, int]:
    """Return the positions of all rules by id, in their order, locked."""
    require_unit_of_work()
    statement = sa.select(AssignmentRule.id, AssignmentRule.position).order_by(AssignmentRule.position, AssignmentRule.id)
    return dict(db.session.execute(statement.with_for_update(key_share=True)).all())


def _get_for_update(rule_id: int) -> AssignmentRule:
    statement = sa.select(AssignmentRule).where(AssignmentRule.id == rule_id).with_for_update(key_share=True)
    rule: AssignmentRule | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if rule is None:
        raise NotFound(_("There is no such rule any more."))
    return rule


def _checked(category_id: int | None, tag_name: str, assignee_id: int | None, group_id: int | None) -> int | None:
    """Return the tag's id after checking everything that a rule names."""
    errors = {}
    if category_id is not None and db.session.get(Category, category_id) is None:
        errors["category_id"] = _("There is no such category any more.")
    tag_id = db.session.scalar(sa.select(Tag.id).where(Tag.name == tag_name)) if tag_name else None
    if tag_name and tag_id is None:
        errors["tag"] = _("There is no tag called “%(tag)s” yet. Use one that questions have.", tag=tag_name)
    if (assignee_id is None) == (group_id is None):
        errors["in_charge"] = _("Please choose a person or a group.")
    elif assignee_id is not None and not is_staff_person(assignee_id):
        errors["in_charge"] = _("Only people of the staff can be in charge.")
    elif group_id is not None and db.session.get(StaffGroup, group_id) is None:
        errors["in_charge"] = _("There is no such group any more.")
    if errors:
        raise Invalid(errors)
    return tag_id
