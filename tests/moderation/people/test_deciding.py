"""Warnings, mutes, suspensions, bans: what each does, who is told, how it ends, and how it is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.moderation.models import LogEntry, Sanction
from app.moderation.people.appealing import acknowledge
from app.moderation.people.imposing import end_sanction, impose, lift
from app.moderation.queries.standing import list_standing, told
from app.moderation.undoing import undo_decision
from app.notifications.models import Notification
from tests.factories import actor_of, make_person
from tests.mailbox import collect, text_of

KINDS = ("warn", "mute", "suspend", "ban")


def moderator() -> Actor:
    return actor_of(make_person(role="moderator"))


def decide(actor: Actor, person: Person, kind: str = "mute", days: float = 7, **values: Any) -> Sanction:
    with unit_of_work():
        return impose(
            actor, person_id=person.id, kind=kind, until=now() + timedelta(days=days), **{"reason": "Advertising", **values}
        )


def fresh(person: Person) -> Actor:
    db.session.refresh(person)
    return actor_of(person)


def entries(person: Person) -> list[LogEntry]:
    return list(db.session.scalars(sa.select(LogEntry).where(LogEntry.person_id == person.id).order_by(LogEntry.id)))


def undo(actor: Actor, entry: LogEntry) -> None:
    with unit_of_work():
        undo_decision(actor, entry_id=entry.id, reason="Too hard")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_kept_logged_once_told_and_undone(app: Flask, kind: str) -> None:
    person, actor = make_person(), moderator()
    sanction = decide(actor, person, kind, reason="  Links   to a shop ")
    assert (sanction.kind, sanction.reason, sanction.until is None) == (kind, "Links to a shop", kind in ("warn", "ban"))
    (entry,) = entries(person)
    assert (entry.action, entry.reason, entry.actor_id) == (kind, "Links to a shop", actor.id)
    line = db.session.scalars(sa.select(Notification)).one()
    assert "Links to a shop" in line.text and (line.person_id, line.path) == (person.id, "/settings/standing")
    (mail,) = collect(app)
    assert told(kind, "", sanction.until).title in mail["Subject"] and "Links to a shop" in text_of(mail)
    assert ("/settings/standing" in text_of(mail)) is (kind != "ban")
    assert not fresh(person).can_post
    undo(actor, entry)
    assert fresh(person).can_post
    db.session.refresh(sanction)
    assert sanction.ended_by_id == actor.id and sanction.end_reason == "Too hard"
    assert "took back" in text_of(collect(app)[1])
    (row,) = list_standing(person.id)
    assert row.state == "back" and not row.can_appeal


def test_what_is_told_twice_is_two_mails_of_one_thread(app: Flask) -> None:
    person, actor = make_person(), moderator()
    sanction = decide(actor, person)
    collect(app)
    with unit_of_work():
        end_sanction(actor, sanction_id=sanction.id, reason="Too hard")
    collect(app)
    undo(actor, entries(person)[-1])
    mails = collect(app)
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == 3, "The mute, its end, and the mute again"
    assert {mail["References"] for mail in mails} == {f"<sanction.{sanction.id}@localhost>"}


def test_lifting_can_be_undone_too(app: Flask) -> None:
    person, actor = make_person(), moderator()
    sanction = decide(actor, person, "suspend")
    with unit_of_work():
        lift(actor, person_id=person.id, kind="suspend", reason="Talked it over")
    assert fresh(person).can_post and entries(person)[-1].action == "lift"
    undo(actor, entries(person)[-1])
    db.session.refresh(sanction)
    assert fresh(person).is_suspended and sanction.ended_at is None and person.suspended_until == sanction.until
    with pytest.raises(Conflict):
        undo(actor, entries(person)[0 + 1])


def test_a_second_mute_replaces_the_first_which_counts_again_when_that_is_undone(app: Flask) -> None:
    person, actor = make_person(), moderator()
    first, second = decide(actor, person, days=20), decide(actor, person, days=2)
    db.session.refresh(first)
    assert first.is_replaced and person.muted_until == second.until
    undo(actor, entries(person)[1])
    db.session.refresh(first)
    assert first.ended_at is None and not first.is_replaced
    assert fresh(person).is_muted and person.muted_until == first.until


def test_a_warning_is_read_once_and_then_its_reader_goes_on(app: Flask) -> None:
    person, actor = make_person(), moderator()
    first, second = decide(actor, person, "warn"), decide(actor, person, "warn")
    assert fresh(person).is_warned and fresh(person).can_write and not fresh(person).can_post
    for sanction, still in ((first, True), (second, False), (second, False)):
        with unit_of_work():
            acknowledge(actor_of(person), sanction_id=sanction.id)
        assert fresh(person).is_warned is still
    with pytest.raises(NotFound), unit_of_work():
        acknowledge(actor, sanction_id=first.id)


def test_what_is_over_cannot_be_taken_back_and_what_was_taken_back_not_again(app: Flask) -> None:
    person, actor = make_person(), moderator()
    sanction = decide(actor, person)
    with unit_of_work():
        db.session.get_one(Sanction, sanction.id).until = now() - timedelta(minutes=1)
    with pytest.raises(Conflict), unit_of_work():
        end_sanction(actor, sanction_id=sanction.id, reason="Late")
    ban = decide(actor, person, "ban")
    with unit_of_work():
        end_sanction(actor, sanction_id=ban.id, reason="Wrong person")
    with pytest.raises(Conflict), unit_of_work():
        end_sanction(actor, sanction_id=ban.id, reason="Again")
    with pytest.raises(Conflict), unit_of_work():
        lift(actor, person_id=person.id, kind="ban", reason="Again")


@pytest.mark.parametrize("bad", [{"reason": " "}, {"reason": "x" * 301}, {"kind": "exile"}, {"until": None}, {"until": "past"}])
def test_what_is_missing_or_wrong_is_said(app: Flask, bad: dict[str, Any]) -> None:
    person, actor = make_person(), moderator()
    if bad.get("until") == "past":
        bad = {"until": now() - timedelta(days=1)}
    values = {"kind": "mute", "reason": "Spam", "until": now() + timedelta(days=1)} | bad
    with pytest.raises(Invalid), unit_of_work():
        impose(actor, person_id=person.id, **values)
    assert entries(person) == [] and fresh(person).can_post


@pytest.mark.parametrize(("role", "target", "is_allowed"), [
    ("member", "member", False), ("staff", "member", False), ("moderator", "staff", False), ("moderator", "moderator", False),
    ("admin", "moderator", True), ("admin", "admin", True),
])  # fmt: skip
def test_who_decides_about_whom(app: Flask, role: str, target: str, is_allowed: bool) -> None:
    actor, person = actor_of(make_person(role=role)), make_person(role=target)
    if is_allowed:
        assert decide(actor, person, "ban").created_by_id == actor.id
        return
    with pytest.raises(Forbidden):
        decide(actor, person, "warn")


def test_who_was_suspended_before_sanctions_were_kept_is_let_free(app: Flask) -> None:
    person, actor = make_person(suspended_at=now(), suspended_until=now() + timedelta(days=3)), moderator()
    with unit_of_work():
        lift(actor, person_id=person.id, kind="suspend", reason="Enough")
    assert fresh(person).can_post and entries(person)[0].action == "lift"


def test_part_of_a_bigger_decision_is_neither_logged_nor_told(app: Flask) -> None:
    person, actor = make_person(), moderator()
    sanction = decide(actor, person, "suspend", is_one_of_many=True)
    with unit_of_work():
        end_sanction(actor, sanction_id=sanction.id, reason="Given back", is_one_of_many=True)
    assert fresh(person).can_post and entries(person) == [] and collect(app) == []
