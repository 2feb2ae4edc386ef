"""Where the PostgreSQL index lives: connections, the generations of its tables, who may write, and what readers know of it.

The tables hold nothing that cannot be made anew, so they are no part of the models or migrations: they live in a database schema
of their own, are made by the engine, and each rebuild makes new ones beside the old. Must not know queries or rows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from zlib import crc32

import sqlalchemy as sa

from app.core.heavy import psycopg_errors as errors
from app.core.heavy import psycopg_sql as sql
from app.search.engines.base import IndexBusy, IndexFull
from app.search.engines.postgres_layout import INDEXES, NO_INDEX, REGISTRY, TABLES, Connection, Tables, View, read_cells

logger = logging.getLogger(__name__)

SCHEMA = "search_index"
WRITE_WAIT = 2.0  # seconds a commit waits for another writer before it gives up
SWITCH_WAIT = 30.0  # seconds a finished rebuild waits for the writer
DROP_WAIT = 1.0  # seconds that old tables may be waited for; what is left is dropped by the next rebuild
CHECK_SECONDS = 1.0  # how long a commit of another process may stay unseen
READ_ATTEMPTS = 3  # a rebuild may drop the tables between our learning their names and reading them
POOL = 4
OVERFLOW = 28

Result = TypeVar("Result")

# Plans are made for each query (its words differ), never in parallel and never compiled: both cost more than they save here. The
# planner does not know that reading a vector is dear, so that it has to be told to prefer the indexes.
_SESSION = """
    SET jit = off; SET max_parallel_workers_per_gather = 0; SET enable_seqscan = off; SET enable_indexscan = on;
    SET work_mem = '32MB'; SET gin_fuzzy_search_limit = 0
