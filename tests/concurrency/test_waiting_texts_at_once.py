"""Texts that wait, and several people at them at the same moment: one decision, about the text that was read, and no waiting in a circle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import AppError, Conflict, Invalid
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services import curating
from app.forum.services.answering import add_post
from app.forum.services.approving import TextChanged
from app.forum.services.asking import start_thread
from app.forum.services.commenting import edit_comment
from app.forum.services.composing import compose
from app.forum.services.editing import edit_post
from app.forum.services.merging import merge_threads
from app.forum.services.recounting import recount_all
from app.forum.services.splitting import split_thread
from app.moderation.models import LogEntry, ScreeningHit
from app.moderation.screening.terms import screening_terms, use_terms
from app.moderation.undoing import undo_decision
from tests.concurrency.test_forum_at_once import at_once, call, in_turn
from tests.concurrency.test_reshaping_at_once import moderators
from tests.factories import actor_of, make_answer, make_category, make_person, make_question
from tests.moderation.screening.test_holding import answer, comment, watch


@pytest.fixture(autouse=True)
def terms(app: Flask) -> Iterator[None]:
    before = screening_terms()
    yield
    use_terms(before)


def log_of(*actions: str) -> list[str]:
    return list(db.session.scalars(sa.select(LogEntry.action).where(LogEntry.action.in_(actions))))


def test_of_two_moderators_who_decide_about_one_text_one_does(app):
    watch("lamps")
    post = answer(make_person(), "Buy lamps", make_question())
    one, two, three = moderators(3)
    results = at_once(
        app,
        [
            call(curating.approve_post, one, post_id=post.id, revision=1),
            call(curating.reject_post, two, post_id=post.id, reason="Spam", revision=1),
            call(curating.approve_post, three, post_id=post.id, revision=1),
        ],
    )
    assert sum(isinstance(result, Conflict) for result in results) == 2, results
    decided = log_of("approve", "reject")
    db.session.expire_all()
    now = db.session.get_one(Post, post.id)
    assert len(decided) == 1 and (now.is_listed, now.hidden_at is not None) == (decided == ["approve"], decided == ["reject"])
    outcome = {"approve": "approved", "reject": "rejected"}[decided[0]]
    assert db.session.scalars(sa.select(ScreeningHit.outcome)).all() == [outcome]


def test_a_post_changed_while_it_is_let_through_is_never_seen_unread(app):
    watch("lamps")
    writer = make_person()
    post = answer(writer, "Buy lamps", make_question())
    worse = compose("Buy lamps, and more lamps").body
    results = at_once(
        app,
        [
            call(curating.approve_post, moderators(1)[0], post_id=post.id, revision=1),
            call(edit_post, actor_of(writer), post_id=post.id, body=worse),
        ],
    )
    db.session.expire_all()
    now = db.session.get_one(Post, post.id)
    assert results[1] == post.id and now.revision == 2
    assert isinstance(results[0], TextChanged) == (now.held_at is not None), results
    if not isinstance(results[0], TextChanged):  # then what was read was seen first, and says nothing new that is watched
        assert log_of("approve") == ["approve"]


def test_a_comment_changed_while_it_is_let_through_is_never_seen_unread(app):
    watch("lamps")
    watch("torches")
    said = comment(make_person(), "Nice lamps", make_answer(make_question()))
    one, two = moderators()
    read = said.revision
    results = at_once(
        app,
        [
            call(curating.approve_comment, one, comment_id=said.id, revision=read),
            call(edit_comment, two, comment_id=said.id, body=compose("Nice", is_comment=True).body, reason="Shorter"),
        ],
    )
    assert results[1] == said.id and (results[0] == said.id or isinstance(results[0], TextChanged)), results
    db.session.expire_all()
    assert (db.session.get_one(Comment, said.id).held_at is None) == (results[0] == said.id)


def test_somebody_new_who_sends_two_texts_at_once_has_one_that_waits(app):
    watch("lamps")
    writer, threads = actor_of(make_person()), [make_question() for _ in range(3)]
    works = [
        call(add_post, writer, thread_id=thread.id, body=compose(f"Buy lamps {number}").body)
        for number, thread in enumerate(threads)
    ]
    results = at_once(app, works)
    assert sum(isinstance(result, Invalid) for result in results) == 2, results
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(Post.held_at.is_not(None))) == 1


def test_a_split_and_a_merge_of_one_thread_at_once_lose_nothing(app):
    thread, target = make_question(), make_question()
    posts = [make_answer(thread) for _ in range(3)]
    one, two = moderators()
    results = at_once(
        app,
        [
            call(
                split_thread, one, thread_id=thread.id, post_ids=[posts[1].id, posts[2].id], kind="question",
                category_id=thread.category_id, title="What about the other pump?", reason="Another topic",
            ),
            call(merge_threads, two, thread_id=thread.id, target_id=target.id, opening="post", reason="Posted twice"),
        ],
    )  # fmt: skip
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(one, AppError) for one in refused) and len(refused) <= 1, results
    assert not db.session.scalars(sa.select(Post.id).where(Post.thread_id == thread.id)).all(), "nothing stays in what ended"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 5
    db.session.expire_all()
    assert not recount_all().wrong


def test_undoing_beside_moving_and_asking_never_waits_in_a_circle(app):
    here, there = make_category(), make_category()
    threads = [make_question(category=here) for _ in range(3)]
    one, two = moderators()
    entries = []
    for thread in threads:
        with unit_of_work():
            curating.hide_thread(one, thread_id=thread.id, reason="By mistake")
        entries.append(db.session.scalars(sa.select(LogEntry.id).order_by(LogEntry.id.desc())).first())
    writer, text = actor_of(make_person()), compose("It hums").body
    works = [
        in_turn(*(call(undo_decision, one, entry_id=entry, reason="A mistake") for entry in entries)),
        in_turn(
            *(
                call(curating.move_thread, two, thread_id=thread.id, category_id=place.id)
                for place in (there, here)
                for thread in reversed(threads)
            )
        ),
        in_turn(
            *(
                call(start_thread, writer, kind="question", category_id=here.id, title=f"Why does it hum {n} times?", body=text, tags=[])
                for n in range(4)
            )
        ),
    ]  # fmt: skip
    assert not [result for result in at_once(app, works) if isinstance(result, Exception)]
    assert not recount_all().wrong
    assert len(log_of("undo")) >= 1 and db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 7
