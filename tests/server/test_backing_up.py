"""Saving a site in one file and bringing it back, with the commands that operators run."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.server.running import Server
from tests.server.test_starting import run

pytestmark = pytest.mark.slow
IMAGE = "ab/Ab3456789012345678901x.png"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Server:
    server = Server(tmp_path_factory.mktemp("saved") / "instance")
    server.run("init")
    assert run(server, "user", "create", "ada", "--email", "ada@example.com", "--role", "admin")[0] == 0
    image = server.instance / "uploads" / IMAGE
    image.parent.mkdir(parents=True)
    image.write_bytes(b"picture")
    image.with_name(f"{image.name}.part").write_bytes(b"pic")
    return server


def people(server: Server) -> list[str]:
    with sqlite3.connect(server.instance / "threadwell.sqlite3") as connection:
        return [name for (name,) in connection.execute("SELECT name FROM person")]


def test_what_is_saved_comes_back_on_another_machine(site: Server, tmp_path: Path):
    file = tmp_path / "site.zip"
    code, said = run(site, "backup", str(file))
    assert code == 0 and "keep it private" in said and file.stat().st_mode & 0o077 == 0
    with ZipFile(file) as saved:
        assert set(saved.namelist()) == {"threadwell.sqlite3", "secret_key", f"uploads/{IMAGE}"}
    other = Server(tmp_path / "other")
    assert run(other, "restore", str(file))[0] == 0 and run(other, "init")[0] == 0
    assert people(other) == ["ada"] and (other.instance / "uploads" / IMAGE).read_bytes() == b"picture"
    assert (other.instance / "secret_key").read_text() == (site.instance / "secret_key").read_text()
    assert (other.instance / "secret_key").stat().st_mode & 0o077 == 0 and other.instance.stat().st_mode & 0o077 == 0


def test_the_database_is_saved_with_what_lies_in_its_log_only(site: Server, tmp_path: Path):
    with sqlite3.connect(site.instance / "threadwell.sqlite3") as writing:
        writing.execute("PRAGMA wal_autocheckpoint = 0")
        writing.execute("UPDATE person SET display_name = 'Ada of the log'")
        writing.commit()
        assert run(site, "backup", str(tmp_path / "site.zip"))[0] == 0
    with ZipFile(tmp_path / "site.zip") as saved:
        saved.extract("threadwell.sqlite3", tmp_path)
    with sqlite3.connect(tmp_path / "threadwell.sqlite3") as connection:
        assert connection.execute("SELECT display_name FROM person").fetchall() == [("Ada of the log",)]


def test_nothing_is_written_over(site: Server, tmp_path: Path):
    file = tmp_path / "site.zip"
    file.write_text("mine")
    code, said = run(site, "backup", str(file))
    assert code == 1 and "already" in said and file.read_text() == "mine"
    file.unlink()
    assert run(site, "backup", str(file))[0] == 0
    code, said = run(site, "restore", str(file))
    assert code == 1 and "already" in said and people(site) == ["ada"]


def test_a_place_that_cannot_be_written_is_named(site: Server, tmp_path: Path):
    code, said = run(site, "backup", str(tmp_path / "nowhere" / "site.zip"))
    assert code == 1 and "Cannot write" in said and "Traceback" not in said


def test_there_must_be_a_site_to_save(tmp_path: Path):
    code, said = run(Server(tmp_path / "empty"), "backup", str(tmp_path / "site.zip"))
    assert code == 1 and "threadwell init" in said and not (tmp_path / "site.zip").exists()


@pytest.mark.parametrize(
    "name", ["../escaped", "/tmp/escaped", "search/index", "uploads/../../escaped.png", "templates/a.py", ""]
)
def test_only_what_a_backup_holds_is_taken(site: Server, tmp_path: Path, name: str):
    file, other = tmp_path / "bad.zip", Server(tmp_path / "other")
    with ZipFile(file, "w") as bad:
        for each in ("threadwell.sqlite3", name) if name else ("secret_key",):
            bad.writestr(each, b"x")
    code, said = run(other, "restore", str(file))
    assert code == 1 and "Cannot restore" in said and "Traceback" not in said
    assert not (other.instance / "threadwell.sqlite3").exists() and not (tmp_path / "escaped").exists()


def test_what_is_no_zip_file_is_refused(tmp_path: Path):
    for file in (tmp_path / "text.zip", tmp_path / "missing.zip"):
        if file.name == "text.zip":
            file.write_text("no zip")
        code, said = run(Server(tmp_path / "other"), "restore", str(file))
        assert code == 1 and "Cannot restore" in said and "Traceback" not in said