"""


def plain_url(url: str) -> sa.URL:
    """The address of a database for psycopg, whatever driver it names."""
    return sa.make_url(url).set(drivername="postgresql+psycopg")


class PostgresStore:
    """Connections of their own, apart from the pages' transactions, and the tables behind them."""

    def __init__(self, url: str, schema: str = SCHEMA) -> None:
        self.schema = schema
        self._pool = sa.create_engine(
            plain_url(url), pool_size=POOL, max_overflow=OVERFLOW, pool_pre_ping=True, hide_parameters=True
        )
        sa.event.listen(self._pool, "connect", _prepare)
        self._lock = threading.Lock()
        self._view, self._checked_at = NO_INDEX, float("-inf")
        self._key = crc32(f"threadwell {schema}".encode()) & 0x7FFFFFFF

    # Connections

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection on which each statement is its own transaction."""
        borrowed = self._pool.raw_connection()
        try:
            yield borrowed.driver_connection  # type: ignore[misc]
        finally:
            borrowed.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.dispose()

    # Reading

    def read(self, work: Callable[[Connection, View, Tables], Result], nothing: Result) -> Result:
        """What `work` finds in the index, or `nothing` when there is none or it was laid out under other rules."""
        for _ in range(READ_ATTEMPTS):
            with self.connection() as connection:
                view = self.view(connection)
                if not view.number:
                    return nothing
                try:
                    return work(connection, view, self.tables(view.number))
                except (errors.UndefinedTable, errors.InvalidSchemaName, errors.UndefinedColumn):
                    self.expire()
        logger.error("search.index_missing")
        return nothing

    def view(self, connection: Connection | None = None) -> View:
        """What is known of the index, at most CHECK_SECONDS old."""
        if time.monotonic() - self._checked_at < CHECK_SECONDS:
            return self._view
        if connection is None:
            with self.connection() as found:
                return self.view(found)
        checked_at = time.monotonic()
        view = self._look(connection)
        with self._lock:
            self._view, self._checked_at = view, checked_at
        return view

    def _look(self, connection: Connection) -> View:
        statement = self._own("SELECT number, commits, documents, version FROM {schema}.generation WHERE is_current")
        for _ in range(READ_ATTEMPTS):
            try:
                row = connection.execute(statement).fetchone()
            except (errors.UndefinedTable, errors.InvalidSchemaName):
                return NO_INDEX
            if row is None:
                return NO_INDEX
            known, (number, commits, documents, version) = self._view, row
            if (number, commits) == (known.number, known.commits):
                return known
            try:
                return View(number, commits, documents, version, read_cells(connection, self.tables(number)))
            except (errors.UndefinedTable, errors.InvalidSchemaName):
                continue  # a rebuild switched and dropped it just now, which is no reason to find nothing
        return NO_INDEX

    def expire(self) -> None:
        """Look again at the next search: this process wrote."""
        self._checked_at = float("-inf")

    def tables(self, number: int) -> Tables:
        """The tables of a generation."""
        return Tables(self.schema, number)

    def _own(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(schema=sql.Identifier(self.schema))  # type: ignore[arg-type]

    # Writing

    @contextmanager
    def writing(self, wait: float = WRITE_WAIT) -> Iterator[Connection]:
        """One transaction of the only writer; raises IndexBusy while another is at work, IndexFull when the disk is."""
        try:
            with self.connection() as connection, connection.transaction():
                connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{int(wait * 1000)}ms")))
                connection.execute("SELECT pg_advisory_xact_lock(%s, 1)", (self._key,))
                self._ensure_registry(connection)
                yield connection
        except errors.LockNotAvailable as error:
            raise IndexBusy("Another writer is at work in this search index.") from error
        except errors.DiskFull as error:
            raise IndexFull("The disk of the database is full.") from error
        finally:
            self.expire()

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Held by the only rebuild; raises IndexBusy while another runs."""
        with self.connection() as connection:
            if not connection.execute("SELECT pg_try_advisory_lock(%s, 2)", (self._key,)).fetchone()[0]:  # type: ignore[index]
                raise IndexBusy("Another rebuild of this search index is running.")
            try:
                yield
            except errors.DiskFull as error:
                raise IndexFull("The disk of the database is full.") from error
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s, 2)", (self._key,))

    def _ensure_registry(self, connection: Connection) -> None:
        if connection.execute("SELECT to_regclass(%s)", (f"{self.schema}.changed",)).fetchone() == (None,):
            connection.execute(self._own(REGISTRY))

    def current(self, connection: Connection) -> View:
        """The generation in use as the writer sees it."""
        return self._look(connection)

    def add_generation(self, connection: Connection, version: str, *, is_current: bool) -> int:
        """Make the tables of a new generation, with their indexes when it is used at once, and return its number."""
        statement = "SELECT greatest(coalesce(max(number), 0) + 1, extract(epoch FROM now())::bigint) FROM {schema}.generation"
        number = int(connection.execute(self._own(statement)).fetchone()[0])  # type: ignore[index]
        connection.execute(
            self._own("INSERT INTO {schema}.generation (number, is_current, version) VALUES (%s, %s, %s)"),
            (number, is_current, version),
        )
        connection.execute(self.tables(number).fill(TABLES))
        if is_current:
            self.add_indexes(connection, number)
        return number

    def add_indexes(self, connection: Connection, number: int) -> None:
        """Make the indexes of a generation; once its rows are there it is quickest."""
        connection.execute(self.tables(number).fill(INDEXES))

    def count_commit(self, connection: Connection, number: int, documents: int) -> None:
        """Give a generation another name, and change its number of documents by this difference."""
        connection.execute(
            self._own("UPDATE {schema}.generation SET commits = commits + 1, documents = documents + %s WHERE number = %s"),
            (documents, number),
        )

    def switch_to(self, connection: Connection, number: int) -> None:
        """Have a generation searched from the end of this transaction on."""
        connection.execute(self._own("UPDATE {schema}.generation SET is_current = false WHERE is_current"))
        connection.execute(self._own("UPDATE {schema}.generation SET is_current = true WHERE number = %s"), (number,))

    def note_changes(self, connection: Connection, keys: list[str]) -> None:
        """Keep keys for a rebuild that is running; what a killed rebuild left is removed."""
        if connection.execute(self._own("SELECT 1 FROM {schema}.generation WHERE NOT is_current LIMIT 1")).fetchone() is None:
            return
        if connection.execute("SELECT pg_try_advisory_xact_lock(%s, 2)", (self._key,)).fetchone() == (True,):
            connection.execute(self._own("DELETE FROM {schema}.changed"))
            return
        with connection.cursor() as cursor:
            cursor.executemany(
                self._own("INSERT INTO {schema}.changed VALUES (%s) ON CONFLICT DO NOTHING"), [(key,) for key in keys]
            )

    def take_changes(self, connection: Connection) -> list[str]:
        """Keys noted since the last call."""
        return [row[0] for row in connection.execute(self._own("DELETE FROM {schema}.changed RETURNING key"))]

    def remove_others(self) -> None:
        """Drop the tables of generations that are not searched; what readers still hold is left to the next rebuild."""
        with self.connection() as connection:
            rows = connection.execute(self._own("SELECT number FROM {schema}.generation WHERE NOT is_current")).fetchall()
            for (number,) in rows:
                self.discard(connection, number)

    def discard(self, connection: Connection, number: int) -> None:
        """Drop one generation, unless somebody reads it."""
        try:
            with connection.transaction():
                connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{int(DROP_WAIT * 1000)}ms")))
                connection.execute(self.tables(number).fill("DROP TABLE IF EXISTS {document}, {cell}, {word}"))
                connection.execute(self._own("DELETE FROM {schema}.generation WHERE number = %s"), (number,))
        except errors.LockNotAvailable:
            logger.info("search.generation_kept", extra={"generation": number})

    def remove(self) -> None:
        """Drop everything."""
        with self.connection() as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(self._own("DROP SCHEMA IF EXISTS {schema} CASCADE"))
        self._view = NO_INDEX
        self.expire()

    def size(self) -> int:
        """Bytes of all tables and their indexes."""
        with self.connection() as connection:
            row = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)",
                (self.schema,),
            ).fetchone()
        return int(row[0]) if row else 0


def _prepare(connection: Connection, _record: Any) -> None:
    connection.autocommit = True
    connection.prepare_threshold = None
    connection.execute(_SESSION)
