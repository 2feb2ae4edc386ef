"""Selects that run without SQLAlchemy's work for each run find just what they find with it."""

import enum
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.core import prepared
from app.core.db import UTCDateTime, connection, db, read
from app.core.prepared import Rows

_MOMENT = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)


class _Colour(enum.StrEnum):
    RED = "red"
    QUOTED = "it's; -- 'so' :id ? %s"


_tables = sa.MetaData()
_thing = sa.Table(
    "thing", _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("colour", sa.String(40)),
    sa.Column("is_big", sa.Boolean),
    sa.Column("made_at", UTCDateTime),
    sa.Column("price", sa.Numeric(8, 2)),
    sa.Column("count", sa.Integer),
    sa.Column("facts", sa.JSON),
)  # fmt: skip
_ALL = sa.select(_thing).order_by(_thing.c.id)
_ROWS = [
    {"id": 1, "colour": "red", "is_big": True, "made_at": _MOMENT, "price": 2, "count": 5, "facts": {"a": [1]}},
    {"id": 2, "colour": str(_Colour.QUOTED), "is_big": False, "made_at": None, "price": None, "count": 0, "facts": []},
    {"id": 3, "colour": None, "is_big": None, "made_at": _MOMENT, "price": "1.25", "count": -7, "facts": None},
]


@pytest.fixture
def things(app: Any) -> Iterator[None]:
    """A table of odd values, in a transaction of its own."""
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("Statements are prepared for SQLite only.")
        known = connection()
        _tables.create_all(known)
        known.execute(sa.insert(_thing), _ROWS)
        yield
        db.session.rollback()


