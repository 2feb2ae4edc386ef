"""`threadwell move`: a site comes from SQLite into PostgreSQL whole, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.search.places import start_postgres
from tests.server.running import Server
from tests.server.test_starting import run

pytestmark = pytest.mark.slow


@pytest.fixture
def address(testrun_uid: str) -> str:
    """The address of an empty database on a real PostgreSQL."""
    server = start_postgres(testrun_uid)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS moving")
        connection.execute("CREATE DATABASE moving")
    return server.replace("/postgres?", "/moving?")


def test_every_row_moves_and_ids_go_on_after_the_last(tmp_path: Path, address: str) -> None:
    place = Server(tmp_path / "instance")
    file = place.instance / "threadwell.sqlite3"
    assert [run(place, command)[0] for command in ("init", "demo", "recount")] == [0, 0, 0]
    code, said = run(place, "move", str(file))
    assert code == 1 and "Please set DATABASE_URL" in said
    code, said = run(place, "move", str(file), DATABASE_URL=address)
    assert code == 1 and "run `threadwell init` first" in said
    assert run(place, "init", DATABASE_URL=address)[0] == 0
    code, said = run(place, "move", str(file), DATABASE_URL=address)
    assert code == 0 and "78 threads and articles are searchable" in said, said
    with closing(sqlite3.connect(file)) as old, psycopg.connect(address) as new:
        names = [
            name for (name,) in old.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        ]
        counts = {name: old.execute(f'SELECT count(*) FROM "{name}"').fetchone() for name in names}
        assert {name: new.execute(f'SELECT count(*) FROM "{name}"').fetchone() for name in names} == counts
        threads = "SELECT id, title, author_id, duplicate_of_id, affected_count FROM thread ORDER BY id"
        assert new.execute(threads).fetchall() == old.execute(threads).fetchall()
        assert new.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'").fetchone() == (0,)
        assert new.execute("SELECT count(*) > 50 FROM pg_constraint WHERE contype = 'f' AND convalidated").fetchone() == (True,)
    assert run(place, "user", "create", "late", "--email", "late@example.com", DATABASE_URL=address)[0] == 0
    code, said = run(place, "recount", DATABASE_URL=address)
    assert code == 0 and " 0 figures corrected" in said
    code, said = run(place, "move", str(file), DATABASE_URL=address)
    assert code == 1 and "choose an empty database" in said


def test_a_row_that_postgresql_refuses_is_named_and_nothing_has_moved(tmp_path: Path, address: str) -> None:
    place = Server(tmp_path / "instance")
    file = place.instance / "threadwell.sqlite3"
    assert [run(place, command)[0] for command in ("init", "demo")] == [0, 0]
    assert run(place, "init", DATABASE_URL=address)[0] == 0
    for harm, named in (
        ("UPDATE thread SET title = 'Pump' || char(0) WHERE id = 1", "NUL"),
        ("UPDATE thread SET title = 'Pump', author_id = 987654 WHERE id = 1", "987654"),
    ):
        with closing(sqlite3.connect(file)) as old, old:
            old.execute(harm)
        code, said = run(place, "move", str(file), DATABASE_URL=address)
        assert code == 1 and "Nothing was moved" in said and named in said
        with psycopg.connect(address) as new:
            assert new.execute("SELECT count(*) FROM category").fetchone() == (0,)
            assert new.execute("SELECT count(*) > 50 FROM pg_constraint WHERE contype = 'f'").fetchone() == (True,)
    with closing(sqlite3.connect(file)) as old, old:
        old.execute("UPDATE thread SET author_id = 1 WHERE id = 1")
    code, said = run(place, "move", str(file), DATABASE_URL=address)
    assert code == 0 and "threads and articles are searchable" in said


def test_articles_without_any_account_are_not_written_over(tmp_path: Path, address: str) -> None:
    place, articles = Server(tmp_path / "instance"), tmp_path / "articles" / "pumps"
    articles.mkdir(parents=True)
    (articles / "prime.md").write_text(
        "# Prime the pump\n\nFill it with water before it runs for the first time.\n", encoding="utf-8"
    )
    assert run(place, "init")[0] == 0
    assert run(place, "init", DATABASE_URL=address)[0] == 0
    assert run(place, "import", "markdown", str(articles.parent), DATABASE_URL=address)[0] == 0
    code, said = run(place, "move", str(place.instance / "threadwell.sqlite3"), DATABASE_URL=address)
    assert code == 1 and "choose an empty database" in said
