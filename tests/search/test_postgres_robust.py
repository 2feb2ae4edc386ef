"""Search inside PostgreSQL when its disk is full or its connections break. A real server and a real small file system."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.search.engines import postgres_store
from app.search.engines.base import IndexFull
from app.search.engines.postgres import PostgresEngine
from app.search.engines.postgres_layout import Connection, Tables
from app.search.engines.postgres_rows import Cell
from tests.search.places import postgres_place
from tests.search.samples import document, keys, query


@pytest.fixture
def small_disk_url(postgres_url: str) -> Iterator[str]:
    """The address of the server with new tables on a file system of four MiB; skipped where nobody may mount one."""
    place = Path(tempfile.mkdtemp(prefix="threadwell-disk-"))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        place.rmdir()
        pytest.skip("this user may not mount a small file system")
    name = f"small_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row
        shutil.chown(place, Path(row[0]).stat().st_uid)
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
        try:
            mark = "&" if "?" in postgres_url else "?"
            plain = postgres_url.replace("&options=-c%20synchronous_commit%3Doff", "")
            yield f"{plain}{mark}options=-c%20default_tablespace%3D{name}"
        finally:
            connection.execute(f"DROP TABLESPACE {name}")
            subprocess.run(["umount", "-l", place], check=True)
            place.rmdir()


@pytest.mark.slow
def test_a_full_disk_of_the_database_is_said_so_and_search_goes_on_with_what_was_there(small_disk_url: str) -> None:
    long = [document(n, f"t{n}", " ".join(f"w{n}x{place}" for place in range(300))) for n in range(2, 300)]
    with postgres_place(small_disk_url) as place:
        engine = place.holding(document(1, "refund"))
        with pytest.raises(IndexFull):
            engine.apply(long, ())
        assert engine.keys() == {"t1"}
        with pytest.raises(IndexFull):
            engine.rebuild(long, lambda names: ([], []))
        assert place.count() == 1, "what the rebuild wrote was removed"
        assert keys(engine.search(query("refund"))) == ["t1"]
        engine.apply([document(2, "refund")], ())
        assert engine.keys() == {"t1", "t2"}


def test_connections_that_the_server_ended_are_opened_anew(postgres_url: str) -> None:
    with postgres_place(postgres_url) as place:
        engine = place.holding(document(1, "refund"))
        assert isinstance(engine, PostgresEngine)
        with engine._store.connection() as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", row)
        assert keys(engine.search(query("refund"))) == ["t1"]
        engine.apply([document(2, "refund")], ())
        assert engine.keys() == {"t1", "t2"}


def test_an_index_that_is_switched_while_it_is_looked_up_is_not_taken_for_none(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_place(postgres_url) as place:
        engine = place.holding(document(1, "refund"))
        reader, read_cells = place.open(), postgres_store.read_cells

        def late(connection: Connection, tables: Tables) -> tuple[tuple[int, Cell], ...]:
            monkeypatch.setattr(postgres_store, "read_cells", read_cells)
            engine.rebuild([document(1, "refund")], lambda names: ([], []))  # switches, and drops what is looked for
            return read_cells(connection, tables)

        monkeypatch.setattr(postgres_store, "read_cells", late)
        assert keys(reader.search(query("refund"))) == ["t1"]
