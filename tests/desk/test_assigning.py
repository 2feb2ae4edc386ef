"""Who is in charge: rules in their order, groups, people who left, and what was decided by hand."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.roles import set_role
from app.core.actor import SYSTEM, Role
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.uow import unit_of_work
from app.desk.jobs import apply_job
from app.desk.models import DeskItem
from app.desk.queries.rules import list_groups, list_rules
from app.desk.services.assigning import RuleFact, assign_thread, first_match
from app.desk.services.grouping import create_group, delete_group, update_group
from app.desk.services.rules import create_rule, delete_rule, move_rule, update_rule
from app.forum.models import Category
from app.forum.services.asking import start_thread
from app.forum.services.composing import compose
from app.forum.services.curating import close_thread, move_thread, reopen_thread
from app.jobs.models import Job
from app.notifications.models import Notification
from tests.factories import actor_of, make_category, make_person, make_question


def do(service: Any, actor: Person, **values: Any) -> Any:
    with unit_of_work():
        return service(actor_of(actor), **values)


def ask(category: Category, tags: tuple[str, ...] = ()) -> int:
    body, asker = compose("It hums, and no water comes out.").body, make_person()
    return int(
        do(start_thread, asker, kind="question", category_id=category.id, title="Why does it hum?", body=body, tags=tags).id
    )


def charge_of(thread_id: int) -> tuple[int | None, int | None]:
    db.session.rollback()
    item = db.session.get_one(DeskItem, thread_id, populate_existing=True)
    return item.assignee_id, item.group_id


def test_the_first_rule_that_matches_decides() -> None:
    both, tagged, rest = RuleFact(1, 7, 3, 10, None), RuleFact(2, None, 3, 11, None), RuleFact(3, None, None, None, 5)
    rules = [both, tagged, rest]
    assert first_match(rules, 7, frozenset({3, 4})) is both
    assert first_match(rules, 8, frozenset({3})) is tagged
    assert first_match(rules, 7, frozenset({4})) is rest
    assert first_match([both, tagged], 7, frozenset()) is None


def test_whoever_is_put_in_charge_by_hand_hears_of_it_once_with_the_note(admin: Person, staff: Person, colleague: Person) -> None:
    thread_id = ask(make_category())
    group = do(create_group, admin, name="Printers", member_ids=[colleague.id, admin.id])
    for _ in range(2):
        do(assign_thread, admin, thread_id=thread_id, assignee_id=staff.id, note="You know these")
    do(assign_thread, admin, thread_id=thread_id, group_id=group.id)
    do(assign_thread, admin, thread_id=thread_id)
    lines = db.session.execute(sa.select(Notification.person_id, Notification.text, Notification.times)).all()
    who = admin.display_name
    assert sorted(map(tuple, lines)) == sorted(
        [
            (staff.id, f"{who} put you in charge of this question (“You know these”):", 1),
            (colleague.id, f"{who} put your group Printers in charge of this question:", 1),
        ]
    )


def test_a_new_question_goes_to_whom_the_rule_names(admin: Person, staff: Person, colleague: Person) -> None:
    printers, other = make_category(), make_category()
    make_question(tags=("firmware",))
    group = do(create_group, admin, name="Printers", member_ids=[colleague.id])
    do(create_rule, admin, category_id=printers.id, tag_name="firmware", assignee_id=staff.id)
    do(create_rule, admin, category_id=printers.id, tag_name="", group_id=group.id)
    assert charge_of(ask(printers, ("firmware",))) == (staff.id, None)
    assert charge_of(ask(printers)) == (None, group.id)
    assert charge_of(ask(other)) == (None, None)


def test_a_moved_question_is_decided_again_unless_somebody_assigned_it_by_hand(
    admin: Person, staff: Person, colleague: Person
) -> None:
    here, there = make_category(), make_category()
    do(create_rule, admin, category_id=there.id, tag_name="", assignee_id=staff.id)
    by_rule, by_hand = ask(here), ask(here)
    do(assign_thread, staff, thread_id=by_hand, assignee_id=colleague.id)
    for thread_id in (by_rule, by_hand):
        do(move_thread, admin, thread_id=thread_id, category_id=there.id, reason="Belongs there")
    assert charge_of(by_rule) == (staff.id, None)
    assert charge_of(by_hand) == (colleague.id, None)


def test_a_question_older_than_the_rules_is_decided_when_it_comes_back_unless_somebody_is_in_charge(
    admin: Person, staff: Person, colleague: Person
) -> None:
    category = make_category()
    old, given, done_by_hand = ask(category), ask(category), ask(category)
    do(assign_thread, staff, thread_id=given, assignee_id=colleague.id)
    do(assign_thread, staff, thread_id=done_by_hand, assignee_id=None, group_id=None)
    do(create_rule, admin, category_id=category.id, tag_name="", assignee_id=staff.id)
    for thread_id in (old, given, done_by_hand):
        do(close_thread, admin, thread_id=thread_id, reason="Settled by mail")
        do(reopen_thread, admin, thread_id=thread_id)
    assert (charge_of(old), charge_of(given), charge_of(done_by_hand)) == ((staff.id, None), (colleague.id, None), (None, None))


def test_applying_rules_again_reaches_open_questions_only_and_leaves_what_was_done_by_hand(
    admin: Person, staff: Person, colleague: Person
) -> None:
    category = make_category()
    before, by_hand = ask(category), ask(category)
    do(assign_thread, staff, thread_id=by_hand, assignee_id=None, group_id=None)
    rule = do(create_rule, admin, category_id=None, tag_name="", assignee_id=colleague.id)
    assert charge_of(before) == (None, None)
    apply_job([])
    assert (charge_of(before), charge_of(by_hand)) == ((colleague.id, None), (None, None))
    do(delete_rule, admin, rule_id=rule.id)
    assert charge_of(before) == (colleague.id, None)


def test_rules_that_name_somebody_who_left_are_passed_over(admin: Person, staff: Person, colleague: Person) -> None:
    do(create_rule, admin, category_id=None, tag_name="", assignee_id=staff.id)
    do(create_rule, admin, category_id=None, tag_name="", assignee_id=colleague.id)
    with unit_of_work():
        set_role(SYSTEM, person_id=staff.id, role=Role.MEMBER)
    assert charge_of(ask(make_category())) == (colleague.id, None)
    assert [rule.is_void for rule in list_rules()] == [True, False]


def test_rules_are_asked_in_the_order_that_admins_give_them(admin: Person, staff: Person, colleague: Person) -> None:
    first = do(create_rule, admin, category_id=None, tag_name="", assignee_id=staff.id)
    second = do(create_rule, admin, category_id=None, tag_name="", assignee_id=colleague.id)
    do(move_rule, admin, rule_id=second.id, direction="up")
    do(move_rule, admin, rule_id=second.id, direction="up")  # at the top already
    assert [rule.id for rule in list_rules()] == [second.id, first.id]
    assert charge_of(ask(make_category())) == (colleague.id, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"category_id": 999, "tag_name": ""}, "category_id"),
        ({"category_id": None, "tag_name": "no-such-tag"}, "tag"),
        ({"category_id": None, "tag_name": "", "assignee_id": None}, "in_charge"),
        ({"category_id": None, "tag_name": "", "group_id": 1}, "in_charge"),
        ({"category_id": None, "tag_name": "", "assignee_id": None, "group_id": 999}, "in_charge"),
    ],
)
def test_rules_about_nothing_are_refused_with_the_field_that_is_wrong(
    admin: Person, staff: Person, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        do(create_rule, admin, **{"assignee_id": staff.id, **values})
    assert field in refusal.value.errors


def test_a_rule_changes_in_its_place(admin: Person, staff: Person, colleague: Person) -> None:
    rule = do(create_rule, admin, category_id=None, tag_name="", assignee_id=staff.id)
    do(update_rule, admin, rule_id=rule.id, category_id=None, tag_name="", assignee_id=colleague.id)
    assert [(row.id, row.in_charge) for row in list_rules()] == [(rule.id, f"p{colleague.id}")]


@pytest.mark.parametrize("service", [create_rule, create_group])
def test_only_admins_arrange_the_desk(app: Flask, staff: Person, service: Any) -> None:
    values: dict[str, Any] = {"name": "Printers"} if service is create_group else {"category_id": None, "tag_name": ""}
    for person in (staff, make_person(role=Role.MODERATOR), make_person()):
        with pytest.raises(NotFound):
            do(service, person, **values)


def test_people_outside_the_staff_are_put_in_charge_of_nothing(app: Flask, staff: Person) -> None:
    thread_id, member = ask(make_category()), make_person()
    with pytest.raises(Invalid, match="staff"):
        do(assign_thread, staff, thread_id=thread_id, assignee_id=member.id)
    with pytest.raises(Invalid, match="no such group"):
        do(assign_thread, staff, thread_id=thread_id, group_id=999)
    with pytest.raises(NotFound):
        do(assign_thread, member, thread_id=thread_id, assignee_id=staff.id)


def test_groups_hold_staff_with_distinct_names(admin: Person, staff: Person, colleague: Person) -> None:
    group = do(create_group, admin, name="Printers", description="Ink and paper", member_ids=[staff.id])
    with pytest.raises(Invalid, match="already"):
        do(create_group, admin, name="PRINTERS")
    with pytest.raises(Invalid, match="staff"):
        do(create_group, admin, name="Others", member_ids=[make_person().id])
    do(update_group, admin, group_id=group.id, name="Printing", description="", member_ids=[colleague.id])
    (row,) = list_groups()
    assert (row.name, [person.id for person in row.members]) == ("Printing", [colleague.id])


def test_a_member_who_left_the_staff_is_shown_as_such_and_may_stay(admin: Person, staff: Person) -> None:
    group = do(create_group, admin, name="Printers", member_ids=[staff.id])
    with unit_of_work():
        set_role(SYSTEM, person_id=staff.id, role=Role.MEMBER)
    do(update_group, admin, group_id=group.id, name="Printers", description="Ink", member_ids=[staff.id])
    (row,) = list_groups()
    assert (row.members, [person.id for person in row.former]) == ((), [staff.id])


def test_a_group_goes_only_when_no_rule_names_it_and_leaves_its_questions_to_nobody(admin: Person, staff: Person) -> None:
    group = do(create_group, admin, name="Printers", member_ids=[staff.id])
    rule = do(create_rule, admin, category_id=None, tag_name="", group_id=group.id)
    thread_id = ask(make_category())
    with pytest.raises(Conflict, match="rule"):
        do(delete_group, admin, group_id=group.id)
    do(delete_rule, admin, rule_id=rule.id)
    do(delete_group, admin, group_id=group.id)
    assert (charge_of(thread_id), list_groups()) == ((None, None), [])


def test_applying_is_one_job_however_often_it_is_asked_for(admin: Person, browser: Any) -> None:
    browser.sign_in(admin)
    for _ in range(2):
        browser.post("/desk/rules/apply")
    assert db.session.query(Job).filter(Job.kind == "desk.apply_rules").count() == 1
