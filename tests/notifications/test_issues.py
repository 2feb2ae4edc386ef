"""People of duplicates hear of the solution of their main question, once, and only if they may and want to."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Follow, MeToo, Thread
from app.forum.services.accepting import accept_answer
from app.forum.services.curating import close_as_duplicate
from app.forum.services.figures import settle
from app.jobs.models import Job
from app.notifications.asked import list_affected
from app.notifications.jobs import site_timing
from app.notifications.models import Notification
from app.notifications.services import asking
from tests.factories import actor_of, make_answer, make_category, make_person, make_question

pytestmark = pytest.mark.usefixtures("app")


def me_too(thread: Thread, *people: Person) -> None:
    with unit_of_work():
        db.session.add_all(MeToo(thread_id=thread.id, person_id=person.id) for person in people)
        settle(db.session.get_one(Thread, thread.id))


def join(thread: Thread, original: Thread) -> None:
    moderator = make_person(role="moderator")
    with unit_of_work():
        close_as_duplicate(actor_of(moderator), thread_id=thread.id, original_id=original.id)


def solve(thread: Thread) -> None:
    post = make_answer(thread)
    with unit_of_work():
        accept_answer(actor_of(db.session.get_one(Person, thread.author_id)), post_id=post.id)


def planned() -> list[int]:
    return [job.payload["thread_id"] for job in db.session.scalars(sa.select(Job).where(Job.kind == asking.SOLVED_JOB))]


def tell(thread: Thread) -> set[str]:
    """Tell all who are affected, and return the names of those who were notified."""
    with unit_of_work():
        asking.tell_affected(thread.id, site_timing(), 100)
    kinds = sa.select(Person.name).join(Notification, Notification.person_id == Person.id).where(Notification.kind == "outcome")
    return set(db.session.scalars(kinds))


def test_who_asked_a_duplicate_and_who_has_it_too_hear_of_the_solution_of_the_main_question() -> None:
    again, too, both = make_person("again"), make_person("too"), make_person("both")
    main, duplicate = make_question(), make_question(author=again)
    me_too(main, both)
    me_too(duplicate, both, too)
    join(duplicate, main)
    solve(main)
    assert planned() == [main.id]
    assert tell(main) == {"again", "too", "both"}
    assert db.session.scalar(sa.select(sa.func.count()).where(Notification.kind == "outcome")) == 3


def test_a_main_question_that_only_its_asker_has_still_tells_who_asked_the_duplicate() -> None:
    main, duplicate = make_question(), make_question(author=make_person("again"))
    join(duplicate, main)
    solve(main)
    assert planned() == [main.id] and tell(main) == {"again"}


def test_joining_to_a_solved_question_tells_the_people_who_join() -> None:
    main, duplicate = make_question(), make_question(author=make_person("again"))
    solve(main)
    assert planned() == []
    join(duplicate, main)
    assert planned() == [main.id] and tell(main) == {"again"}


def test_joining_to_an_open_question_tells_nobody_yet() -> None:
    main, duplicate = make_question(), make_question()
    join(duplicate, main)
    assert planned() == []


def test_who_left_the_duplicate_is_left_alone_and_the_asker_of_the_main_question_too() -> None:
    asker, left = make_person("asker"), make_person("left")
    main, duplicate = make_question(author=asker), make_question(author=left)
    with unit_of_work():
        db.session.add(Follow(thread_id=duplicate.id, person_id=left.id, is_muted=True))
    me_too(duplicate, asker)
    join(duplicate, main)
    solve(main)
    assert tell(main) == set()


def test_nobody_hears_of_a_main_question_they_may_not_read() -> None:
    members = make_category(audience="members")
    staff = make_category(audience="staff")
    outsider = make_person("outsider")
    main = make_question(author=make_person(role="staff"), category=staff)
    duplicate = make_question(author=outsider, category=members, duplicate_of_id=main.id, closed_at=now() - timedelta(days=1))
    with unit_of_work():
        settle(db.session.get_one(Thread, main.id))
    assert duplicate.id and outsider.id in list_affected(db.session.get_one(Thread, main.id), 10)
    post = make_answer(main, author=make_person(role="staff"))
    with unit_of_work():
        accept_answer(actor_of(db.session.get_one(Person, main.author_id)), post_id=post.id)
    assert "outsider" not in tell(main)


def test_a_hidden_duplicate_counts_for_nothing(app: Flask) -> None:
    main, duplicate = make_question(), make_question(author=make_person("spammer"))
    join(duplicate, main)
    with unit_of_work():
        db.session.get_one(Thread, duplicate.id).hidden_at = now()
    solve(main)
    assert tell(main) == set()
