"""Whatever is decided about people, taken back or appealed against, in whatever order: each is held by what counts, and by nothing else."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError
from app.core.uow import unit_of_work
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry, Sanction
from app.moderation.people.appealing import acknowledge, appeal, decide_appeal
from app.moderation.people.imposing import end_sanction, impose
from app.moderation.undoing import undo_decision
from app.privacy.services.merging import request_merge
from tests.factories import actor_of, make_person
from tests.thorough import THOROUGH

KINDS = ("warn", "mute", "suspend", "ban")


def held_by(person: Person) -> set[str]:
    moment = now()
    held = {"warn": person.warned_at is not None, "mute": person.is_muted_at(moment), "ban": person.is_banned}
    held["suspend"] = person.suspended_until is not None and person.suspended_until > moment
    return {kind for kind, is_held in held.items() if is_held}


def step(rnd: random.Random, deciders: list[Person], people: list[Person]) -> None:
    person, sanctions = rnd.choice(people), list(db.session.scalars(sa.select(Sanction.id))) or [0]
    entries = list(db.session.scalars(sa.select(LogEntry.id))) or [0]
    who, one = actor_of(db.session.get_one(Person, rnd.choice(deciders).id)), rnd.choice(sanctions)
    until = now() + timedelta(days=rnd.randrange(1, 40))
    deeds = [
        *[lambda: impose(who, person_id=person.id, kind=rnd.choice(KINDS), reason="r", until=until)] * 2,
        lambda: end_sanction(who, sanction_id=one, reason="r"),
        *[lambda: undo_decision(who, entry_id=rnd.choice(entries), reason="r")] * 2,
        lambda: acknowledge(actor_of(person), sanction_id=one),
        lambda: appeal(person.id, sanction_id=one, note="Please"),
        lambda: decide_appeal(who, sanction_id=one, is_lifted=rnd.random() < 0.5, answer="So"),
    ]
    if len(people) > 2 and rnd.random() < 0.06:
        gone = people.pop()
        deeds = [lambda: request_merge(who, from_id=gone.id, into_id=people[0].id, reason="r")]
    try:
        with unit_of_work():
            rnd.choice(deeds)()
    except AppError:
        db.session.rollback()
    run_until_idle()
    db.session.expire_all()


@pytest.mark.parametrize("seed", range(40) if THOROUGH else range(3))
def test_people_are_held_by_what_counts_and_by_nothing_else(app: Flask, seed: int) -> None:
    rnd = random.Random(seed)
    deciders, people = [make_person(role="admin") for _ in range(2)], [make_person() for _ in range(4)]
    for _ in range(60):
        step(rnd, deciders, people)
        for person in db.session.scalars(sa.select(Person).where(Person.merged_into_id.is_(None))):
            own = db.session.scalars(sa.select(Sanction).where(Sanction.person_id == person.id, Sanction.ended_at.is_(None)))
            running = [one for one in own if one.runs_at(now())]
            assert held_by(person) == {one.kind for one in running}
            for kind, until in (("mute", person.muted_until), ("suspend", person.suspended_until)):
                assert until == max((one.until for one in running if one.kind == kind and one.until), default=None)
