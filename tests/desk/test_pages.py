"""The desk's pages: who may open them, what they show, what forms keep, and what they cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.desk.jobs import tick_job
from app.desk.models import AssignmentRule, DeskItem, Holiday, StaffGroup, StaffGroupMember, WorkingDay
from app.desk.services.assigning import assign_thread
from app.desk.services.taking import take_thread
from app.desk.urls import (
    DESK,
    GROUPS,
    HOURS,
    RULES,
    assign_path,
    desk_path,
    group_path,
    item_path,
    release_path,
    rule_path,
    take_path,
)
from app.forum.models import Thread
from app.jobs.models import Job
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question

ADMIN_PAGES = (RULES, GROUPS, HOURS)
VIEWS = ("queue", "mine", "groups", "taken", "asker", "escalated", "open")


def on_desk(**values: Any) -> Thread:
    thread = make_question(**values)
    tick_job([])
    return thread


def titles(browser: Browser) -> list[str]:
    assert browser.page is not None
    return [title.text_content() for title in browser.page.xpath("//ul[contains(@class,'desk-rows')]//h2")]


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.MODERATOR, Role.STAFF, Role.ADMIN])
def test_who_may_open_which_page(app: Flask, browser: Browser, role: Role | None) -> None:
    if role is not None:
        browser.sign_in(make_person(role=role))
    outside = 302 if role is None else 404
    browser.get(DESK, status=200 if role in (Role.STAFF, Role.ADMIN) else outside)
    for path in ADMIN_PAGES:
        browser.get(path, status=200 if role == Role.ADMIN else outside)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_nobody_else_can_post_anything_at_the_desk(app: Flask, browser: Browser, role: Role, staff: Person) -> None:
    thread = on_desk()
    browser.sign_in(make_person(role=role))
    for path in (take_path(thread.id), release_path(thread.id), assign_path(thread.id), RULES, GROUPS, HOURS, f"{RULES}/apply"):
        browser.post(path, {"in_charge": f"p{staff.id}"}, status=404)
    item = db.session.get_one(DeskItem, thread.id)
    assert (item.taken_by_id, item.assignee_id) == (None, None)


def test_the_menu_leads_staff_to_the_desk_and_nobody_else(app: Flask, staff: Person) -> None:
    for person, is_there in ((staff, True), (make_person(role=Role.MODERATOR), False), (make_person(), False)):
        assert ('href="/desk"' in Browser(app).sign_in(person).get("/questions").text) is is_there


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_teaches_when_it_is_empty(app: Flask, browser: Browser, staff: Person, view: str) -> None:
    browser.sign_in(staff).get(desk_path(view=view))
    assert browser.page is not None and browser.page.xpath("//div[@class='empty']")


def test_the_queue_is_in_order_of_due_dates(app: Flask, browser: Browser, staff: Person) -> None:
    moment = now()
    quick, slow = make_category(usual_answer_minutes=1), make_category(usual_answer_minutes=480)
    make_question(title="Asked long ago", created_at=moment - timedelta(days=30), category=slow)
    make_question(title="Asked now, usually quick", created_at=moment, category=quick)
    make_question(title="Asked now, usually slow", created_at=moment - timedelta(seconds=1), category=slow)
    make_question(title="Asked now, but many wait", created_at=moment, category=slow, me_too_count=7)
    tick_job([])
    browser.sign_in(staff).get(DESK)
    assert titles(browser) == [
        "Asked long ago", "Asked now, usually quick", "Asked now, but many wait", "Asked now, usually slow",
    ]  # fmt: skip
    assert "8 affected" in browser.text()


def test_each_question_is_in_the_views_it_belongs_to(app: Flask, browser: Browser, staff: Person, colleague: Person) -> None:
    mine, taken, answered = on_desk(title="Mine"), on_desk(title="Taken"), on_desk(title="Answered")
    hidden = on_desk(title="Hidden")
    make_answer(answered)
    with unit_of_work():
        assign_thread(actor_of(colleague), thread_id=mine.id, assignee_id=staff.id)
        take_thread(actor_of(colleague), thread_id=taken.id)
        db.session.execute(sa.update(Thread).where(Thread.id == hidden.id).values(hidden_at=now()))
        db.session.execute(
            sa.update(DeskItem).where(DeskItem.thread_id == answered.id).values(state="answered", due_at=None, escalated_at=now())
        )
    browser.sign_in(staff)
    expected = {
        "queue": {"Mine", "Taken"}, "mine": {"Mine"}, "taken": {"Taken"}, "asker": set(), "groups": set(),
        "escalated": {"Answered"}, "open": {"Mine", "Taken", "Answered"},
    }  # fmt: skip
    for view, wanted in expected.items():
        browser.get(desk_path(view=view))
        assert set(titles(browser)) == wanted, view


def test_a_row_says_who_has_it_and_that_the_asker_waits_for_more(
    app: Flask, browser: Browser, staff: Person, colleague: Person
) -> None:
    asker = make_person("rosa", display_name="Rosa Asker")
    thread = on_desk(author=asker, title="The second one")
    on_desk(author=asker, title="The first one")
    with unit_of_work():
        until = take_thread(actor_of(colleague), thread_id=thread.id).taken_until
    text = browser.sign_in(staff).get(DESK).text
    assert until is not None and f"Jonas Staff has it until {until:%H:%M}" in text
    assert "1 other open question" in text


def test_filters_by_category_tag_and_who_is_in_charge(app: Flask, browser: Browser, staff: Person) -> None:
    printers = make_category()
    one = on_desk(title="One", category=printers, tags=("ink",))
    on_desk(title="Two", tags=("paper",))
    with unit_of_work():
        assign_thread(actor_of(staff), thread_id=one.id, assignee_id=staff.id)
    browser.sign_in(staff)
    for query, wanted in (
        ({"category": printers.id}, ["One"]), ({"tag": "paper"}, ["Two"]), ({"in_charge": f"p{staff.id}"}, ["One"]),
        ({"in_charge": "none"}, ["Two"]), ({"tag": "ink", "category": printers.id, "in_charge": "none"}, []),
        ({"in_charge": "g1"}, []), ({"in_charge": "nonsense"}, []), ({"category": "x", "tag": "ink"}, ["One"]),
    ):  # fmt: skip
        browser.get(desk_path(**query))
        assert titles(browser) == wanted, query


@pytest.mark.parametrize("query", ["?view=nothing", "?page=0", "?page=7", "?page=x"])
def test_addresses_that_mean_nothing_are_not_found(app: Flask, browser: Browser, staff: Person, query: str) -> None:
    browser.sign_in(staff).get(DESK + query, status=404)


def test_long_queues_have_pages(app: Flask, browser: Browser, staff: Person) -> None:
    category, asker = make_category(), make_person()
    for number in range(27):
        make_question(title=f"Question number {number}", category=category, author=asker)
    tick_job([])
    browser.sign_in(staff).get(DESK)
    first = set(titles(browser))
    browser.get(f"{DESK}?page=2")
    assert len(first) == 25 and len(titles(browser)) == 2 and not first & set(titles(browser))


def test_taking_from_the_queue_and_giving_back(app: Flask, browser: Browser, staff: Person) -> None:
    thread = on_desk()
    browser.sign_in(staff).get(DESK)
    response = browser.submit("/take", {})
    assert response.location == DESK
    browser.get(DESK)
    assert "You have it until" in browser.text()
    browser.get(DESK)
    browser.submit("/release", {})
    assert db.session.get_one(DeskItem, thread.id).taken_until is None


def test_being_too_late_is_said_kindly_and_nothing_changes(
    app: Flask, browser: Browser, staff: Person, colleague: Person
) -> None:
    thread = on_desk()
    browser.sign_in(staff)
    with unit_of_work():
        take_thread(actor_of(colleague), thread_id=thread.id)
    browser.post(take_path(thread.id), {"next": DESK})
    browser.get(DESK)
    assert "Jonas Staff has taken this question until" in browser.text()
    assert db.session.get_one(DeskItem, thread.id).taken_by_id == colleague.id


def test_assigning_by_hand(app: Flask, browser: Browser, staff: Person, colleague: Person) -> None:
    thread = on_desk()
    browser.sign_in(staff)
    browser.post(assign_path(thread.id), {"in_charge": f"p{colleague.id}", "note": "Knows this pump", "next": DESK})
    item = db.session.get_one(DeskItem, thread.id)
    assert (item.assignee_id, item.note, item.assigned_by_id) == (colleague.id, "Knows this pump", staff.id)
    browser.post(assign_path(thread.id), {"in_charge": ""})
    assert db.session.get_one(DeskItem, thread.id).assignee_id is None
    for nonsense in ("x1", "p", "p9999999999999999999999", f"p{make_person().id}"):
        browser.post(assign_path(thread.id), {"in_charge": nonsense}, status=400)


def test_the_next_address_never_leaves_the_site(app: Flask, browser: Browser, staff: Person) -> None:
    thread = on_desk()
    response = browser.sign_in(staff).post(take_path(thread.id), {"next": "https://evil.example/"})
    assert response.location == item_path(thread.id)


def test_rules_are_added_ordered_changed_and_removed(app: Flask, browser: Browser, admin: Person, staff: Person) -> None:
    category = make_category(name="Printers")
    browser.sign_in(admin).get(RULES)
    assert "No rules yet" in browser.text()
    for values in ({"category_id": category.id, "in_charge": f"p{staff.id}"}, {"in_charge": f"p{admin.id}"}):
        browser.post(RULES, values)
    browser.get(RULES)
    assert "Printers go to Mira Staff" in browser.text() and "All other questions go to Ada Admin" in browser.text()
    second = db.session.scalars(sa.select(AssignmentRule.id).where(AssignmentRule.category_id.is_(None))).one()
    browser.post(f"{rule_path(second)}/order", {"direction": "up"})
    browser.get(rule_path(second))
    browser.submit(rule_path(second), {"in_charge": f"p{staff.id}"})
    found = db.session.execute(sa.select(AssignmentRule.id, AssignmentRule.assignee_id).order_by(AssignmentRule.position)).all()
    assert found[0] == (second, staff.id)
    browser.post(f"{rule_path(second)}/delete")
    assert db.session.get(AssignmentRule, second) is None
    browser.get(rule_path(second), status=404)


def test_a_rule_that_is_wrong_keeps_what_was_typed(app: Flask, browser: Browser, admin: Person) -> None:
    category = make_category()
    response = browser.sign_in(admin).post(RULES, {"category_id": category.id, "tag": "no-such", "in_charge": ""}, status=400)
    assert "There is no tag called “no-such” yet" in response.text and "Please choose a person or a group." in response.text
    assert 'value="no-such"' in response.text and f'<option selected value="{category.id}">' in response.text


def test_groups_are_added_changed_and_removed(app: Flask, browser: Browser, admin: Person, staff: Person) -> None:
    browser.sign_in(admin).get(GROUPS)
    browser.submit(GROUPS, {"name": "Printers", "members": [str(staff.id)]})
    group = db.session.scalars(sa.select(StaffGroup.id)).one()
    browser.get(GROUPS)
    assert "Mira Staff" in browser.text()
    browser.get(group_path(group))
    assert browser.page is not None and browser.page.xpath("//input[@name='members'][@checked]/@value") == [str(staff.id)]
    browser.post(group_path(group), {"name": "Printing", "description": "Ink", "members": [str(admin.id)]})
    assert list(db.session.scalars(sa.select(StaffGroupMember.person_id))) == [admin.id]
    response = browser.post(group_path(group), {"name": "", "description": "kept"}, status=400)
    assert 'value="kept"' in response.text
    browser.post(f"{group_path(group)}/delete")
    browser.get(group_path(group), status=404)


def test_hours_are_saved_and_due_dates_follow(app: Flask, browser: Browser, admin: Person) -> None:
    browser.sign_in(admin).get(HOURS)
    assert browser.page is not None and browser.page.xpath("//input[@name='opens_0']/@value") == ["09:00"]
    browser.submit(HOURS, {"opens_0": "8", "closes_0": "12:30", "opens_5": "10:00", "closes_5": "24:00"})
    assert db.session.get_one(WorkingDay, 0).closes == 750 and db.session.get_one(WorkingDay, 5).closes == 1440
    assert db.session.get_one(WorkingDay, 6).opens is None
    assert db.session.query(Job).filter(Job.kind == "desk.resettle").count() == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"opens_0": "17:00", "closes_0": "9:00"}, "Please give two times like 9:00 and 17:30"),
        ({"opens_0": "9:00", "closes_0": ""}, "Please give two times"),
        ({"opens_0": "nine", "closes_0": "17:00"}, "Please give two times"),
        ({"opens_0": "9:00", "closes_0": "25:00"}, "Please give two times"),
        ({f"{edge}_{day}": "" for edge in ("opens", "closes") for day in range(7)}, "at least one working hour"),
    ],
)
def test_hours_that_cannot_be_are_refused_and_kept(
    app: Flask, browser: Browser, admin: Person, values: dict[str, str], message: str
) -> None:
    response = browser.sign_in(admin).post(HOURS, values, status=400)
    assert message in response.text
    if values["opens_0"]:
        assert f'value="{values["opens_0"]}"' in response.text
    assert db.session.query(WorkingDay).count() == 0


def test_free_days_come_and_go(app: Flask, browser: Browser, admin: Person) -> None:
    browser.sign_in(admin)
    browser.post(f"{HOURS}/holidays", {"day": "2027-01-01", "name": "New Year"})
    browser.get(HOURS)
    assert "1 Jan 2027" in browser.text()
    for day in ("", "  ", "tomorrow", "2027-02-30", "1066-10-14"):
        response = browser.post(f"{HOURS}/holidays", {"day": day, "name": "kept name"}, status=400)
        assert 'value="kept name"' in response.text
    browser.post(f"{HOURS}/holidays/remove", {"day": "2027-01-01"})
    assert db.session.query(Holiday).count() == 0
    for day in ("2027-01-01", "nonsense"):
        browser.post(f"{HOURS}/holidays/remove", {"day": day}, status=404)


def test_the_queue_costs_the_same_few_statements_whatever_its_length(app: Flask, browser: Browser, staff: Person) -> None:
    asker, category = make_person(), make_category()
    for _ in range(12):
        make_question(author=asker, category=category, tags=("ink", "paper"))
    tick_job([])
    browser.sign_in(staff).get(DESK)
    for view in VIEWS:
        with assert_queries(8):
            browser.client.get(desk_path(view=view))


@pytest.mark.parametrize(("path", "most"), [(RULES, 6), (GROUPS, 6), (HOURS, 5)])
def test_admin_pages_cost_few_statements(app: Flask, browser: Browser, admin: Person, path: str, most: int) -> None:
    browser.sign_in(admin).get(path)
    with assert_queries(most):
        browser.client.get(path)


@pytest.mark.parametrize(
    ("view", "index"), [("queue", "ix_desk_item_queue"), ("open", "ix_desk_item_open"), ("taken", "ix_desk_item_lock")]
)
def test_the_order_of_long_views_comes_from_an_index(app: Flask, browser: Browser, staff: Person, view: str, index: str) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("asks SQLite for its plan")
    on_desk()
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "FROM desk_item JOIN thread" in statement:
            found.append((statement, parameters))

    browser.sign_in(staff)
    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        browser.get(desk_path(view=view))
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    (statement, parameters) = found[0]
    plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert any(f"desk_item USING INDEX {index}" in step for step in plan) and "USE TEMP B-TREE FOR ORDER BY" not in plan, plan
