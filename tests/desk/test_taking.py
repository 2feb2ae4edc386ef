"""One person at a time: taking, renewing, giving back, running out, taking over."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.uow import unit_of_work
from app.desk.models import DeskItem
from app.desk.services.taking import TakenByOther, release_thread, take_thread
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question

START = "2026-03-02T09:00:00+00:00"


def take(person: Person, thread_id: int, **values: Any) -> DeskItem:
    with unit_of_work():
        return take_thread(actor_of(person), thread_id=thread_id, **values)


def release(person: Person, thread_id: int) -> bool:
    with unit_of_work():
        return release_thread(actor_of(person), thread_id=thread_id)


def test_taking_holds_a_question_for_thirty_minutes(staff: Person, terms: object) -> None:
    with time_machine.travel(START, tick=False):
        item = take(staff, make_question().id)
        assert (item.taken_by_id, item.taken_until) == (staff.id, now() + timedelta(minutes=30))


def test_the_refusal_names_the_holder_and_the_time(staff: Person, colleague: Person, terms: object) -> None:
    with time_machine.travel(START, tick=False):
        thread = make_question()
        take(staff, thread.id)
        with pytest.raises(TakenByOther, match="Mira Staff has taken this question until 09:30") as refusal:
            take(colleague, thread.id)
        assert refusal.value.holder_name == "Mira Staff"


def test_taking_again_renews_and_keeps_the_beginning(staff: Person, terms: object) -> None:
    thread = make_question()
    with time_machine.travel(START, tick=False) as clock:
        begin = take(staff, thread.id).taken_at
        clock.shift(timedelta(minutes=20))
        item = take(staff, thread.id)
        assert (item.taken_at, item.taken_until) == (begin, now() + timedelta(minutes=30))


def test_the_lock_runs_out_by_itself(staff: Person, colleague: Person, terms: object) -> None:
    thread = make_question()
    with time_machine.travel(START, tick=False) as clock:
        take(staff, thread.id)
        clock.shift(timedelta(minutes=30))
        assert take(colleague, thread.id).taken_by_id == colleague.id


def test_giving_back_frees_it_at_once(staff: Person, colleague: Person, terms: object) -> None:
    thread = make_question()
    take(staff, thread.id)
    assert release(staff, thread.id)
    assert not release(staff, thread.id)
    assert take(colleague, thread.id).taken_by_id == colleague.id


def test_nobody_gives_back_what_somebody_else_holds_but_admins(
    staff: Person, colleague: Person, admin: Person, terms: object
) -> None:
    thread = make_question()
    take(staff, thread.id)
    with pytest.raises(Forbidden, match="Mira Staff"):
        release(colleague, thread.id)
    assert release(admin, thread.id)


def test_admins_take_over_when_they_say_so_and_others_never(
    staff: Person, colleague: Person, admin: Person, terms: object
) -> None:
    thread = make_question()
    take(staff, thread.id)
    with pytest.raises(TakenByOther):
        take(colleague, thread.id, take_over=True)
    with pytest.raises(TakenByOther):
        take(admin, thread.id)
    assert take(admin, thread.id, take_over=True).taken_by_id == admin.id


def test_a_solved_question_needs_nobody(staff: Person, terms: object) -> None:
    thread = make_question()
    accept(make_answer(thread))
    with pytest.raises(Conflict, match="solved"):
        take(staff, thread.id)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_for_everybody_else_there_is_no_desk(app: Flask, role: Role, terms: object) -> None:
    person, thread = make_person(role=role), make_question()
    with pytest.raises(NotFound):
        take(person, thread.id)


def test_suspended_staff_takes_nothing(app: Flask, terms: object) -> None:
    person = make_person(role=Role.STAFF, suspended_until=now() + timedelta(days=1))
    thread = make_question()
    with pytest.raises(NotFound):
        take(person, thread.id)


def test_what_is_hidden_or_no_question_cannot_be_taken(staff: Person, terms: object) -> None:
    for values in ({"hidden_at": now()}, {"held_at": now()}):
        thread = make_question(**values)
        with pytest.raises(NotFound):
            take(staff, thread.id)
    with pytest.raises(NotFound):
        take(staff, 999_999)


def test_staff_take_questions_of_staff_only_categories(staff: Person, terms: object) -> None:
    assert take(staff, make_question(category=make_category(audience="staff")).id).taken_by_id == staff.id


def test_of_many_who_take_at_the_same_moment_exactly_one_has_it(app: Flask, terms: object) -> None:
    people = [make_person(role=Role.STAFF) for _ in range(8)]
    thread_id, actors = make_question().id, [actor_of(person) for person in people]
    db.session.remove()
    start, results = threading.Barrier(len(actors)), [None] * len(actors)

    def run(index: int) -> None:
        with app.app_context():
            start.wait(timeout=10)
            try:
                with unit_of_work():
                    results[index] = take_thread(actors[index], thread_id=thread_id).taken_by_id
            except Conflict as refusal:
                results[index] = refusal
            finally:
                db.session.remove()

    workers = [threading.Thread(target=run, args=(index,)) for index in range(len(actors))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    winners = [result for result in results if isinstance(result, int)]
    assert len(winners) == 1 and sum(isinstance(result, TakenByOther) for result in results) == len(actors) - 1
    assert db.session.get_one(DeskItem, thread_id).taken_by_id == winners[0]
