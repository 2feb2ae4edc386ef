"""Roles and suspensions: success, refusal, absence, and states that do not allow it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.events import RoleChanged
from app.accounts.policies import can_suspend
from app.accounts.services.roles import set_role
from app.accounts.services.suspending import lift_suspension, suspend_person
from app.core import events
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from tests.accounts.people import is_signed_in, make_member, sign_in
from tests.factories import actor_of, make_person
from tests.mailbox import collect, text_of


def until(days: float = 7):  # type: ignore[no-untyped-def]
    return now() + timedelta(days=days)


def test_an_admin_gives_a_role_and_it_is_told(app: Flask) -> None:
    admin, person = make_person(role="admin"), make_person()
    seen: list[RoleChanged] = []
    handler = seen.append
    events.subscribe(RoleChanged, handler)
    with unit_of_work():
        set_role(actor_of(admin), person.id, "moderator")
    with unit_of_work():
        set_role(actor_of(admin), person.id, "moderator")
    events._handlers[RoleChanged].remove(handler)
    assert seen == [RoleChanged(person.id, admin.id, "member", "moderator")]
    db.session.refresh(person)
    assert person.role == "moderator"


@pytest.mark.parametrize("role", ["member", "staff", "moderator"])
def test_others_than_admins_give_no_roles_not_even_to_themselves(app: Flask, role: str) -> None:
    person = make_person(role=role)
    with pytest.raises(NotFound), unit_of_work():
        set_role(actor_of(person), person.id, "admin")


def test_unknown_roles_and_people_are_refused(app: Flask) -> None:
    person = make_person()
    with pytest.raises(Invalid), unit_of_work():
        set_role(SYSTEM, person.id, "emperor")
    with pytest.raises(NotFound), unit_of_work():
        set_role(SYSTEM, person.id + 1000, "staff")


def test_the_last_admin_stays_one(app: Flask) -> None:
    admin = make_person(role="admin")
    with pytest.raises(Conflict, match="last admin"), unit_of_work():
        set_role(actor_of(admin), admin.id, "member")
    second = make_person(role="admin")
    with unit_of_work():
        set_role(actor_of(admin), admin.id, "member")
    with pytest.raises(Conflict), unit_of_work():
        set_role(SYSTEM, second.id, "staff")


def test_a_suspended_person_keeps_sessions_hears_why_and_cannot_write(app: Flask) -> None:
    person, moderator = make_member("mira"), make_person(role="moderator")
    browser = sign_in(app, "mira")
    with unit_of_work():
        suspend_person(actor_of(moderator), person_id=person.id, until=until(), reason=" advertising  again ")
    db.session.refresh(person)
    assert person.suspended_reason == "advertising again"
    assert actor_of(person).is_suspended and not actor_of(person).can_write
    assert is_signed_in(browser)
    assert "advertising again" in text_of(collect(app)[0])
    with unit_of_work():
        lift_suspension(actor_of(moderator), person_id=person.id, reason="talked it over")
    db.session.refresh(person)
    assert actor_of(person).can_write
    assert "can post again" in text_of(collect(app)[1])


def test_a_suspension_ends_by_itself(app: Flask) -> None:
    person = make_person()
    with unit_of_work():
        suspend_person(SYSTEM, person_id=person.id, until=until(), reason="spam")
    db.session.refresh(person)
    assert not person.as_actor(now() + timedelta(days=8)).is_suspended


@pytest.mark.parametrize(("actor_role", "person_role", "is_allowed"), [
    ("member", "member", False), ("staff", "member", False),
    ("moderator", "member", True), ("moderator", "staff", False), ("moderator", "moderator", False),
    ("moderator", "admin", False), ("admin", "member", True), ("admin", "staff", True),
    ("admin", "moderator", True), ("admin", "admin", True),
])  # fmt: skip
def test_who_may_suspend_whom(app: Flask, actor_role: str, person_role: str, is_allowed: bool) -> None:
    actor, person = make_person(role=actor_role), make_person(role=person_role)
    assert can_suspend(actor_of(actor), person) is is_allowed
    if is_allowed:
        with unit_of_work():
            suspend_person(actor_of(actor), person_id=person.id, until=until(), reason="spam")
    else:
        with pytest.raises(Forbidden), unit_of_work():
            suspend_person(actor_of(actor), person_id=person.id, until=until(), reason="spam")


def test_nobody_suspends_themselves_and_no_suspended_moderator_suspends_others(app: Flask) -> None:
    admin = make_person(role="admin")
    with pytest.raises(Forbidden), unit_of_work():
        suspend_person(actor_of(admin), person_id=admin.id, until=until(), reason="spam")
    suspended = make_person(role="moderator", suspended_until=until())
    member = make_person()
    with pytest.raises(Forbidden), unit_of_work():
        suspend_person(actor_of(suspended), person_id=member.id, until=until(), reason="revenge")


def test_a_suspension_needs_a_future_date_a_reason_and_a_person(app: Flask) -> None:
    person = make_person()
    for bad in ({"until": until(-1)}, {"until": until(4000)}, {"reason": "  "}):
        with pytest.raises(Invalid), unit_of_work():
            suspend_person(SYSTEM, **({"person_id": person.id, "until": until(), "reason": "spam"} | bad))  # type: ignore[arg-type]
    with pytest.raises(NotFound), unit_of_work():
        suspend_person(SYSTEM, person_id=person.id + 1000, until=until(), reason="spam")
    with pytest.raises(Conflict), unit_of_work():
        lift_suspension(SYSTEM, person_id=person.id, reason="never was")
