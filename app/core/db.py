"""The database object, portable column types and the upsert. Everything else about SQL lives with its feature."""

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVarTuple

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.selectable import TypedReturnsRows

from app.core.prepared import Rows, run_prepared, runs_again
from app.core.prepared_writes import as_sqlalchemy_says, run_write
from app.core.reading import current_reader

Columns = TypeVarTuple("Columns")

# Constraints need names, or a later migration cannot drop them on SQLite.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Execution option that makes SQLite take its write lock at BEGIN; other databases ignore it.
IMMEDIATE = {"sqlite_begin": "IMMEDIATE"}
# How long SQLite waits for a lock; it sleeps for 1, 2, 5, ... 100 ms between two tries, so in 3 ms it tries three times.
BUSY_SECONDS = 15
_ASK_PATIENTLY, _ASK_OFTEN = f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}", "PRAGMA busy_timeout=3"
_BEGIN_WRITING = "BEGIN IMMEDIATE"

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

# The base class of all tables. Flask-SQLAlchemy makes it at run time; type checkers see what it is made of.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in time. Refuses naive values; always returns aware UTC (SQLite forgets zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else _aware(value).astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """As the library's, but for SQLite, where moments are texts: those are written, and read, many times on every page."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: sa.Dialect, coltype: Any) -> Any:
        return _of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("A naive datetime was given; use clock.now().")
    return value


def _as_text(value: datetime | None) -> str | None:
    """Return a moment as SQLite keeps it: in UTC, without saying so."""
    return None if value is None else _aware(value).astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def one_of(column: str, values: Sequence[str], name: str | None = None) -> sa.CheckConstraint:
    """Return a CHECK that a text column holds one of `values` (portable in place of an enum type)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def upsert(
    table: sa.Table | sa.FromClause,
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    update: Mapping[str, Any] | Sequence[str],
) -> None:
    """Insert `rows`, which all have the same columns; where `keys` exist already, set `update` instead.

    `update` names columns to take over from the new row, or maps columns to expressions, in which
    `sa.literal_column("excluded.x")` is the new value. Works on SQLite and PostgreSQL.
    """
    if not rows:
        return
    changes = tuple(update.items()) if isinstance(update, Mapping) else tuple((name, _TAKEN_OVER) for name in update)
    statement = _upserting(db.session.get_bind().dialect.name, table, tuple(keys), changes)
    # Values are given apart from the statement: it is compiled once for any number of rows, which no limit of variables ends.
    run_write(connection(), statement, rows)


_TAKEN_OVER = object()


@lru_cache(maxsize=128)
def _upserting(
    dialect: str, table: sa.Table | sa.FromClause, keys: tuple[str, ...], changes: tuple[tuple[str, Any], ...]
) -> sa.Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)  # type: ignore[arg-type]
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=keys)
    taken = {name: statement.excluded[name] if value is _TAKEN_OVER else value for name, value in changes}
    return statement.on_conflict_do_update(index_elements=keys, set_=taken)


def lock_name(*parts: str) -> None:
    """Wait until nobody else works on what this names, and keep others waiting until the transaction ends.

    For what has no row to lock yet, such as an address that is being given away. On SQLite the unit of work holds the only
    write lock already.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        key = sa.func.hashtextextended("\x1f".join(parts), 0)
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def read(
    statement: TypedReturnsRows[*Columns], parameters: Mapping[str, Any] | None = None
) -> Rows[*Columns] | sa.CursorResult[*Columns]:
    """Run a select of columns on the session's connection: the same transaction, without the ORM's work for each call. Where a request
    only looks and nothing has asked for its session, on the connection of its reader.

    Changes of entities that were not flushed yet are not seen; for pages that only read. Statements that are made once (of a module,
    or by a function that remembers them) take a tenth of the time from their second run on, on SQLite: see `prepared`.
    """
    given = parameters or {}
    if runs_again(statement):
        try:
            driver, dialect = _prepared_on()
            if driver is not None:
                return run_prepared(driver, dialect, statement, given)
        except sqlite3.Error:
            pass  # SQLAlchemy meets it again, and says what it is in its own words
    return connection().execute(statement, given)


def _prepared_on() -> tuple[sqlite3.Connection | None, sa.Dialect]:
    """Return what statements that are made once run on: None where SQLAlchemy has to run them."""
    reader = current_reader()
    if reader is not None and not db.session.registry.has():
        return reader.driver(), reader.engine.dialect
    known = connection()
    is_heard = known.dispatch.before_cursor_execute
    driver: Any = None if is_heard or known.dialect.name != "sqlite" else known.connection.driver_connection
    return driver, known.dialect


def connection() -> sa.Connection:
    """Return the session's connection, for prebuilt statements in its transaction. What the session holds back is not written first.

    Kept at hand: to ask the session for it costs as much as a small statement.
    """
    session = db.session()
    known: sa.Connection | None = session.info.get("connection")
    if known is None or known.closed:  # it ends with its transaction
        known = session.info["connection"] = session.connection()
    return known


def prepare_engine(engine: Engine) -> None:
    """Set the pragmas of SQLite and let SQLAlchemy, not the driver, begin its transactions."""
    if engine.dialect.name != "sqlite":
        return
    asking = threading.Lock()

    @event.listens_for(engine, "connect")
    def configure(driver: Any, _record: Any) -> None:
        driver.isolation_level = None
        cursor = driver.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(_ASK_PATIENTLY)
        cursor.execute("PRAGMA cache_size=-400")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(begun: sa.Connection) -> None:
        driver: Any = begun.connection.driver_connection
        if "sqlite_begin" in begun.get_execution_options():
            _begin_writing(driver, asking)
        else:
            driver.execute("BEGIN")


def _begin_writing(driver: sqlite3.Connection, asking: threading.Lock) -> None:
    """Begin a transaction as the only writer, when the others are done.

    Of the threads of a process one asks for it, the others wait for `asking`: whoever came later is not served before them again and
    again. Raises sqlalchemy.exc.OperationalError after BUSY_SECONDS.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    has_turn = asking.acquire(timeout=BUSY_SECONDS)
    try:
        _ask_for_writing(driver, deadline)
    except sqlite3.Error as error:
        raise as_sqlalchemy_says(error, _BEGIN_WRITING) from error
    finally:
        if has_turn:
            asking.release()


def _ask_for_writing(driver: sqlite3.Connection, deadline: float) -> None:
    """Ask for the lock every few milliseconds, once at least.

    SQLite's own way of waiting sleeps longer the longer it has waited, up to a tenth of a second, so that another process that asks
    more often is served first.
    """
    driver.execute(_ASK_OFTEN)
    try:
        while True:
            try:
                driver.execute(_BEGIN_WRITING)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
    finally:
        driver.execute(_ASK_PATIENTLY)


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options for a database URL."""
    # Values of statements (addresses, texts) must not reach logs through the messages of errors.
    common: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return {
            **common,
            "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False},
            "pool_size": 32,
            "max_overflow": 32,
            "pool_use_lifo": True,
        }
    return {**common, "pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
