"""`threadwell move`: a site comes from SQLite into PostgreSQL whole, or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.search.places import start_postgres
from tests.server.running import Server
from tests.server.test_starting import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postgres(testrun_uid: str) -> str:
    """The address of a real PostgreSQL, in which `moving_ready` is prepared and empty."""
    server = start_postgres(testrun_uid)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS moving_ready")
        connection.execute("CREATE DATABASE moving_ready")
    return server


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Path:
    """The folder of a site on SQLite with the demo community; PostgreSQL is prepared by the same commands."""
    place = Server(tmp_path_factory.mktemp("moving") / "instance")
    assert [run(place, command)[0] for command in ("init", "demo", "recount")] == [0, 0, 0]
    code, said = run(place, "move", str(place.instance / "threadwell.sqlite3"))
    assert code == 1 and "Please set DATABASE_URL" in said
    ready = postgres.replace("/postgres?", "/moving_ready?")
    code, said = run(place, "move", str(place.instance / "threadwell.sqlite3"), DATABASE_URL=ready)
    assert code == 1 and "run `threadwell init` first" in said
    assert run(place, "init", DATABASE_URL=ready)[0] == 0
    return place.instance


@pytest.fixture
def place(tmp_path: Path, demo: Path) -> Server:
    """The site, to be harmed."""
    return Server(Path(shutil.copytree(demo, tmp_path / "instance")))


@pytest.fixture
def address(postgres: str, demo: Path) -> str:
    """The address of a prepared and empty PostgreSQL."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS moving")
        connection.execute("CREATE DATABASE moving TEMPLATE moving_ready")
    return postgres.replace("/postgres?", "/moving?")


def test_every_row_moves_and_ids_go_on_after_the_last(place: Server, address: str) -> None:
    file = place.instance / "threadwell.sqlite3"
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


def test_a_row_that_postgresql_refuses_is_named_and_nothing_has_moved(place: Server, address: str) -> None:
    file = place.instance / "threadwell.sqlite3"
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


def test_articles_without_any_account_are_not_written_over(tmp_path: Path, place: Server, address: str) -> None:
    articles = tmp_path / "articles" / "pumps"
    articles.mkdir(parents=True)
    (articles / "prime.md").write_text(
        "# Prime the pump\n\nFill it with water before it runs for the first time.\n", encoding="utf-8"
    )
    assert run(place, "import", "markdown", str(articles.parent), DATABASE_URL=address)[0] == 0
    code, said = run(place, "move", str(place.instance / "threadwell.sqlite3"), DATABASE_URL=address)
    assert code == 1 and "choose an empty database" in said