def _read_both(statement: Any, given: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return what a statement finds with SQLAlchemy, which is what it finds without."""
    first, again = read(statement, given), read(statement, given)
    assert isinstance(again, Rows)
    expected = list(map(tuple, first))
    assert list(map(tuple, again)) == expected
    return expected


_CONSTANTS = (
    (_thing.c.colour == _Colour.RED, [1]),
    (_thing.c.colour == _Colour.QUOTED, [2]),
    (_thing.c.colour.in_([_Colour.RED, "no'ne"]), [1]),
    (_thing.c.colour.in_([]), []),
    (_thing.c.colour.not_in(["red"]), [2]),
    (_thing.c.colour.startswith("it's;", autoescape=True), [2]),
    (_thing.c.colour == None, [3]),  # noqa: E711
    (_thing.c.is_big == True, [1]),  # noqa: E712
    (_thing.c.made_at == _MOMENT, [1, 3]),
    (_thing.c.count.between(-7, 0), [2, 3]),
    (sa.func.coalesce(_thing.c.colour, "red") == "red", [1, 3]),
)


@pytest.mark.parametrize(("condition", "ids"), _CONSTANTS, ids=range(len(_CONSTANTS)))
def test_values_of_the_statement(things: None, condition: Any, ids: list[int]) -> None:
    assert [row[0] for row in _read_both(_ALL.where(condition))] == ids


_BY_COLOUR = _ALL.where(_thing.c.colour == sa.bindparam("colour"))
_SINCE = _ALL.where(_thing.c.made_at >= sa.bindparam("moment", type_=UTCDateTime), _thing.c.is_big.is_(True))
_PART = _ALL.limit(sa.bindparam("limit")).offset(sa.bindparam("offset"))
_MOMENTS: sa.BindParameter[Any] = sa.bindparam("moments", expanding=True, type_=UTCDateTime)
_TWICE = _ALL.where(
    sa.or_(_thing.c.made_at.in_(_MOMENTS), ~_thing.c.made_at.in_(_MOMENTS)), _thing.c.count > sa.bindparam("least")
)
_AMONG = _ALL.where(_thing.c.id.in_(sa.bindparam("ids", expanding=True)), _thing.c.count > sa.bindparam("least"))


@pytest.mark.parametrize(
    ("statement", "given", "ids"),
    [
        (_BY_COLOUR, {"colour": _Colour.QUOTED}, [2]),
        (_BY_COLOUR, {"colour": None}, []),
        (_SINCE, {"moment": _MOMENT}, [1]),
        (_PART, {"limit": 1, "offset": 1}, [2]),
        (_AMONG, {"ids": [], "least": -9}, []),
        (_AMONG, {"ids": (3,), "least": -9}, [3]),
        (_AMONG, {"ids": [1, 2, 3], "least": -1}, [1, 2]),
        (_AMONG, {"ids": range(1, 200), "least": 0}, [1]),
        (_AMONG, {"ids": {2, 3}, "least": -1}, [2]),
        (_TWICE, {"moments": [_MOMENT, _MOMENT], "least": -9}, [1, 3]),
    ],
)
def test_values_of_a_run(things: None, statement: Any, given: dict[str, Any], ids: list[int]) -> None:
    assert [row[0] for row in _read_both(statement, given)] == ids


def test_a_value_that_has_a_default_has_to_be_given(things: None) -> None:
    statement = _ALL.where(_thing.c.id == sa.bindparam("id", 2))
    assert [row[0] for row in _read_both(statement, {"id": 3})] == [3]
    with pytest.raises(KeyError):
        read(statement)


def test_rows_have_names_and_the_ways_of_a_result(things: None) -> None:
    _read_both(_ALL)
    rows = read(_ALL)
    assert (rows.all()[0].colour, rows.first().is_big, rows.first().count, rows.scalar()) == ("red", True, 5, 1)  # type: ignore[union-attr]
    one = _ALL.where(_thing.c.id == 2)
    _read_both(one)
    assert (read(one).one().made_at, read(one).one_or_none().facts, read(one).scalar_one()) == (None, [], 2)  # type: ignore[union-attr]
    none = _ALL.where(_thing.c.id == 9)
    _read_both(none)
    assert (read(none).first(), read(none).scalar(), read(none).one_or_none()) == (None, None, None)
    with pytest.raises(sa.exc.NoResultFound):
        read(none).one()
    with pytest.raises(sa.exc.MultipleResultsFound):
        read(_ALL).one()


def test_what_is_written_in_the_transaction_is_seen(things: None) -> None:
    assert len(_read_both(_ALL)) == 3
    connection().execute(sa.delete(_thing).where(_thing.c.id == 1))
    assert len(_read_both(_ALL)) == 2


def test_errors_are_those_of_sqlalchemy(things: None) -> None:
    missing = sa.select(sa.column("nothing")).select_from(_thing)
    for _again in range(2):
        with pytest.raises(sa.exc.OperationalError):
            read(missing)
    _read_both(_BY_COLOUR, {"colour": "red"})
    with pytest.raises(KeyError):
        read(_BY_COLOUR, {})


def test_who_listens_hears_every_statement(things: None) -> None:
    _read_both(_ALL)
    heard: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        read(_ALL)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(heard) == 1
    assert isinstance(read(_ALL), Rows)


def test_a_statement_that_is_made_for_one_run_is_left_to_sqlalchemy(things: None) -> None:
    for _again in range(3):
        assert not isinstance(read(_ALL.where(_thing.c.id == 1)), Rows)


def test_values_of_the_statement_do_not_make_sqlite_plan_again(things: None) -> None:
    """A value that is bound to a column with a partial index is looked at, and the statement planned anew, in each run."""
    statement = _ALL.where(_thing.c.colour == _Colour.RED, _thing.c.id > sa.bindparam("least"))
    _read_both(statement, {"least": 0})
    sql = prepared._prepared(statement, connection().dialect)._runs[()].sql
    assert "colour = 'red'" in sql
    assert sql.count("?") == 1


def test_statements_that_run_only_to_be_ready_are_prepared_when_they_first_run(things: None) -> None:
    """So that processes forked from that one have nothing to compile."""
    made_once, later = sa.select(_thing.c.id), sa.select(_thing.c.count)
    with prepared.getting_ready():
        assert isinstance(read(made_once), Rows)
    assert not isinstance(read(later), Rows)
