"""Inserts, updates and deletes that are made once and run again and again on SQLite, without what SQLAlchemy does for each run.

As `prepared` does for selects: SQLAlchemy writes the SQL, converts values and knows which columns get a value of their own.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa

# So many statements are kept ready; there are fewer functions that write.
_MOST = 256


class _Prepared:
    """A statement, compiled for rows with values of these names: the names of what is bound, how that is made which stands in no row,
    and which of the places are converted."""

    def __init__(self, statement: sa.UpdateBase, dialect: sa.Dialect, names: tuple[str, ...]) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=names)
        made = {column.key: _maker(column.default) for column in compiled.insert_prefetch}
        made |= {column.key: _maker(column.onupdate) for column in compiled.update_prefetch}
        self.is_plain = not compiled.post_compile_params and not any(
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.exported_columns
        )
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup)
        self._made = [(name, made.get(name) or _always(compiled.binds[name])) for name in self._names if name not in names]
        converts = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self._names]
        self._converts = [(place, convert) for place, convert in enumerate(converts) if convert is not None]

    def values(self, row: Mapping[str, Any]) -> list[Any]:
        """Return what is bound for a row. Raises KeyError where the row lacks a value."""
        if self._made:
            row = {**row, **{name: make() for name, make in self._made}}
        found = [row[name] for name in self._names]
        for place, convert in self._converts:
            found[place] = convert(found[place])
        return found


def _maker(default: Any) -> Callable[[], Any]:
    """Return what makes a value that is not given, as a column says."""
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def _always(bind: sa.BindParameter[Any]) -> Callable[[], Any]:
    return lambda: bind.effective_value


_prepared = lru_cache(maxsize=_MOST)(_Prepared)


def run_write(
    connection: sa.Connection, statement: sa.UpdateBase, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> Sequence[Any]:
    """Run an insert, update or delete that is made once in the transaction of a connection, once for each row of values (at least one;
    all have the same names). Returns the rows of its RETURNING, where it has one and one row of values was given.

    What the session holds back is not written first. Raises what SQLAlchemy does.
    """
    is_one = isinstance(rows, Mapping)
    given = cast(Sequence[Mapping[str, Any]], [rows] if is_one else rows)
    if connection.dialect.name == "sqlite" and not connection.dispatch.before_cursor_execute:
        prepared = _prepared(statement, connection.dialect, tuple(given[0]))
        if prepared.is_plain:
            return _run(connection, prepared, given)
    found = connection.execute(statement, rows)
    return found.all() if found.returns_rows else []


def _run(connection: sa.Connection, prepared: _Prepared, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    try:
        if len(rows) == 1:
            return driver.execute(prepared.sql, prepared.values(rows[0])).fetchall()
        driver.executemany(prepared.sql, [prepared.values(row) for row in rows])
        return []
    except sqlite3.Error as error:
        raise as_sqlalchemy_says(error, prepared.sql) from error


def as_sqlalchemy_says(error: sqlite3.Error, sql: str) -> BaseException:
    """Return an error of the driver as SQLAlchemy raises it: that is what is caught, and answered."""
    return sa.exc.DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)
