"""Several workers, and several clicks, at the same moment: each mail is planned once, each word recorded once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.uow import unit_of_work
from app.forum.models import MeToo, Outcome, Thread
from app.forum.services.accepting import accept_answer
from app.forum.services.answering import add_post
from app.forum.services.composing import compose
from app.jobs.models import Job
from app.notifications.jobs import site_timing
from app.notifications.models import AskedRole, Notification, OutcomeRequest
from app.notifications.services import asking, hearing
from app.notifications.timing import Timing
from tests.concurrency.test_forum_at_once import PEOPLE, at_once
from tests.factories import actor_of, make_answer, make_person, make_question


def count(model: type, *where: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def any_hour() -> Timing:
    timing = site_timing()
    return Timing(timing.days, None, timing.zone)


def test_workers_that_send_what_is_due_at_once_queue_each_mail_once(app: Flask) -> None:
    thread = make_question()
    post = make_answer(thread)
    people = [make_person() for _ in range(20)]
    with unit_of_work():
        for person in people:
            db.session.add(
                OutcomeRequest(
                    thread_id=thread.id, person_id=person.id, role=AskedRole.ME_TOO, post_id=post.id, next_at=now() - timedelta(hours=1)
                )
            )  # fmt: skip
        db.session.get_one(Thread, thread.id).status = "solved"

    def work() -> int:
        with unit_of_work():
            return asking.send_due(any_hour(), 100)

    found = at_once(app, [work] * 4)
    assert sum(found) == 20, found
    assert count(Job, Job.kind == "mail.send") == 20
    assert count(OutcomeRequest, OutcomeRequest.sent_count == 1, OutcomeRequest.next_at.is_(None)) == 20


def test_people_are_told_once_whoever_tells_them(app: Flask) -> None:
    asker = make_person()
    thread = make_question(author=asker)
    people = [make_person() for _ in range(6)]
    post = make_answer(thread)
    with unit_of_work():
        db.session.add_all([MeToo(thread_id=thread.id, person_id=person.id) for person in people])
        accept_answer(actor_of(asker), post_id=post.id)

    def work() -> int:
        with unit_of_work():
            return asking.tell_affected(thread.id, any_hour(), 100)

    found = at_once(app, [work] * 4)
    assert all(isinstance(one, int) for one in found), found
    assert count(OutcomeRequest) == 6 and count(Notification, Notification.kind == "outcome") == 6


def test_many_clicks_on_one_link_are_one_word(app: Flask) -> None:
    asker = make_person()
    thread = make_question(author=asker)
    post = make_answer(thread)
    with unit_of_work():
        db.session.add(OutcomeRequest(thread_id=thread.id, person_id=asker.id, role=AskedRole.ASKER, sent_count=1))

    def work() -> None:
        with unit_of_work():
            hearing.hear(thread_id=thread.id, person_id=asker.id, answer="solved", post_id=post.id)

    found = at_once(app, [work] * PEOPLE)
    assert found.count(None) == 1 and sum(isinstance(one, Conflict) for one in found) == PEOPLE - 1, found
    assert count(Outcome) == 1


def test_many_answers_at_once_plan_one_reminder_and_nobody_waits_for_ever(app: Flask) -> None:
    asker = make_person()
    thread = make_question(author=asker)
    helpers = [actor_of(make_person()) for _ in range(PEOPLE - 2)]

    def answer(index: int) -> Any:
        def work() -> None:
            body = compose(f"Idea number {index}: clean the filter.").body
            with unit_of_work():
                add_post(helpers[index], thread_id=thread.id, body=body)

        return work

    def speak() -> None:
        body = compose("I will try all of this.").body
        with unit_of_work():
            add_post(actor_of(asker), thread_id=thread.id, body=body)

    found = at_once(app, [*(answer(index) for index in range(len(helpers))), speak])
    assert found == [None] * (len(helpers) + 1), found
    assert count(OutcomeRequest) == 1
