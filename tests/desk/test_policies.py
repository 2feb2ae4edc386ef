"""Who works at the desk: every role against every state, in Python and as SQL; and addresses that exist."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from app.core.clock import now
from app.core.db import db
from app.desk import urls
from app.desk.models import DeskItem
from app.desk.policies import (
    can_arrange_desk,
    can_release,
    can_take,
    can_take_over,
    can_use_desk,
    can_work_on,
    desk_threads,
)
from app.desk.queries.people import staff_people
from app.forum.models import Category, Thread
from tests.factories import actor_of, make_category, make_person, make_thread

ME, OTHER = 1, 2
ROLES = {
    "visitor": ANONYMOUS,
    "member": Actor(id=ME, role=Role.MEMBER),
    "moderator": Actor(id=ME, role=Role.MODERATOR),
    "staff": Actor(id=ME, role=Role.STAFF),
    "suspended staff": Actor(id=ME, role=Role.STAFF, is_suspended=True),
    "admin": Actor(id=ME, role=Role.ADMIN),
    "suspended admin": Actor(id=ME, role=Role.ADMIN, is_suspended=True),
}


@pytest.mark.parametrize("name", ROLES)
def test_staff_and_admins_work_at_the_desk_and_admins_arrange_it(name: str) -> None:
    assert can_use_desk(ROLES[name]) is (name in ("staff", "admin"))
    assert can_arrange_desk(ROLES[name]) is (name == "admin")


def item(holder: int | None, minutes: int = 1_000) -> DeskItem:
    return DeskItem(thread_id=1, taken_by_id=holder, taken_until=now() + timedelta(minutes=minutes) if holder else None)


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize(
    ("state", "held", "staff_takes", "admin_takes_over", "staff_releases"),
    [
        ("free", item(None), True, True, False),
        ("mine", item(ME), True, True, True),
        ("another's", item(OTHER), False, True, False),
        ("another's, run out", item(OTHER, -1), True, True, False),
    ],
)
def test_who_takes_and_gives_back_in_which_state(
    name: str, state: str, held: DeskItem, staff_takes: bool, admin_takes_over: bool, staff_releases: bool
) -> None:
    actor, moment = ROLES[name], now()
    works = name in ("staff", "admin")
    assert can_take(actor, held, moment) is (works and staff_takes), state
    assert can_take_over(actor, held, moment) is (works and (admin_takes_over if name == "admin" else staff_takes)), state
    assert can_release(actor, held) is (name == "admin" or (name == "staff" and staff_releases)), state


def test_the_program_itself_takes_nothing() -> None:
    assert not can_take(SYSTEM, item(None), now()) and not can_take_over(SYSTEM, item(None), now())


def test_the_rule_in_python_and_the_rule_in_sql_agree(app: Flask) -> None:
    person, moment = make_person(), now()
    for audience in ("public", "members", "staff"):
        category = make_category(audience=audience)
        for kind in ("question", "discussion"):
            for values in ({}, {"hidden_at": moment}, {"held_at": moment}):
                make_thread(category=category, kind=kind, author=person, **values)
    threads = db.session.scalars(sa.select(Thread).join(Thread.category).options(sa.orm.contains_eager(Thread.category))).all()
    assert len(threads) == 18
    for name, actor in ROLES.items():
        in_sql = set(
            db.session.scalars(sa.select(Thread.id).join(Category, Category.id == Thread.category_id).where(desk_threads(actor)))
        )
        assert in_sql == {thread.id for thread in threads if can_work_on(actor, thread)}, name
        assert len(in_sql) == (3 if name in ("staff", "admin") else 0)


def test_staff_are_the_same_people_in_python_and_in_sql(app: Flask) -> None:
    for role in Role:
        make_person(role=role)
        make_person(role=role, suspended_until=now() + timedelta(days=1))
        make_person(role=role, suspended_until=now() - timedelta(days=1))
    people = db.session.scalars(sa.select(Person)).all()
    in_sql = set(db.session.scalars(sa.select(Person.id).where(staff_people(now()))))
    assert in_sql == {person.id for person in people if can_use_desk(actor_of(person))} and len(in_sql) == 4


def test_every_path_of_the_desk_is_a_route(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    for path in (
        urls.DESK,
        urls.RULES,
        urls.GROUPS,
        urls.HOURS,
        urls.desk_path(),
        urls.group_path(1),
        urls.rule_path(1),
        urls.item_path(1),
    ):
        assert adapter.match(path, "GET")[0].startswith("desk.")
    for path in (urls.take_path(1), urls.release_path(1), urls.assign_path(1)):
        assert adapter.match(path, "POST")[0].startswith("desk.")
    assert urls.desk_path(view="mine", category=3, tag="", in_charge=None, page=0) == "/desk?view=mine&category=3"
