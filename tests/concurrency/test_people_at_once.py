"""Decisions about people while those write or sign in, and while others decide: what came second is refused, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person, PersonSession
from app.accounts.queries import SignInCandidate
from app.accounts.services.signing_in import admit
from app.accounts.session import start_session
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict, Forbidden
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, PostRevision
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.editing import edit_post
from app.moderation.models import LogEntry, Sanction
from app.moderation.people.appealing import appeal, decide_appeal
from app.moderation.people.imposing import impose
from tests.concurrency.test_forum_at_once import Work, at_once, call
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question


@pytest.fixture
def moderator(app: Flask) -> Actor:
    return actor_of(make_person(role="moderator", password_hash="x"))


def ensure_house_refusals(results: list[Any]) -> list[Any]:
    broken = [one for one in results if isinstance(one, Exception) and not isinstance(one, AppError)]
    assert not broken, broken
    return [one for one in results if isinstance(one, Exception)]


@pytest.mark.parametrize("kind", ["mute", "suspend", "ban", "warn"])
def test_a_text_written_while_its_author_is_silenced_came_first_or_is_refused(app: Flask, moderator: Actor, kind: str) -> None:
    person, category = make_person(), make_category()
    own = make_answer(make_question(category=category), author=person)
    actor, until = actor_of(person), now() + timedelta(days=1)
    question = {"kind": "question", "category_id": category.id, "title": "The pump hums at night", "tags": []}
    thread = make_question()
    works: list[Work] = [
        call(start_thread, actor, **question, body=body("It hums.")),
        call(add_post, actor, thread_id=thread.id, body=body("Clean the filter.")),
        call(impose, moderator, person_id=person.id, kind=kind, until=until, reason="Insults"),
        call(add_comment, actor, post_id=make_answer(make_question()).id, body=body("Which valve?")),
        call(edit_post, actor, post_id=own.id, body=body("Clean the filter, then the valve.")),
    ]
    results = at_once(app, works)
    refusals = ensure_house_refusals(results)
    assert all(isinstance(one, Forbidden) for one in refusals)
    silenced = db.session.scalars(sa.select(Sanction.created_at)).one()
    written = [*db.session.scalars(sa.select(Post.created_at).where(Post.author_id == person.id, Post.id != own.id))]
    written += db.session.scalars(sa.select(Comment.created_at))
    written += db.session.scalars(sa.select(PostRevision.created_at).where(PostRevision.number > 1))
    assert len(written) == len(works) - 1 - len(refusals)
    assert all(moment <= silenced for moment in written)
    with pytest.raises(Forbidden), unit_of_work():  # the actor is as old as their request, and is asked again
        add_post(actor, thread_id=thread.id, body=body("Then look at the valve."))


def test_who_signs_in_while_being_banned_is_not_let_in(app: Flask, moderator: Actor) -> None:
    person = make_person(password_hash="x")

    def sign_in() -> None:
        with app.test_request_context("/login"), unit_of_work():
            start_session(admit(SignInCandidate(person.id, "x")))

    results = at_once(app, [sign_in, call(impose, moderator, person_id=person.id, kind="ban", reason="Insults"), sign_in])
    ensure_house_refusals(results)
    assert db.session.scalars(sa.select(PersonSession)).all() == []


def test_two_moderators_who_ban_the_same_person_do_it_once(app: Flask, moderator: Actor) -> None:
    person, other = make_person(), actor_of(make_person(role="moderator"))
    works = [call(impose, one, person_id=person.id, kind="ban", reason="Insults") for one in (moderator, other)]
    assert [type(one) for one in ensure_house_refusals(at_once(app, works))] == [Conflict]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry)) == 1


def test_of_two_admins_who_ban_each_other_one_stays(app: Flask) -> None:
    first, second = make_person(role="admin"), make_person(role="admin")
    pairs = ((first, second), (second, first))
    works = [call(impose, actor_of(one), person_id=other.id, kind="ban", reason="Coup") for one, other in pairs]
    assert [type(one) for one in ensure_house_refusals(at_once(app, works))] == [Forbidden]
    assert db.session.scalar(sa.select(sa.func.count()).where(Person.banned_at.is_(None))) == 1


def test_an_appeal_is_made_once_and_decided_once(app: Flask, moderator: Actor) -> None:
    person = make_person()
    with unit_of_work():
        one = impose(moderator, person_id=person.id, kind="suspend", reason="Insults", until=now() + timedelta(days=1))

    def ask() -> None:
        with unit_of_work():
            appeal(person.id, sanction_id=one.id, note="It was not me.")

    assert len(ensure_house_refusals(at_once(app, [ask, ask]))) == 1
    judges = [actor_of(make_person(role="moderator", password_hash="x")) for _ in range(2)]
    works = [
        call(decide_appeal, judge, sanction_id=one.id, is_lifted=bool(number), answer="We looked again.")
        for number, judge in enumerate(judges)
    ]
    assert [type(result) for result in ensure_house_refusals(at_once(app, works))] == [Conflict]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry)) == 2
