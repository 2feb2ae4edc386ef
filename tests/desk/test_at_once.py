"""Many hands at one question, and many things happening to it: nobody waits for ever, and the item says what is true."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError
from app.core.uow import unit_of_work
from app.desk.jobs import tick_job
from app.desk.models import DeskItem, DeskState
from app.desk.services.assigning import assign_thread
from app.desk.services.settling import resettle
from app.desk.services.taking import release_thread, take_thread
from app.forum.models import Post
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.confirming import record_outcome, report_stuck
from app.notifications.models import Notification
from tests.conftest import empty_database
from tests.factories import actor_of, make_category, make_person, make_question, opening_of
from tests.thorough import examples

Work = Callable[[], Any]


def at_once(app: Flask, works: list[Work]) -> list[Exception]:
    """Do all works at the same moment; return what went wrong apart from refusals of the house."""
    start, failures = threading.Barrier(len(works)), []

    def run(work: Work) -> None:
        with app.app_context():
            start.wait(timeout=10)
            try:
                work()
            except AppError:
                pass
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=run, args=(work,)) for work in works]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
        assert not worker.is_alive(), "somebody waits for ever"
    db.session.rollback()
    return failures


def in_unit(service: Callable[..., Any], actor: Any, **values: Any) -> Work:
    def work() -> None:
        with unit_of_work():
            service(actor, **values)

    return work


def test_several_workers_tell_of_an_escalation_once(app: Flask, terms: object) -> None:
    staff_id = make_person(role=Role.STAFF).id
    ids = [make_question(created_at=now() - timedelta(minutes=1)).id for _ in range(3)]
    tick_job([])
    with unit_of_work():
        db.session.execute(sa.update(DeskItem).values(clock_since=now() - timedelta(days=4)))
    db.session.remove()
    assert at_once(app, [lambda: tick_job([])] * 4) == []
    lines = db.session.execute(
        sa.select(Notification.thread_id, Notification.times).where(Notification.person_id == staff_id)
    ).all()
    assert sorted(lines) == [(thread_id, 1) for thread_id in ids]


def test_answering_taking_and_assigning_at_once_never_lock_each_other_out(app: Flask, terms: object) -> None:
    people = [actor_of(make_person(role=Role.STAFF)) for _ in range(3)]
    thread = make_question()  # the desk has not seen it yet: all of them want to be first
    opening_id = opening_of(thread).id
    thread_id = thread.id
    works: list[Work] = [in_unit(take_thread, actor, thread_id=thread_id) for actor in people]
    works += [in_unit(assign_thread, people[0], thread_id=thread_id, assignee_id=people[1].id), lambda: tick_job([])]
    for number, actor in enumerate(people):
        body = compose(f"Clean intake filter number {number} first.").body
        works += [
            in_unit(add_post, actor, thread_id=thread_id, body=body),
            in_unit(add_comment, actor, post_id=opening_id, body=body),
        ]
    db.session.remove()
    assert at_once(app, works) == []
    item = db.session.get_one(DeskItem, thread_id)
    assert (item.state, item.assignee_id, item.clock_since) == (DeskState.ANSWERED, people[1].id, None)


STEPS = (
    "official", "peer", "own", "comment", "accept", "withdraw", "refute", "stuck", "needs_info", "close", "reopen", "hide",
    "restore", "hide_post", "take", "release", "tick",
)  # fmt: skip


class Story:
    """One question and the people around it; each step is a real service call, refusals included."""

    def __init__(self) -> None:
        self.asker, self.staff = actor_of(make_person()), actor_of(make_person(role=Role.STAFF))
        self.peer, self.admin = actor_of(make_person()), actor_of(make_person(role=Role.ADMIN))
        category, self.texts = make_category(), 0
        with unit_of_work():
            body = compose("It hums, and no water comes out.").body
            values = {"kind": "question", "title": "Why does it hum?", "body": body, "tags": ()}
            self.id = start_thread(self.asker, category_id=category.id, **values).id

    def do(self, step: str) -> None:
        post_id = db.session.scalar(sa.select(Post.id).where(Post.thread_id == self.id, Post.kind == "answer").limit(1)) or 0
        opening_id = db.session.scalar(sa.select(Post.id).where(Post.thread_id == self.id, Post.kind == "opening")) or 0
        self.texts += 1
        body, here = compose(f"Clean the intake filter, part {self.texts}.").body, {"thread_id": self.id}
        calls: dict[str, Work] = {
            "official": lambda: add_post(self.staff, body=body, **here),
            "peer": lambda: add_post(self.peer, body=body, **here),
            "own": lambda: add_post(self.asker, body=body, **here),
            "comment": lambda: add_comment(self.asker, post_id=opening_id, body=body),
            "accept": lambda: accept_answer(self.asker, post_id=post_id),
            "withdraw": lambda: withdraw_acceptance(self.asker, post_id=post_id),
            "refute": lambda: record_outcome(self.asker, kind="refuted", **here),
            "stuck": lambda: report_stuck(self.asker, **here),
            "needs_info": lambda: record_outcome(self.staff, kind="needs_info", **here),
            "hide_post": lambda: curating.hide_post(self.admin, post_id=post_id, reason="Wrong"),
            "take": lambda: take_thread(self.staff, **here),
            "release": lambda: release_thread(self.staff, **here),
        }
        db.session.rollback()
        if step == "tick":
            tick_job([])
            return
        curate = getattr(curating, f"{step}_thread", None)
        try:
            with unit_of_work():
                calls[step]() if step in calls else curate(self.admin, reason="So", **here)
        except AppError:
            pass


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=10))
def test_whatever_happens_the_item_is_what_would_be_derived_anew(app: Flask, terms: object, steps: list[str]) -> None:
    empty_database()
    story = Story()
    for step in steps:
        story.do(step)
        with unit_of_work():
            wrong = resettle([story.id])
        assert wrong == 0, f"after {step}"
        item = db.session.get_one(DeskItem, story.id)
        assert item.state != DeskState.DONE or item.taken_by_id is None
