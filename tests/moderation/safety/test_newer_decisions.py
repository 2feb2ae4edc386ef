"""Undoing an old decision leaves newer ones alone, and what was put away twice comes back once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services import curating
from app.jobs.worker import run_until_idle
from app.moderation.flags.flagging import flag_post
from app.moderation.flags.resolving import resolve_post_flags
from app.moderation.models import Flag, LogEntry, Sanction, WaveItem
from app.moderation.people.imposing import impose, lift
from app.moderation.removing.deciding import remove_content
from app.moderation.undoing import undo_decision
from app.moderation.waves.ending import give_back
from tests.factories import actor_of, make_answer, make_person, make_question
from tests.moderation.waves.spam import Scene, build_scene, put


@pytest.fixture
def mo(app: Flask) -> Actor:
    return actor_of(make_person("mo", role="moderator"))


@pytest.fixture
def scene(app: Flask) -> Scene:
    return build_scene()


def newest(action: str) -> int:
    return db.session.scalars(sa.select(LogEntry.id).where(LogEntry.action == action).order_by(LogEntry.id.desc())).first() or 0


def decide(actor: Actor, post: Post, *, is_upheld: bool) -> None:
    reporter = actor_of(make_person())
    with unit_of_work():
        flag_post(reporter, post_id=post.id, reason="rude")
    with unit_of_work():
        resolve_post_flags(actor, post_id=post.id, is_upheld=is_upheld, note="Looked at")


def test_undoing_an_old_decision_about_reports_does_not_open_newer_ones(mo: Actor):
    answer = make_answer(make_question())
    with time_machine.travel(now() - timedelta(hours=1), tick=True):
        decide(mo, answer, is_upheld=False)
    first = newest("decline")
    decide(mo, answer, is_upheld=True)
    with pytest.raises(Conflict, match="since"), unit_of_work():
        undo_decision(mo, entry_id=first, reason="Hm")
    assert sorted(db.session.scalars(sa.select(Flag.state))) == ["declined", "upheld"]
    assert db.session.get_one(Post, answer.id, populate_existing=True).hidden_at is not None


@pytest.mark.parametrize("kind", ["post", "thread", "comment"])
def test_undoing_an_old_hiding_does_not_show_what_was_hidden_again_since(mo: Actor, scene: Scene, kind: str):
    target = {"post": scene.answer, "thread": scene.thread, "comment": scene.comment}[kind]
    hide, restore = getattr(curating, f"hide_{kind}"), getattr(curating, f"restore_{kind}")
    named = {f"{kind}_id": target.id}
    with time_machine.travel(now() - timedelta(hours=1), tick=True), unit_of_work():
        hide(mo, reason="Rude", **named)
        restore(mo, reason="It was not", **named)
    put(scene.moderator)
    with pytest.raises(Conflict, match="since"), unit_of_work():
        undo_decision(mo, entry_id=newest("hide"), reason="Hm")
    model = {"post": Post, "thread": Thread, "comment": Comment}[kind]
    assert db.session.get_one(model, target.id, populate_existing=True).hidden_at is not None


def test_an_account_that_was_released_by_hand_can_be_put_away_once_more(scene: Scene):
    first = put(scene.moderator)
    with unit_of_work():
        lift(scene.moderator, person_id=scene.spammer.id, kind="suspend", reason="Said sorry")
        curating.restore_thread(scene.moderator, thread_id=scene.thread.id, reason="Said sorry")
    second = put(scene.moderator)
    assert (second.text_count, second.person_count) == (1, 1)
    with unit_of_work():
        give_back(scene.moderator, wave_id=first.id, reason="A mistake")
    assert db.session.get_one(Person, scene.spammer.id, populate_existing=True).suspended_until is not None
    assert db.session.get_one(Thread, scene.thread.id, populate_existing=True).hidden_at is not None
    states = dict(
        db.session.execute(sa.select(WaveItem.wave_id, WaveItem.state).where(WaveItem.person_id == scene.spammer.id)).all()
    )
    assert states == {first.id: "skipped", second.id: "taken"}


def test_a_suspension_of_a_wave_that_was_replaced_and_revived_ends_with_the_wave(scene: Scene):
    wave = put(scene.moderator)
    with unit_of_work():
        until = now() + timedelta(days=3)
        impose(scene.moderator, person_id=scene.spammer.id, kind="suspend", reason="Shorter", until=until)
    with unit_of_work():
        undo_decision(scene.moderator, entry_id=newest("suspend"), reason="No, as it was")
    person = db.session.get_one(Person, scene.spammer.id, populate_existing=True)
    assert person.suspended_until is not None and person.suspended_until > now() + timedelta(days=30)
    with unit_of_work():
        give_back(scene.moderator, wave_id=wave.id, reason="A mistake")
    assert db.session.get_one(Person, scene.spammer.id, populate_existing=True).suspended_until is None
    assert not db.session.scalars(sa.select(Sanction).where(Sanction.ended_at.is_(None))).all()


def test_a_wave_that_is_given_back_does_not_show_what_a_removal_took_meanwhile(scene: Scene):
    wave = put(scene.moderator)
    with unit_of_work():
        remove_content(scene.moderator, person_id=scene.spammer.id, reason="Nothing of it is to stay")
    run_until_idle()
    with unit_of_work():
        give_back(scene.moderator, wave_id=wave.id, reason="Most of it was fine")
    run_until_idle()
    assert db.session.get_one(Thread, scene.thread.id, populate_existing=True).hidden_at is not None
    assert db.session.get_one(Post, scene.answer.id, populate_existing=True).hidden_at is None
