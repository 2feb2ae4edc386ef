"""Too long without an official or accepted answer: told once, to the right people, in working hours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.events import _handlers, subscribe
from app.core.uow import unit_of_work
from app.desk.events import QuestionEscalated
from app.desk.jobs import tick_job
from app.desk.models import DeskItem
from app.desk.services.assigning import assign_thread
from app.desk.services.grouping import create_group
from app.desk.services.scheduling import add_holiday, set_week
from app.desk.terms import DeskTerms, use_terms
from app.forum.models import Category, Post
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.composing import compose
from app.forum.services.confirming import record_outcome
from app.jobs.models import Job
from app.notifications.composing import compose_all
from app.notifications.models import Notification
from tests.factories import actor_of, make_category, make_person

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def told(app: Flask) -> Iterator[list[QuestionEscalated]]:
    """What was told, in order."""
    heard: list[QuestionEscalated] = []
    subscribe(QuestionEscalated, heard.append)
    yield heard
    _handlers[QuestionEscalated].remove(heard.append)


@pytest.fixture
def clock(terms: DeskTerms) -> Iterator[Any]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def thread_id(app: Flask, clock: Any) -> int:
    category, asker = make_category(), make_person("asker")
    with unit_of_work():
        body = compose("It hums, and no water comes out.").body
        values = {"kind": "question", "title": "Why does it hum?", "body": body, "tags": ()}
        return start_thread(actor_of(asker), category_id=category.id, **values).id


def answer(by: Person, thread_id: int) -> int:
    with unit_of_work():
        return add_post(actor_of(by), thread_id=thread_id, body=compose("Clean the intake filter first.").body).id


def test_it_is_told_once_after_eight_working_hours(thread_id: int, told: list[QuestionEscalated], clock: Any) -> None:
    clock.move_to(MONDAY + timedelta(hours=7, minutes=59))
    tick_job([])
    assert told == []
    clock.move_to(MONDAY + timedelta(hours=8))
    for _ in range(3):
        tick_job([])
    assert told == [QuestionEscalated(thread_id, None, None, 480, now())]


def test_nights_weekends_and_holidays_do_not_count(thread_id: int, admin: Person, told: list[Any], clock: Any) -> None:
    with unit_of_work():
        set_week(actor_of(admin), week=[(540, 780)] + [None] * 3 + [(540, 780)] * 2 + [None])  # Mondays, Fridays, Saturdays
        add_holiday(actor_of(admin), day=datetime(2026, 3, 6, tzinfo=UTC).date(), name="A free Friday")
    clock.move_to(datetime(2026, 3, 7, 12, 59, tzinfo=UTC))  # 4 hours on Monday, 3:59 on Saturday
    tick_job([])
    assert told == []
    clock.move_to(datetime(2026, 3, 7, 13, tzinfo=UTC))
    tick_job([])
    assert len(told) == 1


def test_a_peers_answer_does_not_stop_the_clock_an_official_one_does(
    thread_id: int, staff: Person, told: list[Any], clock: Any
) -> None:
    answer(make_person(), thread_id)
    clock.move_to(MONDAY + timedelta(days=1))
    answer(staff, thread_id)
    tick_job([])
    assert told == []


def test_an_accepted_answer_of_a_peer_stops_the_clock(thread_id: int, told: list[Any], clock: Any) -> None:
    post_id, asker = answer(make_person(), thread_id), db.session.scalars(sa.select(Person).where(Person.name == "asker")).one()
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post_id)
    clock.move_to(MONDAY + timedelta(days=3))
    tick_job([])
    assert told == []


def test_waiting_for_the_asker_stops_the_clock(thread_id: int, staff: Person, told: list[Any], clock: Any) -> None:
    with unit_of_work():
        record_outcome(actor_of(staff), thread_id=thread_id, kind="needs_info")
    clock.move_to(MONDAY + timedelta(days=3))
    tick_job([])
    assert told == []


def test_it_is_told_again_only_after_it_was_answered_and_came_back(
    thread_id: int, staff: Person, told: list[Any], clock: Any
) -> None:
    clock.move_to(MONDAY + timedelta(days=1))
    tick_job([])
    post_id = answer(staff, thread_id)
    asker = actor_of(db.session.scalars(sa.select(Person).where(Person.name == "asker")).one())
    with unit_of_work():
        accept_answer(asker, post_id=post_id)
    clock.move_to(MONDAY + timedelta(days=3))
    tick_job([])
    assert len(told) == 1
    with unit_of_work():
        withdraw_acceptance(asker, post_id=post_id)
    assert db.session.get_one(DeskItem, thread_id).escalated_at is None
    tick_job([])
    assert len(told) == 1
    clock.move_to(MONDAY + timedelta(days=4))
    tick_job([])
    assert len(told) == 2


def test_it_can_be_switched_off(thread_id: int, told: list[Any], clock: Any) -> None:
    use_terms(DeskTerms(escalate_after=timedelta()))
    clock.move_to(MONDAY + timedelta(days=9))
    tick_job([])
    assert told == []


def notified() -> set[int]:
    return set(db.session.scalars(sa.select(Notification.person_id).where(Notification.kind == "desk")))


def test_whoever_is_in_charge_hears_of_it_with_a_mail_that_leads_to_the_desk(
    thread_id: int, staff: Person, colleague: Person, admin: Person, clock: Any, browser: Any
) -> None:
    with unit_of_work():
        assign_thread(actor_of(colleague), thread_id=thread_id, assignee_id=staff.id)
    clock.move_to(MONDAY + timedelta(days=1))
    tick_job([])
    assert notified() == {staff.id}
    jobs = [job for job in db.session.scalars(sa.select(Job).where(Job.kind == "mail.send")) if job.payload["kind"] == "desk"]
    opening = db.session.scalar(sa.select(Post.id).where(Post.thread_id == thread_id, Post.kind == "opening"))
    assert [(job.payload["person_id"], job.payload["post_id"]) for job in jobs] == [(staff.id, opening)]
    (mail,) = compose_all([jobs[0].payload])
    assert mail is not None and mail.subject.startswith("Overdue: ") and "An answer from us is overdue for" in mail.text
    line = db.session.scalars(sa.select(Notification.id).where(Notification.kind == "desk")).one()
    response = browser.sign_in(staff).get(f"/notifications/{line}", status=303)
    assert response.location.endswith(f"/desk/questions/{thread_id}")


def test_a_groups_people_hear_of_it(thread_id: int, staff: Person, colleague: Person, admin: Person, clock: Any) -> None:
    with unit_of_work():
        group = create_group(actor_of(admin), name="Printers", member_ids=[colleague.id])
    with unit_of_work():
        assign_thread(actor_of(staff), thread_id=thread_id, group_id=group.id)
    clock.move_to(MONDAY + timedelta(days=1))
    tick_job([])
    assert notified() == {colleague.id}


def test_with_nobody_in_charge_all_staff_hear_of_it_and_nobody_else(
    thread_id: int, staff: Person, admin: Person, clock: Any
) -> None:
    make_person(role=Role.MODERATOR)
    make_person(role=Role.STAFF, suspended_until=now() + timedelta(days=90))
    clock.move_to(MONDAY + timedelta(days=1))
    tick_job([])
    assert notified() == {staff.id, admin.id}


def ask_many(number: int, *, asker: Person) -> list[int]:
    category = db.session.scalars(sa.select(Category)).one()
    with unit_of_work():
        body = compose("It hums, and no water comes out.").body
        ask = partial(start_thread, actor_of(asker), category_id=category.id, kind="question", body=body, tags=())
        return [ask(title=f"Why does pump {index} hum?").id for index in range(number)]


def test_switched_on_at_an_old_site_it_tells_of_the_last_week_in_one_word_each(
    thread_id: int, staff: Person, admin: Person, told: list[Any], clock: Any, browser: Any
) -> None:
    use_terms(DeskTerms(escalate_after=timedelta()))
    asker = db.session.scalars(sa.select(Person).where(Person.name == "asker")).one()
    ask_many(5, asker=asker)
    clock.move_to(MONDAY + timedelta(days=14))
    recent = ask_many(5, asker=asker)
    clock.move_to(MONDAY + timedelta(days=16))
    tick_job([])
    use_terms(DeskTerms())
    for _ in range(2):
        tick_job([])
    assert [event.thread_id for event in told] == recent
    lines = db.session.execute(sa.select(Notification.person_id, Notification.thread_id).where(Notification.kind == "desk")).all()
    assert sorted(lines) == sorted([(staff.id, recent[0]), (admin.id, recent[0])])
    jobs = [job for job in db.session.scalars(sa.select(Job).where(Job.kind == "mail.send")) if job.payload["kind"] == "desk"]
    assert sorted(job.payload["person_id"] for job in jobs) == sorted([staff.id, admin.id])
    (mail,) = compose_all([jobs[0].payload])
    assert mail is not None and mail.subject == "Overdue: 5 questions"
    assert "overdue for “Why does pump 0 hum?” and 4 other questions. All of them" in mail.text
    assert "and 4 other questions." in browser.sign_in(staff).get("/notifications").text


def test_what_is_overdue_after_some_days_without_background_work_is_made_up_for(
    thread_id: int, told: list[Any], clock: Any
) -> None:
    clock.move_to(MONDAY + timedelta(days=7))
    tick_job([])
    assert [event.thread_id for event in told] == [thread_id]


def test_the_event_is_ready_for_the_world_outside() -> None:
    event = QuestionEscalated(12, 3, None, 485, datetime(2026, 3, 2, 10, 5, tzinfo=UTC))
    assert json.loads(json.dumps(event.as_payload())) == {
        "event": "question.escalated", "version": 1, "thread_id": 12, "path": "/desk/questions/12", "assignee_id": None,
        "group_id": 3, "waited_working_minutes": 485, "escalated_at": "2026-03-02T10:05:00+00:00",
    }  # fmt: skip


def test_members_are_not_offered_mails_of_the_desk(app: Flask, staff: Person, browser: Any) -> None:
    assert 'value="desk"' not in browser.sign_in(make_person()).get("/settings/notifications").text
    assert 'value="desk"' in browser.sign_in(staff).get("/settings/notifications").text
