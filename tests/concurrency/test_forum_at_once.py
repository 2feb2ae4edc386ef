"""Many people at one thread at the same moment: nothing is lost, nothing counted twice, nobody waits for ever.

Runs on SQLite and on PostgreSQL alike (see tests/conftest.py). Every worker has its own application context and connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import AppError, Conflict
from app.core.uow import unit_of_work
from app.forum.models import Acceptance, Category, Outcome, Post, PostRevision, Tag, Thread, Vote
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.drafting import save_draft
from app.forum.services.editing import EditConflict, edit_post
from app.forum.services.recounting import recount_all
from app.forum.services.voting import cast_vote, say_me_too
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, opening_of

PEOPLE = 8
Work = Callable[[], Any]


def call(service: Callable[..., Any], actor: Actor, **values: Any) -> Work:
    """A service call in a unit of work of its own; returns the id of what it returns, where it has one."""

    def work() -> Any:
        with unit_of_work():
            found = service(actor, **values)
            return getattr(found, "id", found)

    return work


def at_once(app: Flask, works: Sequence[Work]) -> list[Any]:
    """Do all works at the same moment and return their results, or what they raised, in order."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(index: int) -> None:
        with app.app_context():
            start.wait(timeout=10)
            try:
                results[index] = works[index]()
            except Exception as error:
                results[index] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "a worker waits for ever"
    db.session.rollback()
    return results


def in_turn(*works: Work) -> Work:
    """Several works of one worker, one after the other; refusals of the house are part of the game."""

    def work() -> None:
        for one in works:
            try:
                one()
            except AppError:
                continue

    return work


def ensure_fine(results: Sequence[Any]) -> None:
    broken = [result for result in results if isinstance(result, Exception)]
    assert not broken, broken


@pytest.fixture
def crowd(app: Flask) -> list[Person]:
    return [make_person() for _ in range(PEOPLE)]


def test_no_vote_is_lost_when_all_vote_change_and_take_back_at_once(app, crowd):
    opening = opening_of(make_question())
    works = []
    for number, person in enumerate(crowd):
        actor, last = actor_of(person), 1 if number % 4 else -1
        works.append(in_turn(*(call(cast_vote, actor, post_id=opening.id, value=value) for value in (1, -1, 0, 1, last))))
    ensure_fine(at_once(app, works))
    votes = db.session.scalars(sa.select(Vote.value)).all()
    assert sorted(votes) == [-1, -1, 1, 1, 1, 1, 1, 1]
    assert db.session.scalars(sa.select(Post.score).where(Post.id == opening.id)).one() == 4
    assert db.session.scalars(sa.select(Thread.score)).one() == 4


def test_no_answer_is_lost_when_all_answer_at_once(app, crowd):
    thread = make_question()
    bodies = [compose(f"Answer number {number}").body for number in range(PEOPLE * 3)]
    works = [
        in_turn(*(call(add_post, actor_of(person), thread_id=thread.id, body=body) for body in bodies[number::PEOPLE]))
        for number, person in enumerate(crowd)
    ]
    ensure_fine(at_once(app, works))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(Post.kind == "answer")) == PEOPLE * 3
    assert db.session.scalars(sa.select(Thread.answer_count)).one() == PEOPLE * 3


def test_one_answer_is_accepted_once_however_many_accept_it_at_once(app):
    post = make_answer(make_question())
    staff = [actor_of(make_person(role="staff")) for _ in range(PEOPLE)]
    results = at_once(app, [call(accept_answer, actor, post_id=post.id) for actor in staff])
    ensure_fine(results)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Acceptance)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 1
    assert db.session.scalars(sa.select(Thread.accepted_count)).one() == 1


def test_several_answers_accepted_at_once_all_count(app):
    thread = make_question()
    posts = [make_answer(thread) for _ in range(PEOPLE)]
    staff = actor_of(make_person(role="staff"))
    ensure_fine(at_once(app, [call(accept_answer, staff, post_id=post.id) for post in posts]))
    found = db.session.execute(sa.select(Thread.accepted_count, Thread.status)).one()
    assert tuple(found) == (PEOPLE, "solved")


def test_everything_at_once_leaves_no_figure_wrong(app, crowd):
    asker = make_person()
    thread = make_question(author=asker, tags=("pump",))
    posts = [make_answer(thread) for _ in range(4)]
    moderator, owner = actor_of(make_person(role="moderator")), actor_of(asker)
    text, note = compose("Another answer").body, compose("A note", is_comment=True).body
    works = [
        in_turn(*(call(cast_vote, actor_of(crowd[0]), post_id=post.id, value=1) for post in posts)),
        in_turn(*(call(accept_answer, owner, post_id=post.id) for post in posts)),
        in_turn(*(call(withdraw_acceptance, owner, post_id=post.id) for post in reversed(posts))),
        in_turn(*(call(add_post, actor_of(person), thread_id=thread.id, body=text) for person in crowd)),
        in_turn(*(call(say_me_too, actor_of(person), thread_id=thread.id, value=1) for person in crowd)),
        in_turn(*(call(add_comment, actor_of(person), post_id=posts[0].id, body=note) for person in crowd)),
        in_turn(
            *(
                call(service, moderator, post_id=post.id, reason="r")
                for post in posts
                for service in (curating.hide_post, curating.restore_post)
            )
        ),
        in_turn(
            call(curating.hide_thread, moderator, thread_id=thread.id, reason="r"),
            call(curating.restore_thread, moderator, thread_id=thread.id),
        ),
    ]
    ensure_fine(at_once(app, works))
    assert db.session.scalars(sa.select(Thread.hidden_at)).one() is None
    assert not recount_all().wrong


