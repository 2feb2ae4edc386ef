"""Selects that are made once and run again and again on SQLite, without what SQLAlchemy does for each run.

SQLAlchemy writes the SQL and says how values are converted; what is left for each run is to put values in and to take rows out.
Values that belong to the statement stand in its text: where a column has an index for some of its values only, SQLite plans a
statement anew whenever it is given a value to compare with it, which takes several times as long as to run it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from sqlite3 import Connection
from typing import Any, Generic, Self, TypeVarTuple, cast
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.sql.selectable import TypedReturnsRows

Columns = TypeVarTuple("Columns")
_Convert = Callable[[Any], Any] | None
# So many statements are kept ready; there are fewer functions that read.
_MOST = 512
# Of each, for so many different lengths of the lists that it is given.
_MOST_LENGTHS = 64


class Rows(list[sa.Row[*Columns]], Generic[*Columns]):
    """What a statement found, with the ways of a result to take it. Rows are named tuples."""

    def all(self) -> Self:
        """Return all rows."""
        return self

    def first(self) -> sa.Row[*Columns] | None:
        """Return the first row, or None."""
        return self[0] if self else None

    def one(self) -> sa.Row[*Columns]:
        """Return the only row. Raises sqlalchemy.exc.NoResultFound or MultipleResultsFound."""
        if len(self) > 1:
            raise sa.exc.MultipleResultsFound("Several rows were found where one was expected.")
        if not self:
            raise sa.exc.NoResultFound("No row was found where one was expected.")
        return self[0]

    def one_or_none(self) -> sa.Row[*Columns] | None:
        """Return the only row, or None. Raises sqlalchemy.exc.MultipleResultsFound."""
        return self.one() if self else None

    def scalar(self) -> Any:
        """Return the first value of the first row, or None."""
        return _first(self[0]) if self else None

    def scalar_one(self) -> Any:
        """Return the first value of the only row. Raises as `one`."""
        return _first(self.one())

    def scalars(self) -> list[Any]:
        """Return the first value of each row."""
        return [_first(row) for row in self]


def _first(row: Any) -> Any:
    return row[0]


class _Compiler(SQLiteCompiler):
    """Writes values of the statement itself into its text; those that are given for each run are left to be bound."""

    def visit_bindparam(self, bindparam: Any, literal_binds: bool = False, **options: Any) -> str:  # type: ignore[override]
        is_own = literal_binds or self._is_writable(bindparam)
        return cast(str, super().visit_bindparam(bindparam, literal_binds=is_own, **options))  # type: ignore[no-untyped-call]

    def _is_writable(self, bindparam: Any) -> bool:
        """Whether a value belongs to the statement, and can stand in its text."""
        if _is_given(bindparam) or bindparam.type.dialect_impl(self.dialect).literal_processor(self.dialect) is None:
            return False
        values = bindparam.value if bindparam.expanding else [bindparam.value]
        return bool(values) and all(isinstance(value, (str, int)) for value in values)


class _Run:
    """The SQL of a statement for lists of some lengths, and what is bound at its places."""

    def __init__(self, compiled: Any, dialect: sa.Dialect, lengths: Mapping[str, int]) -> None:
        given = {name: (None,) * length for name, length in lengths.items()}
        state = compiled.construct_expanded_state({**dict.fromkeys(_given(compiled)), **given})
        place_of = {name: (key, number) for key, names in state.parameter_expansion.items() for number, name in enumerate(names)}
        self.sql: str = state.statement
        self._places: list[tuple[str | None, bool, _Convert, Any]] = []
        for name in state.positiontup:
            key, number = place_of.get(name, (name, None))
            bind = compiled.binds[key]
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if not _is_given(bind):
                own = state.parameters[name]
                self._places.append((None, False, None, convert(own) if convert else own))
            elif not number:  # the others of a list follow its first
                self._places.append((key, number is not None, convert, None))

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """Return what is bound. Raises KeyError for a value that was not given."""
        found: list[Any] = []
        for key, is_list, convert, own in self._places:
            value = own if key is None else given[key]
            if is_list:
                found += value if convert is None else map(convert, value)
            else:
                found.append(value if convert is None else convert(value))
        return found


class _Prepared:
    """A statement, compiled."""

    def __init__(self, statement: sa.Select[Any], dialect: sa.Dialect) -> None:
        self._dialect = copy(dialect)
        self._dialect.statement_compiler = _Compiler
        self._compiled: Any = statement.compile(dialect=self._dialect)
        self._lists = tuple(name for name in _given(self._compiled) if self._compiled.binds[name].expanding)
        columns = statement.selected_columns
        self._make_row: Any = namedtuple("Row", columns.keys(), rename=True)._make  # type: ignore[misc, attr-defined]
        processors = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        self._converts = [(number, convert) for number, convert in enumerate(processors) if convert is not None]
        self._runs: dict[tuple[int, ...], _Run] = {}

    def run(self, driver: Connection, given: Mapping[str, Any]) -> Rows[Any]:
        """Return the rows of a run. Raises what sqlite3 does."""
        lengths = tuple([len(given[name]) for name in self._lists])
        run = self._runs.get(lengths)
        if run is None:
            if len(self._runs) >= _MOST_LENGTHS:
                self._runs.clear()
            run = self._runs[lengths] = _Run(self._compiled, self._dialect, dict(zip(self._lists, lengths, strict=True)))
        found = driver.execute(run.sql, run.values(given))
        return Rows(map(self._make_row, self._converted(found) if self._converts else found))

    def _converted(self, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        for row in rows:
            values = list(row)
            for number, convert in self._converts:
                value = values[number]
                if value is not None:
                    values[number] = convert(value)
            yield values


def _is_given(bind: Any) -> bool:
    """Whether a value has a name of its own, by which it is given for each run; one that it may have by itself is not looked at."""
    return bool(bind.required or not bind.unique)


def _given(compiled: Any) -> list[str]:
    """Return the names of the values that are given for each run."""
    return [name for name, bind in compiled.binds.items() if _is_given(bind)]


_prepared = lru_cache(maxsize=_MOST)(_Prepared)
# Statements that ran before. Those that are made anew for each run are not worth preparing, and are gone when they have run.
_known: WeakSet[TypedReturnsRows[*tuple[Any, ...]]] = WeakSet()
_is_getting_ready = False


@contextmanager
def getting_ready() -> Iterator[None]:
    """Prepare statements when they first run in the block, where they run only to be ready later. Before there are other threads."""
    global _is_getting_ready
    _is_getting_ready = True
    try:
        yield
    finally:
        _is_getting_ready = False


def runs_again(statement: TypedReturnsRows[*tuple[Any, ...]]) -> bool:
    """Return whether this very statement ran before, or is to be ready for that, and remember that it runs now."""
    if statement in _known:
        return True
    _known.add(statement)
    return _is_getting_ready


def run_prepared(
    driver: Connection, dialect: sa.Dialect, statement: TypedReturnsRows[*Columns], given: Mapping[str, Any]
) -> Rows[*Columns]:
    """Run a select of columns in the transaction of a connection to SQLite, and return its rows.

    Who listens to statements hears nothing of it. Raises what sqlite3 does, and KeyError for a value that was not given.
    """
    return cast("Rows[*Columns]", _prepared(cast(sa.Select[Any], statement), dialect).run(driver, given))
