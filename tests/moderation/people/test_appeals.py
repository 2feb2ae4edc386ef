"""Asking for a second look: who may, once; who decides, what it does, and how it is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.moderation.models import AppealState, LogEntry, Sanction, SanctionKind
from app.moderation.people.appealing import appeal, decide_appeal
from app.moderation.people.appeals import count_open_appeals, list_open_appeals
from app.moderation.people.imposing import end_sanction, impose
from app.moderation.people.policies import can_decide_appeal
from app.moderation.policies import can_appeal
from app.moderation.undoing import undo_decision
from tests.asserts import assert_queries
from tests.factories import actor_of, make_person
from tests.mailbox import collect, text_of

HASH = "kept elsewhere"


def judge(role: str = "moderator") -> Actor:
    return actor_of(make_person(role=role, password_hash=HASH))


def sanction(actor: Actor, person: Person, kind: str = "suspend") -> Sanction:
    with unit_of_work():
        return impose(actor, person_id=person.id, kind=kind, reason="Insults", until=now() + timedelta(days=7))


def ask(person: Person, one: Sanction, note: str = "It was not me.") -> None:
    with unit_of_work():
        appeal(person.id, sanction_id=one.id, note=note)


def decide(actor: Actor, one: Sanction, *, is_lifted: bool = True, answer: str = "We looked again.") -> None:
    with unit_of_work():
        decide_appeal(actor, sanction_id=one.id, is_lifted=is_lifted, answer=answer)


def log_of(person: Person) -> list[LogEntry]:
    return list(db.session.scalars(sa.select(LogEntry).where(LogEntry.person_id == person.id).order_by(LogEntry.id)))


@pytest.mark.parametrize("is_lifted", [True, False])
def test_another_moderator_decides_and_it_can_be_undone(app: Flask, is_lifted: bool) -> None:
    person, first, second = make_person(), judge(), judge()
    one = sanction(first, person)
    ask(person, one)
    assert [row.can_decide for row in list_open_appeals(first)] == [False]
    assert [row.can_decide for row in list_open_appeals(second)] == [True]
    with pytest.raises(Forbidden):
        decide(first, one, is_lifted=is_lifted)
    decide(second, one, is_lifted=is_lifted)
    db.session.refresh(person)
    assert actor_of(person).can_write is is_lifted and count_open_appeals(second) == 0
    assert log_of(person)[-1].action == ("appeal_lift" if is_lifted else "appeal_uphold") and len(log_of(person)) == 2
    mails = [text_of(mail) for mail in collect(app)]
    assert any("We looked again." in text for text in mails)
    with pytest.raises(Conflict):
        decide(second, one)
    with unit_of_work():
        undo_decision(second, entry_id=log_of(person)[1].id, reason="Not yet")
    db.session.refresh(person)
    db.session.refresh(one)
    assert one.appeal_state == AppealState.OPEN and one.appeal_answer == "" and not actor_of(person).can_write


def test_a_lone_moderator_decides_about_their_own_decision(app: Flask) -> None:
    person, only = make_person(), judge()
    make_person(role="moderator", password_hash=HASH, banned_at=now())
    make_person(role="moderator", password_hash=HASH, suspended_until=now() + timedelta(days=1))
    one = sanction(only, person)
    ask(person, one)
    assert [row.can_decide for row in list_open_appeals(only)] == [True]
    decide(only, one)


def test_only_admins_see_and_decide_appeals_of_moderators(app: Flask) -> None:
    person, admin, other = make_person(role="moderator"), judge("admin"), judge("admin")
    one = sanction(admin, person)
    ask(person, one)
    assert list_open_appeals(judge()) == () and count_open_appeals(judge()) == 0
    assert count_open_appeals(other) == 1
    with pytest.raises(Forbidden):
        decide(judge(), one)
    decide(other, one)


def test_lists_of_appeals_cost_two_statements_however_many_there_are(app: Flask) -> None:
    first, second = judge(), judge()
    for _ in range(4):
        person = make_person()
        ask(person, sanction(first, person))
    with assert_queries(2):
        assert len(list_open_appeals(first)) == 4
    with assert_queries(1):
        assert len(list_open_appeals(second, limit=3)) == 3
    with pytest.raises(Forbidden):
        list_open_appeals(actor_of(make_person()))


def test_a_note_is_needed_once_in_time_and_by_the_person_concerned(app: Flask) -> None:
    person, actor = make_person(), judge()
    one = sanction(actor, person)
    for note in ("  ", "x" * 2001):
        with pytest.raises(Invalid):
            ask(person, one, note)
    with pytest.raises(NotFound):
        ask(make_person(), one)
    ask(person, one)
    with pytest.raises(Conflict):
        ask(person, one)
    for answer in (" ", "x" * 1001):
        with pytest.raises(Invalid):
            decide(judge(), one, answer=answer)


def test_taking_the_sanction_back_or_replacing_it_closes_the_appeal(app: Flask) -> None:
    person, actor = make_person(), judge()
    first = sanction(actor, person)
    ask(person, first)
    second = sanction(actor, person)
    ask(person, second)
    with unit_of_work():
        end_sanction(actor, sanction_id=second.id, reason="A mistake")
    db.session.refresh(first)
    db.session.refresh(second)
    assert (first.appeal_state, second.appeal_state) == (AppealState.UPHELD, AppealState.LIFTED)
    assert second.appeal_answer == "A mistake" and list_open_appeals(actor) == ()


def test_an_appeal_can_be_granted_when_its_time_is_over(app: Flask) -> None:
    person, actor = make_person(), judge()
    one = sanction(actor, person)
    ask(person, one)
    with unit_of_work():
        db.session.get_one(Sanction, one.id).until = now() - timedelta(seconds=1)
    decide(judge(), one)
    db.session.refresh(one)
    assert one.appeal_state == AppealState.LIFTED


NOW = now()
OLD = NOW - timedelta(days=40)


@pytest.mark.parametrize(("values", "is_possible"), [
    ({}, True), ({"person_id": 2}, False), ({"ended_at": NOW}, False), ({"appeal_state": AppealState.UPHELD}, False),
    ({"kind": SanctionKind.WARN}, True), ({"kind": SanctionKind.WARN, "created_at": OLD}, False),
    ({"kind": SanctionKind.BAN, "created_at": OLD}, True),
    ({"created_at": OLD, "until": NOW - timedelta(days=1)}, False), ({"created_at": OLD, "until": NOW + timedelta(days=1)}, True),
    ({"until": NOW - timedelta(days=1)}, True),
])  # fmt: skip
def test_who_may_appeal_and_when(values: dict[str, object], is_possible: bool) -> None:
    one = Sanction(
        **{"person_id": 1, "kind": SanctionKind.SUSPEND, "created_at": NOW, "appeal_state": AppealState.NONE, **values}
    )
    assert can_appeal(1, one, NOW) is is_possible


@pytest.mark.parametrize(("role", "is_maker", "has_others", "is_possible"), [
    ("moderator", False, True, True), ("moderator", True, True, False), ("moderator", True, False, True),
    ("staff", False, True, False), ("member", False, True, False), ("admin", True, True, False),
])  # fmt: skip
def test_who_may_decide_an_appeal(role: str, is_maker: bool, has_others: bool, is_possible: bool) -> None:
    actor, person = Actor(5, role=role), Person(id=1, role="member")  # type: ignore[arg-type]
    one = Sanction(person_id=1, created_by_id=5 if is_maker else 6)
    assert can_decide_appeal(actor, one, person, has_others=has_others) is is_possible
