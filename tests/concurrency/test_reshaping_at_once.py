"""Two moderators give a thread another shape at the same moment, or somebody answers meanwhile: nothing is lost or doubled."""

from __future__ import annotations

import sqlalchemy as sa

from app.core.db import db
from app.core.errors import AppError
from app.forum.models import Post, Thread
from app.forum.services.answering import add_post
from app.forum.services.composing import compose
from app.forum.services.merging import merge_threads
from app.forum.services.recounting import recount_all
from app.forum.services.splitting import split_thread
from tests.concurrency.test_forum_at_once import at_once, call
from tests.factories import actor_of, make_answer, make_person, make_question


def moderators(number: int = 2):
    return [actor_of(make_person(role="moderator")) for _ in range(number)]


def test_two_threads_merged_into_each_other_at_once_make_no_circle(app):
    first, second = make_question(), make_question()
    values = {"opening": "post", "reason": "Posted twice"}
    one, two = moderators()
    results = at_once(
        app,
        [
            call(merge_threads, one, thread_id=first.id, target_id=second.id, **values),
            call(merge_threads, two, thread_id=second.id, target_id=first.id, **values),
        ],
    )
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == 1 and isinstance(refused[0], AppError), results
    left = db.session.scalars(sa.select(Thread.id).where(Thread.hidden_at.is_(None))).one()
    assert set(db.session.scalars(sa.select(Post.thread_id))) == {left}


def test_the_same_posts_are_split_off_once(app):
    thread = make_question()
    posts = [make_answer(thread) for _ in range(3)]
    works = [
        call(
            split_thread, moderator, thread_id=thread.id, post_ids=[posts[1].id, posts[2].id], kind="question",
            category_id=thread.category_id, title=f"What about the other pump {number}?", reason="Another topic",
        )
        for number, moderator in enumerate(moderators(3))
    ]  # fmt: skip
    results = at_once(app, works)
    assert sum(isinstance(result, AppError) for result in results) == 2, results
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 2


def test_an_answer_that_comes_while_its_thread_is_merged_goes_along_or_is_refused(app):
    ending, target = make_question(), make_question()
    writer, body = actor_of(make_person()), compose("Clean the filter").body
    results = at_once(
        app,
        [
            call(add_post, writer, thread_id=ending.id, body=body),
            call(
                merge_threads,
                moderators(1)[0],
                thread_id=ending.id,
                target_id=target.id,
                opening="nothing",
                reason="Posted twice",
            ),
        ],
    )
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(one, AppError) for one in refused), results
    kinds = sa.select(Post.kind).where(Post.thread_id == ending.id)
    assert db.session.scalars(kinds).all() == ["opening"], "nothing is left behind"
    db.session.expire_all()
    assert not recount_all().wrong
