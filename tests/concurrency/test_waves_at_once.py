"""A wave is put away while its people write, and decided about twice: nothing is left in sight, and nothing happens twice."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.errors import AppError, Conflict, Forbidden
from app.forum.models import Post, Thread
from app.forum.services.answering import add_post
from app.forum.services.recounting import recount_all
from app.jobs.worker import run_until_idle
from app.moderation.models import Wave, WaveItem
from app.moderation.waves.ending import give_back, remove
from app.moderation.waves.putting_away import put_away
from tests.concurrency.test_forum_at_once import at_once, call
from tests.factories import actor_of, body, make_answer, make_person, make_question
from tests.moderation.waves.spam import HOST, SPAM, build_scene, find, looking_for, put


@pytest.fixture
def scene(app: Flask) -> Any:
    return build_scene()


def broken(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, AppError)]


def shown_spam(person_id: int) -> int:
    listed = sa.select(sa.func.count()).select_from(Post).join(Thread, Thread.id == Post.thread_id)
    statement = listed.where(Post.author_id == person_id, Post.hidden_at.is_(None), Thread.hidden_at.is_(None))
    return db.session.scalar(statement) or 0


def test_what_is_written_while_a_wave_is_put_away_goes_along_or_is_refused(app: Flask, scene: Any):
    writers = [make_person(f"writer{number}") for number in range(3)]
    for person in writers:
        make_answer(scene.honest, person, SPAM)
    criteria = looking_for(hosts=(HOST,))
    found = find(scene.moderator, hosts=(HOST,))
    threads = [make_question() for _ in writers]
    works = [call(put_away, scene.moderator, criteria=criteria, found=found, left_out=(), reason="Spam")]
    works += [
        call(add_post, actor_of(person), thread_id=thread.id, body=body(f"{SPAM} No. {thread.id}"))
        for person, thread in zip(writers, threads, strict=True)
    ]
    results = at_once(app, works)
    assert not broken(results), results
    refused = [one for one in results if isinstance(one, Forbidden)]
    db.session.rollback()
    wave = db.session.scalars(sa.select(Wave)).one()
    assert wave.state == "quarantined" and wave.text_count == 6 + len(writers) - len(refused)
    assert [shown_spam(person.id) for person in writers] == [0, 0, 0]
    assert recount_all().wrong.keys() <= {"thread.affected_count"}


def test_of_giving_back_and_removing_at_once_one_happens(app: Flask, scene: Any):
    wave, other = put(scene.moderator), actor_of(make_person(role="moderator"))
    works = [
        call(give_back, scene.moderator, wave_id=wave.id, reason="A mistake"),
        call(remove, other, wave_id=wave.id, reason="Clear"),
    ]
    results = at_once(app, works)
    assert not broken(results) and sum(isinstance(one, Conflict) for one in results) == 1
    run_until_idle()
    db.session.rollback()
    state = db.session.scalars(sa.select(Wave.state).execution_options(populate_existing=True)).one()
    kept = "Zorblax" in db.session.scalars(sa.select(Post.body_source).where(Post.id == scene.answer.id)).one()
    assert (state, kept) in (("restored", True), ("purged", False))
    suspended = db.session.scalars(sa.select(Person.suspended_until).where(Person.id == scene.other.id)).one()
    assert (suspended is None) == (state == "restored")


def test_two_moderators_put_the_same_away_once(app: Flask, scene: Any):
    other = actor_of(make_person(role="moderator"))
    criteria, found = looking_for(hosts=(HOST,)), find(scene.moderator, hosts=(HOST,))
    works = [
        call(put_away, actor, criteria=criteria, found=found, left_out=(), reason="Spam") for actor in (scene.moderator, other)
    ]
    assert not broken(at_once(app, works))
    run_until_idle()
    db.session.rollback()
    waves = db.session.scalars(sa.select(Wave).order_by(Wave.id)).all()
    assert sum(wave.text_count for wave in waves) == 3 and sum(wave.person_count for wave in waves) == 2
    taken = db.session.scalars(sa.select(WaveItem.state).where(WaveItem.post_id == scene.answer.id)).all()
    assert list(taken).count("taken") == 1 and recount_all().total == 0
