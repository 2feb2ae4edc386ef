"""Decisions about people and about texts at the same moment never wait for one another in a circle, and nothing slips through."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.forum.services.accepting import accept_answer
from app.forum.services.answering import add_post
from app.forum.services.curating import hide_post
from app.forum.services.recounting import recount_all
from app.forum.services.sweeping import UNTITLED
from app.jobs.queue import enqueue
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry, Wave, WaveItem
from app.moderation.people.imposing import impose
from app.moderation.waves.ending import give_back
from app.moderation.waves.putting_away import put_away
from app.privacy.services.erasing import erase_person
from app.privacy.services.merging import merge_job, request_merge
from tests.concurrency.meeting import meet
from tests.concurrency.test_forum_at_once import call
from tests.concurrency.test_waves_at_once import broken, shown_spam
from tests.factories import actor_of, body, make_answer, make_person, make_question
from tests.moderation.waves.spam import HOST, SPAM, build_scene, find, looking_for, put


@pytest.fixture
def scene(app: Flask) -> Any:
    return build_scene()


ANSWERING = "app.forum.services.answering:get_thread_for_update"
WRITTEN = "app.forum.services.answering:add_first_text"


@pytest.mark.parametrize("point", [ANSWERING, WRITTEN])
def test_an_answer_in_a_thread_of_the_wave_goes_along_or_is_refused(app: Flask, scene: Any, monkeypatch, point: str) -> None:
    criteria, found = looking_for(hosts=(HOST,)), find(scene.moderator, hosts=(HOST,))
    results = meet(
        app,
        monkeypatch,
        at=point,
        first=call(add_post, actor_of(scene.other), thread_id=scene.honest.id, body=body(f"{SPAM} Once more.")),
        second=call(put_away, scene.moderator, criteria=criteria, found=found, left_out=(), reason="Spam"),
    )
    assert not broken(results), results
    run_until_idle()
    db.session.rollback()
    assert db.session.scalars(sa.select(Wave.state)).all() == ["quarantined"] and shown_spam(scene.other.id) == 0
    assert not recount_all().wrong.keys() - {"thread.affected_count"}


def test_an_answer_while_its_wave_comes_back_waits_for_nobody(app: Flask, scene: Any, monkeypatch) -> None:
    wave = put(scene.moderator)
    writer = actor_of(make_person())
    results = meet(
        app,
        monkeypatch,
        at=ANSWERING,
        first=call(add_post, writer, thread_id=scene.honest.id, body=body(f"@{scene.other.name} did you clean it?")),
        second=call(give_back, scene.moderator, wave_id=wave.id, reason="By mistake"),
    )
    assert not [one for one in results if isinstance(one, Exception)], results
    run_until_idle()
    db.session.rollback()
    assert db.session.scalars(sa.select(Wave.state)).all() == ["restored"] and shown_spam(scene.other.id) == 1


def test_two_waves_about_the_same_texts_take_each_text_once(app: Flask, scene: Any, monkeypatch) -> None:
    criteria, found = looking_for(hosts=(HOST,)), find(scene.moderator, hosts=(HOST,))
    people = tuple(person.key for person in found.people)
    one, two = (
        call(put_away, actor, criteria=criteria, found=found, left_out=people, reason="Spam")
        for actor in (scene.moderator, actor_of(make_person(role="moderator")))
    )
    results = meet(app, monkeypatch, at="app.moderation.waves.putting_away:add_texts", first=one, second=two)
    assert not broken(results), results
    run_until_idle()
    db.session.rollback()
    taken = db.session.scalars(sa.select(WaveItem.post_id).where(WaveItem.state == "taken", WaveItem.post_id.is_not(None))).all()
    assert len(taken) == len(set(taken)) == 2 and sum(db.session.scalars(sa.select(Wave.text_count))) == 3


def test_a_text_is_hidden_while_another_moderator_bans_its_author(app: Flask, monkeypatch) -> None:
    spammer, (one, two) = make_person(), [actor_of(make_person(role="moderator")) for _ in range(2)]
    answer = make_answer(make_question(), author=spammer)
    results = meet(
        app,
        monkeypatch,
        at="app.moderation.trust.subscribers:request_refresh",
        first=call(hide_post, one, post_id=answer.id, reason="Advertising"),
        second=call(impose, two, person_id=spammer.id, kind="ban", reason="Advertising"),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sorted(db.session.scalars(sa.select(LogEntry.action))) == ["ban", "hide"]


def test_the_same_jobs_asked_for_in_another_order_wait_for_nobody(app: Flask, monkeypatch) -> None:
    def ask(*keys: str) -> None:
        with unit_of_work():
            for key in keys:
                enqueue("mail.send", {"kind": "none", "person_id": 0}, dedupe_key=key)

    point = "tests.concurrency.test_no_circles:enqueue"
    results = meet(app, monkeypatch, at=point, first=partial(ask, "a", "b"), second=partial(ask, "b", "a"))
    assert results == [None, None]


def test_an_answer_is_accepted_while_its_authors_accounts_become_one(app: Flask, monkeypatch) -> None:
    old, new, admin = make_person(), make_person(), actor_of(make_person(role="admin"))
    question = make_question()
    answer = make_answer(question, author=old)
    with unit_of_work():
        merge_id = request_merge(admin, from_id=old.id, into_id=new.id, reason="One person").id
    results = meet(
        app,
        monkeypatch,
        at="app.forum.services.accepting:get_post_for_update",
        first=call(accept_answer, admin, post_id=answer.id),
        second=partial(merge_job, [{"merge_id": merge_id}]),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    run_until_idle()
    db.session.rollback()
    assert db.session.get_one(Post, answer.id, populate_existing=True).author_id == new.id
    assert db.session.get_one(Person, new.id, populate_existing=True).trust == 1


@pytest.mark.parametrize("point", [ANSWERING, WRITTEN])
def test_what_is_written_while_two_accounts_become_one_belongs_to_who_stays_or_is_refused(
    app: Flask, monkeypatch, point: str
) -> None:
    old, new, admin = make_person(), make_person(), actor_of(make_person(role="admin"))
    make_answer(make_question(), author=old)
    thread = make_question()
    with unit_of_work():
        merge_id = request_merge(admin, from_id=old.id, into_id=new.id, reason="One person").id
    results = meet(
        app,
        monkeypatch,
        at=point,
        first=call(add_post, actor_of(old), thread_id=thread.id, body=body("Clean the filter.")),
        second=partial(merge_job, [{"merge_id": merge_id}]),
    )
    assert results[1] is None and isinstance(results[0], int | Forbidden), results
    run_until_idle()
    db.session.rollback()
    assert not db.session.scalars(sa.select(Post.id).where(Post.author_id == old.id)).all()
    assert db.session.get_one(Person, old.id, populate_existing=True).merged_into_id == new.id


@pytest.mark.parametrize("point", [ANSWERING, WRITTEN])
def test_what_is_written_while_its_author_is_erased_goes_too_or_is_refused(app: Flask, monkeypatch, point: str) -> None:
    ada, thread = make_person(), make_question()
    make_answer(make_question(), author=ada)
    with unit_of_work():
        db.session.add(Erasure(person_id=ada.id, keeps_posts=False, due_at=now() - timedelta(seconds=1)))
    results = meet(
        app,
        monkeypatch,
        at=point,
        first=call(add_post, actor_of(ada), thread_id=thread.id, body=body("My number is 4711.")),
        second=lambda: erase_person(ada.id, render_markdown(UNTITLED)),
    )
    assert results[1] is True and isinstance(results[0], int | Forbidden), results
    left = db.session.scalars(sa.select(Post.body_source).where(Post.body_source.contains("4711"))).all()
    assert left == []
