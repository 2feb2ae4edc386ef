"""Writing without SQLAlchemy's work for each run stores just what is stored with it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import UTCDateTime, connection, db, upsert
from app.core.prepared_writes import run_write

_MOMENT = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)
_tables = sa.MetaData()
_note = sa.Table(
    "note", _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(40), nullable=False, unique=True),
    sa.Column("made_at", UTCDateTime, default=lambda: _MOMENT),
    sa.Column("changed_at", UTCDateTime, onupdate=lambda: _MOMENT),
    sa.Column("times", sa.Integer, default=1, onupdate=4),
    sa.Column("is_read", sa.Boolean),
    sa.Column("facts", sa.JSON),
)  # fmt: skip
_ALL = sa.select(_note).order_by(_note.c.id)
_ADD, _ADD_AND_TELL = sa.insert(_note), sa.insert(_note).returning(_note.c.id)
_CHANGE = sa.update(_note).where(_note.c.id == sa.bindparam("of_id")).values(title=sa.bindparam("new_title"), is_read=True)
_REMOVE = sa.delete(_note).where(_note.c.title == sa.bindparam("of_title"), _note.c.times < 5)
_TAKEN: sa.ColumnClause[Any] = sa.literal_column("excluded.facts", sa.JSON())
_ROWS = [
    {"title": title, "is_read": is_read, "facts": {"of": title}}
    for title, is_read in (("a", True), ("b's ?", False), ("c", None))
]
_ONE = {"title": "d", "made_at": None, "times": 7, "facts": None}


@pytest.fixture
def table(app: Flask) -> Iterator[None]:
    """A table with all that a statement may have to fill in; nothing of it stays."""
    with app.app_context():
        _tables.create_all(connection())
        yield
        db.session.rollback()
        with db.engine.begin() as own:
            _tables.drop_all(own)


def _through_sqlalchemy(known: sa.Connection, statement: sa.UpdateBase, rows: Any) -> Any:
    return known.execute(statement, rows)


@pytest.mark.usefixtures("table")
def test_the_same_is_stored_as_with_sqlalchemy() -> None:
    stored = []
    for way in (_through_sqlalchemy, run_write):
        way(connection(), _ADD, _ROWS)
        way(connection(), _ADD, _ONE)
        way(connection(), _CHANGE, {"of_id": 2, "new_title": "B"})
        way(connection(), _REMOVE, {"of_title": "c"})
        way(connection(), _REMOVE, {"of_title": "d"})
        stored.append(connection().execute(_ALL).all())
        _tables.drop_all(connection())
        _tables.create_all(connection())
    assert stored[0] == stored[1]
    assert [(row.title, row.times, row.made_at, row.changed_at) for row in stored[1]] == [
        ("a", 1, _MOMENT, None), ("B", 4, _MOMENT, _MOMENT), ("d", 7, None, None),
    ]  # fmt: skip


@pytest.mark.usefixtures("table")
def test_what_exists_already_is_changed_by_an_upsert() -> None:
    upsert(_note, _ROWS, ["title"], [])
    for _twice in range(2):
        upsert(
            _note,
            [_ROWS[1] | {"facts": {"of": "B"}}, _ROWS[2]],
            ["title"],
            {"times": _note.c.times + 1, "facts": _TAKEN, "is_read": None},
        )
    assert [(row.title, row.times, row.is_read, row.facts) for row in connection().execute(_ALL)] == [
        ("a", 1, True, {"of": "a"}), ("b's ?", 3, None, {"of": "B"}), ("c", 3, None, {"of": "c"}),
    ]  # fmt: skip


@pytest.mark.usefixtures("table")
def test_a_row_that_was_stored_is_told_of_by_its_id() -> None:
    ids = [run_write(connection(), _ADD_AND_TELL, {"title": title, "facts": []})[0][0] for title in ("a", "b")]
    assert ids == list(connection().scalars(sa.select(_note.c.id).order_by(_note.c.id)))


@pytest.mark.usefixtures("table")
def test_a_row_that_breaks_a_rule_is_refused_in_the_words_of_sqlalchemy() -> None:
    run_write(connection(), _ADD, _ONE)
    with pytest.raises(sa.exc.IntegrityError) as refused:
        run_write(connection(), _ADD, [_ONE | {"title": "e"}, _ONE])
    assert "[SQL: INSERT INTO note" in str(refused.value)
    assert "'d'" not in str(refused.value)


@pytest.mark.usefixtures("table")
def test_a_row_that_lacks_a_value_is_refused() -> None:
    with pytest.raises((KeyError, sa.exc.StatementError)):
        run_write(connection(), _ADD, [_ONE, {"title": "e"}])


@pytest.mark.usefixtures("table")
def test_who_listens_to_statements_hears_of_it() -> None:
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", hear)
    try:
        db.session.rollback()
        _tables.create_all(connection())
        heard.clear()
        run_write(connection(), _ADD, _ONE)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", hear)
    assert len(heard) == 1
