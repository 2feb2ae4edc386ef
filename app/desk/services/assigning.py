"""Who is in charge of a question: by rule when it is asked, or by hand."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.desk.events import QuestionAssigned
from app.desk.models import AssignmentRule, DeskItem, StaffGroup
from app.desk.models.desk import NOTE_MAX
from app.desk.policies import ensure_can_work_on
from app.desk.queries.facts import get_items_for_update
from app.desk.queries.people import is_staff_person, staff_people
from app.desk.services.settling import settle_item
from app.forum.models import Thread, ThreadTag
from app.forum.queries.threads import get_thread_for_update, get_threads_for_update


class RuleFact(Struct, frozen=True):
    """One rule as it is matched."""

    id: int
    category_id: int | None
    tag_id: int | None
    assignee_id: int | None
    group_id: int | None

    def matches(self, category_id: int, tag_ids: frozenset[int]) -> bool:
        """Return whether a question of this category with these tags is meant."""
        return (self.category_id is None or self.category_id == category_id) and (self.tag_id is None or self.tag_id in tag_ids)


def first_match(rules: Sequence[RuleFact], category_id: int, tag_ids: frozenset[int]) -> RuleFact | None:
    """Return the first rule that matches; `rules` are in their order."""
    return next((rule for rule in rules if rule.matches(category_id, tag_ids)), None)


def assign_thread(
    actor: Actor, *, thread_id: int, assignee_id: int | None = None, group_id: int | None = None, note: str = ""
) -> DeskItem:
    """Put one person or one group in charge of a question by hand; with neither, nobody is. Rules leave it alone then.

    `note` is a word to whoever takes over, who hears of it. Raises NotFound, Invalid("assignee" or "note").
    """
    require_unit_of_work()
    thread = get_thread_for_update(thread_id)
    ensure_can_work_on(actor, thread)
    if assignee_id is not None and group_id is not None:
        raise Invalid(_("Choose a person or a group, not both."), field="assignee")
    if assignee_id is not None and not is_staff_person(assignee_id):
        raise Invalid(_("Only people of the staff can be in charge of a question."), field="assignee")
    if group_id is not None and db.session.get(StaffGroup, group_id) is None:
        raise Invalid(_("There is no such group any more."), field="assignee")
    if len(note) > NOTE_MAX:
        raise Invalid(_("Please use at most %(most)s characters.", most=NOTE_MAX), field="note")
    item = get_items_for_update([thread_id]).get(thread_id) or settle_item(thread_id)
    assert item is not None  # a question, as the policy has checked
    before = (item.assignee_id, item.group_id, item.note)
    item.assignee_id, item.group_id, item.rule_id = assignee_id, group_id, None
    item.assigned_by_id, item.assigned_at, item.note = actor.id, now(), note
    if (assignee_id, group_id) != (None, None) and before != (assignee_id, group_id, note):
        emit(QuestionAssigned(thread_id, actor.id, assignee_id, group_id, note))
    return item


def assign_by_rule(thread_id: int) -> bool:
    """Let the rules decide about a locked question that nobody assigned by hand; return whether that changed anything."""
    return bool(assign_by_rules([thread_id], is_locked=True))


def assign_by_rules(ids: Sequence[int], *, is_locked: bool = False) -> int:
    """Let the rules decide about questions that nobody assigned by hand; return how many changed hands (four statements)."""
    require_unit_of_work()
    if not ids:
        return 0
    if not is_locked:
        get_threads_for_update(list(ids))
    items = {key: item for key, item in get_items_for_update(ids).items() if item.assigned_by_id is None}
    rules = load_rules()
    if not items or not (rules or any(item.rule_id for item in items.values())):
        return 0
    categories = dict(db.session.execute(sa.select(Thread.id, Thread.category_id).where(Thread.id.in_(items))).all())
    tags = _tags_of(list(items)) if any(rule.tag_id for rule in rules) else {}
    changed = 0
    for thread_id, item in items.items():
        rule = first_match(rules, categories[thread_id], frozenset(tags.get(thread_id, ())))
        changed += _apply(item, rule)
    return changed


def load_rules() -> list[RuleFact]:
    """Return the rules in their order; those that name somebody who is no longer staff are passed over."""
    statement = (
        sa.select(
            AssignmentRule.id, AssignmentRule.category_id, AssignmentRule.tag_id, AssignmentRule.assignee_id,
            AssignmentRule.group_id,
        )
        .outerjoin(Person, Person.id == AssignmentRule.assignee_id)
        .where(sa.or_(AssignmentRule.assignee_id.is_(None), staff_people(now())))
        .order_by(AssignmentRule.position, AssignmentRule.id)
    )  # fmt: skip
    return [RuleFact(*row) for row in db.session.execute(statement)]


def _tags_of(ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for thread_id, tag_id in db.session.execute(
        sa.select(ThreadTag.thread_id, ThreadTag.tag_id).where(ThreadTag.thread_id.in_(ids))
    ):
        found[thread_id].append(tag_id)
    return found


def _apply(item: DeskItem, rule: RuleFact | None) -> bool:
    wanted = (rule.assignee_id, rule.group_id) if rule else (None, None)
    is_changed = (item.assignee_id, item.group_id) != wanted
    item.rule_id = rule.id if rule else None
    if is_changed:
        item.assignee_id, item.group_id = wanted
        item.assigned_at = now() if rule else None
    return is_changed
