"""Requests that only look read without a session, and see what a session would."""

import contextvars
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db, read
from app.core.uow import unit_of_work
from app.forum.models import Tag

_NAMES = sa.select(Tag.name).order_by(Tag.id)


def names() -> list[str]:
    return [row.name for row in read(_NAMES)]


def add_tag(name: str) -> None:
    with unit_of_work():
        db.session.add(Tag(name=name))


@pytest.fixture
def looking(app: Flask) -> Iterator[contextvars.Context]:
    """A request that looks, as far as before its view."""
    names()  # from its second run on a statement is one that is made once

    def begin() -> Any:
        context = app.test_request_context("/")
        context.push()
        app.preprocess_request()
        return context

    own = contextvars.Context()
    request = own.run(begin)
    yield own
    own.run(request.pop)


def test_who_only_looks_needs_no_session(app: Flask, looking: contextvars.Context) -> None:
    """And the connection goes back."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads through the session")

    def look() -> bool:
        names()
        return bool(db.session.registry.has())

    assert not looking.run(look)


def test_a_page_gives_back_what_it_borrowed(app: Flask) -> None:
    db.session.rollback()
    before: int = db.engine.pool.checkedout()  # type: ignore[attr-defined]
    for _ in range(2):
        assert app.test_client().get("/questions").status_code == 200
    db.session.rollback()
    assert db.engine.pool.checkedout() == before  # type: ignore[attr-defined]


def test_a_request_sees_one_state_of_the_database(app: Flask, looking: contextvars.Context) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("each statement of PostgreSQL sees what is committed by then")
    assert looking.run(names) == []
    add_tag("later")
    assert looking.run(names) == []
    db.session.rollback()
    assert names() == ["later"]


def test_who_writes_while_looking_reads_what_they_wrote(app: Flask, looking: contextvars.Context) -> None:
    def write() -> list[str]:
        assert names() == []
        add_tag("mine")
        return names()

    assert looking.run(write) == ["mine"]


def test_who_begins_to_write_gives_back_what_they_read_with(app: Flask, looking: contextvars.Context) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads through the session")
    pool: Any = db.engine.pool

    def write() -> int:
        names()
        while_reading = pool.checkedout()
        with unit_of_work():
            return int(pool.checkedout() - while_reading)

    assert looking.run(write) == 0


def test_who_listens_to_statements_hears_those_of_readers(app: Flask, looking: contextvars.Context) -> None:
    heard: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        looking.run(names)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(heard) == 1