def test_a_double_click_asks_once_even_when_both_arrive_at_once(app):
    actor, category = actor_of(make_person()), make_category()
    values = {
        "kind": "question",
        "category_id": category.id,
        "title": "Why does it hum?",
        "body": compose("Loud").body,
        "tags": ["pump"],
    }
    results = at_once(app, [call(start_thread, actor, **values) for _ in range(PEOPLE)])
    ensure_fine(results)
    assert len(set(results)) == 1
    assert db.session.scalars(sa.select(Category.thread_count)).one() == 1


def test_a_double_click_answers_once_even_when_both_arrive_at_once(app):
    actor, thread, body = actor_of(make_person()), make_question(), compose("Oil it").body
    results = at_once(app, [call(add_post, actor, thread_id=thread.id, body=body) for _ in range(PEOPLE)])
    ensure_fine(results)
    assert len(set(results)) == 1 and db.session.scalars(sa.select(Thread.answer_count)).one() == 1


def test_threads_with_the_same_new_tags_in_any_order_are_all_counted(app, crowd):
    categories = [make_category() for _ in crowd]
    tags = ["alpha", "beta", "gamma", "delta", "omega"]
    body = compose("Loud").body
    works = [
        call(
            start_thread, actor_of(person), kind="question", category_id=category.id, title=f"Why does pump {number} hum?",
            body=body, tags=tags[number % 5 :] + tags[: number % 5],
        )
        for number, (person, category) in enumerate(zip(crowd, categories, strict=True))
    ]  # fmt: skip
    ensure_fine(at_once(app, works))
    assert dict(db.session.execute(sa.select(Tag.name, Tag.thread_count)).all()) == dict.fromkeys(tags, PEOPLE)


def test_of_many_edits_from_the_same_revision_exactly_one_is_saved(app):
    post = make_answer(make_question(), text="First")
    staff = [actor_of(make_person(role="staff")) for _ in range(PEOPLE)]
    bodies = [compose(f"Version {number}").body for number in range(PEOPLE)]
    works = [
        call(edit_post, actor, post_id=post.id, body=body, reason="Clearer", base_revision=1)
        for actor, body in zip(staff, bodies, strict=True)
    ]
    results = at_once(app, works)
    assert sum(isinstance(result, EditConflict) for result in results) == PEOPLE - 1
    assert sum(result == post.id for result in results if not isinstance(result, Exception)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PostRevision).where(PostRevision.post_id == post.id)) == 2


def test_two_threads_closed_as_duplicates_of_each_other_at_once_make_no_circle(app):
    first, second = make_question(), make_question()
    moderators = [actor_of(make_person(role="moderator")) for _ in range(2)]
    for _ in range(5):
        results = at_once(
            app,
            [
                call(curating.close_as_duplicate, moderators[0], thread_id=first.id, original_id=second.id),
                call(curating.close_as_duplicate, moderators[1], thread_id=second.id, original_id=first.id),
            ],
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1 and isinstance(refused[0], AppError), results
        closed = db.session.scalars(sa.select(Thread.id).where(Thread.duplicate_of_id.is_not(None))).one()
        with unit_of_work():
            curating.undo_duplicate(moderators[0], thread_id=closed)


def test_of_moderators_who_hide_at_once_one_does_it_and_the_others_are_told(app):
    thread = make_question(tags=("pump",))
    moderators = [actor_of(make_person(role="moderator")) for _ in range(PEOPLE)]
    results = at_once(app, [call(curating.hide_thread, actor, thread_id=thread.id, reason="Spam") for actor in moderators])
    assert sum(isinstance(result, Conflict) for result in results) == PEOPLE - 1
    assert db.session.scalars(sa.select(Category.thread_count)).one() == 0
    assert db.session.scalars(sa.select(Tag.thread_count)).one() == 0


def test_threads_moved_to_and_fro_while_others_ask_leave_the_categories_right(app, crowd):
    here, there = make_category(), make_category(audience="members")
    moderator, body = actor_of(make_person(role="moderator")), compose("Loud").body
    threads = [make_question(category=category, tags=("pump",)) for category in (here, there, here, there)]
    recount_all()  # the factory counts tags in every category
    works = []
    for number, thread in enumerate(threads):
        path = (there, here) if number % 2 == 0 else (here, there)
        works.append(in_turn(*(call(curating.move_thread, moderator, thread_id=thread.id, category_id=c.id) for c in path * 3)))
    for number, person in enumerate(crowd[:4]):
        category = here if number % 2 else there
        values = {"kind": "question", "category_id": category.id, "body": body, "tags": ["pump"]}
        titles = [f"Why does pump {number}{step} hum?" for step in range(3)]
        works.append(in_turn(*(call(start_thread, actor_of(person), title=title, **values) for title in titles)))
    ensure_fine(at_once(app, works))
    assert not recount_all().wrong
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 16


def test_drafts_saved_at_once_leave_one(app):
    actor = actor_of(make_person())
    ensure_fine(at_once(app, [call(save_draft, actor, key="ask", fields={"body": f"Version {n}"}) for n in range(PEOPLE)]))


def test_a_recount_while_people_write_spoils_nothing(app, crowd):
    thread = make_question(tags=("pump",))
    body = compose("Oil it").body
    works: list[Work] = [recount_all, recount_all]
    works += [
        in_turn(
            call(add_post, actor_of(p), thread_id=thread.id, body=body),
            call(say_me_too, actor_of(p), thread_id=thread.id, value=1),
        )
        for p in crowd
    ]
    ensure_fine(at_once(app, works))
    assert not recount_all().wrong
    assert db.session.scalars(sa.select(Thread.answer_count)).one() == PEOPLE
