"""Entities of rows that were read without the ORM."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db, read
from app.core.entities import columns_of, enter, is_known, values_of
from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.forum.models import Category, Thread
from app.forum.queries.threads import get_thread_for_update, get_threads_for_update
from tests.asserts import assert_queries
from tests.factories import make_question, make_thread


def _row(thread_id: int) -> Sequence[Any]:
    return read(sa.select(*columns_of(Thread)).where(Thread.id == thread_id)).one()


def test_an_entered_entity_is_as_the_session_would_have_loaded_it(app: Flask) -> None:
    thread_id = make_question().id
    loaded = {column.key: getattr(db.session.get_one(Thread, thread_id), column.key) for column in Thread.__table__.columns}
    db.session.expunge_all()
    entered = enter(Thread, values_of(Thread, _row(thread_id)))
    with assert_queries(at_most=0):
        assert {name: getattr(entered, name) for name in loaded} == loaded
        assert db.session.get(Thread, thread_id) is entered and is_known(Thread, thread_id)
        assert entered not in db.session.dirty and entered not in db.session.new


def test_what_is_changed_in_an_entered_entity_is_written(app: Flask) -> None:
    thread_id = make_question().id
    db.session.expunge_all()
    with unit_of_work():
        enter(Thread, values_of(Thread, _row(thread_id))).title = "Another title"
    assert db.session.scalar(sa.select(Thread.title).where(Thread.id == thread_id)) == "Another title"


@pytest.mark.parametrize("is_known_before", [True, False])
def test_locked_threads_are_fresh_and_have_their_categories(app: Flask, is_known_before: bool) -> None:
    ids = sorted([make_question().id, make_thread(kind="discussion").id])
    db.session.expunge_all()
    with unit_of_work():
        get_threads_for_update(ids)  # from its second run on the statement is a prepared one
    db.session.expunge_all()
    before = [db.session.get_one(Thread, thread_id) for thread_id in ids] if is_known_before else []
    with unit_of_work():
        db.session.connection().execute(sa.update(Thread).values(title="Changed by others"))
        db.session.connection().execute(sa.update(Category).values(name="Renamed"))
        locked = get_threads_for_update(ids)
        with assert_queries(at_most=0):
            assert list(locked) == ids and {thread.title for thread in locked.values()} == {"Changed by others"}
            assert {thread.category.name for thread in locked.values()} == {"Renamed"}
        assert all(thread is locked[thread.id] for thread in before)


def test_a_thread_that_is_not_there_cannot_be_locked(app: Flask) -> None:
    with unit_of_work(), pytest.raises(NotFound):
        get_thread_for_update(4711)
