"""Roles and restrictions: success, refusal, absence, and states that do not allow it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.events import RoleChanged
from app.accounts.policies import can_suspend
from app.accounts.services.restricting import ensure_may_still_post, release, restrict
from app.accounts.services.roles import set_role
from app.core import events
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from tests.accounts.people import PASSWORD, is_signed_in, make_member, sign_in
from tests.client import Browser
from tests.factories import actor_of, make_person


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
            restrict(actor_of(actor), person_id=person.id, kind="suspend", until=until())
    else:
        with pytest.raises(Forbidden), unit_of_work():
            restrict(actor_of(actor), person_id=person.id, kind="suspend", until=until())


def test_nobody_suspends_themselves_and_no_suspended_moderator_suspends_others(app: Flask) -> None:
    admin = make_person(role="admin")
    with pytest.raises(Forbidden), unit_of_work():
        restrict(actor_of(admin), person_id=admin.id, kind="suspend", until=until())
    moderator, member = make_person(role="moderator"), make_person()
    actor = actor_of(moderator)
    with unit_of_work():
        restrict(actor_of(admin), person_id=moderator.id, kind="suspend", until=until())
    with pytest.raises(Forbidden), unit_of_work():  # what counts is the row, not who they were when the request began
        restrict(actor, person_id=member.id, kind="ban")


@pytest.mark.parametrize(("kind", "can_write", "can_post"), [
    ("warn", True, False), ("mute", True, False), ("suspend", False, False), ("ban", False, False),
])  # fmt: skip
def test_what_each_restriction_leaves(app: Flask, kind: str, can_write: bool, can_post: bool) -> None:
    person = make_person()
    with unit_of_work():
        restrict(SYSTEM, person_id=person.id, kind=kind, until=until())
    db.session.refresh(person)
    actor = actor_of(person)
    assert (actor.can_write, actor.can_post) == (can_write, can_post)
    assert actor.silence
    with pytest.raises(Forbidden), unit_of_work():
        ensure_may_still_post(actor)
    with unit_of_work():
        release(SYSTEM, person_id=person.id, kind=kind)
    db.session.refresh(person)
    assert actor_of(person).can_post and not actor_of(person).silence


@pytest.mark.parametrize("kind", ["mute", "suspend"])
def test_what_has_an_end_ends_by_itself(app: Flask, kind: str) -> None:
    person = make_person()
    with unit_of_work():
        restrict(SYSTEM, person_id=person.id, kind=kind, until=until())
    db.session.refresh(person)
    assert person.as_actor(now() + timedelta(days=8)).can_post


def test_a_restriction_needs_a_future_date_and_a_person(app: Flask) -> None:
    person = make_person()
    for bad in (until(-1), until(4000), None):
        with pytest.raises(Invalid), unit_of_work():
            restrict(SYSTEM, person_id=person.id, kind="mute", until=bad)
    with pytest.raises(NotFound), unit_of_work():
        restrict(SYSTEM, person_id=person.id + 1000, kind="ban")


def test_banned_people_are_signed_out_and_learn_why_only_with_their_password(app: Flask) -> None:
    person = make_member("mira")
    browser = sign_in(app, "mira")
    with unit_of_work():
        restrict(SYSTEM, person_id=person.id, kind="ban")
    assert not is_signed_in(browser)
    stranger = sign_in(app, "mira", "not the password at all", status=400)
    assert "banned" not in stranger.text()
    browser = Browser(app)
    browser.get("/login")
    answer = browser.submit("/login", {"login": "mira", "password": PASSWORD})
    assert answer.headers["Location"].startswith("/standing/") and not is_signed_in(browser)
    with pytest.raises(Conflict), unit_of_work():
        restrict(SYSTEM, person_id=person.id, kind="ban")
