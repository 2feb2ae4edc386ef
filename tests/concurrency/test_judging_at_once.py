"""Readers who say at the same moment whether an answer worked: every word counts, and nobody's twice."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Outcome, Post, Thread
from app.forum.services.judging import Word, say_worked
from app.forum.services.recounting import recount_all
from tests.concurrency.test_forum_at_once import at_once
from tests.factories import make_answer, make_question


def say(post_id: int, reader: str, worked: bool) -> Word:
    with unit_of_work():
        return say_worked(ANONYMOUS, post_id=post_id, reader_key=reader, worked=worked)


def test_many_readers_at_once_are_all_counted_and_solve_the_question_once(app: Flask) -> None:
    answer = make_answer(make_question(), score=1)
    post_id, thread_id = answer.id, answer.thread_id
    results = at_once(app, [partial(say, post_id, f"reader {number}", True) for number in range(8)])
    assert all(isinstance(result, Word) for result in results), results
    post = db.session.get_one(Post, post_id, populate_existing=True)
    assert (post.worked_count, post.failed_count) == (8, 0)
    assert db.session.get_one(Thread, thread_id, populate_existing=True).status == "solved"
    assert set(recount_all().wrong) == {"post.score"}  # the factory's score has no vote


def test_one_reader_who_clicks_in_many_windows_has_one_word(app: Flask) -> None:
    answer = make_answer(make_question(), score=1)
    post_id = answer.id
    results = at_once(app, [partial(say, post_id, "reader", number % 2 == 0) for number in range(8)])
    assert all(isinstance(result, Word) for result in results), results
    post = db.session.get_one(Post, post_id, populate_existing=True)
    assert post.worked_count + post.failed_count == 1
    kinds = db.session.execute(sa.select(Outcome.kind, sa.func.count()).where(Outcome.post_id == post_id).group_by(Outcome.kind))
    counts: dict[str, int] = dict(kinds.all())  # type: ignore[arg-type]
    assert sum(counts.values()) - 2 * counts.get("withdrawn", 0) == 1
    assert set(recount_all().wrong) == {"post.score"}  # the factory's score has no vote
