"""Saving a site in one file and bringing it back, with the commands that operators run."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_LZMA, ZipFile

import click
import pytest
from click.testing import CliRunner

from app import backing_up
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


class Watched:
    """A progress bar that does something at each step."""

    def __init__(self, at_step) -> None:
        self.pos, self.length, self.seen, self._at_step = 0, 1, [], at_step

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def update(self, more: int) -> None:
        self.pos += more
        self.seen.append(self.pos)
        assert len(self.seen) < 500, "what others write begins the copy anew"
        self._at_step()


def test_the_database_is_copied_step_by_step_and_still_as_it_was_at_one_moment(tmp_path: Path, monkeypatch):
    source, target = tmp_path / "source", tmp_path / "copy"
    with closing(sqlite3.connect(source)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE line (text)")
        other.executemany("INSERT INTO line VALUES (?)", [("before" * 500,)] * 50)
        other.commit()

        def write() -> None:
            other.execute("UPDATE line SET text = text || 'after'")
            other.execute("INSERT INTO line VALUES ('after')")
            other.commit()

        bar = Watched(write)
        monkeypatch.setattr(click, "progressbar", lambda **_about: bar)
        monkeypatch.setattr(backing_up, "_STEP", 3)
        backing_up._copy_of(source, target)
    assert len(bar.seen) > 5 and bar.seen == sorted(set(bar.seen)) and bar.seen[-1] == bar.length
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT DISTINCT text, count(*) FROM line").fetchall() == [("before" * 500, 50)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_said_to_be_saved_is_on_disk(site: Server, tmp_path: Path, monkeypatch):
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(Path(f"/proc/self/fd/{handle}").readlink()), sync(handle)))
    for name in ("DATABASE_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "site.zip"
    assert CliRunner().invoke(backing_up.backup_command, [str(file)], env=site.environ).exit_code == 0
    assert synced[0].name == "site.zip" and synced[-1] == tmp_path


def test_a_damaged_database_is_not_called_a_missing_one(tmp_path: Path):
    broken = Server(tmp_path / "broken")
    broken.instance.mkdir()
    (broken.instance / "threadwell.sqlite3").write_bytes(b"noise" * 2000)
    code, said = run(broken, "backup", str(tmp_path / "site.zip"))
    assert code == 1 and "is damaged" in said and "Traceback" not in said and not (tmp_path / "site.zip").exists()


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


@pytest.fixture
def saved(site: Server, tmp_path: Path) -> Path:
    file = tmp_path / "site.zip"
    assert run(site, "backup", str(file))[0] == 0
    return file


def is_refused(site: Server, file: Path, why: str, **environ: str) -> None:
    """Whether a file is not brought back, in a sentence that says why, and nothing unfinished stays."""
    code, said = run(site, "restore", str(file), **environ)
    assert code == 1 and why in said and "Traceback" not in said
    assert not (site.instance / "threadwell.sqlite3").exists() and not list(site.instance.rglob("*.part*"))


def test_what_was_damaged_is_refused(saved: Path, tmp_path: Path):
    whole, other = saved.read_bytes(), Server(tmp_path / "other")
    for start in (len(whole) // 3, len(whole) // 2, len(whole) - 60):
        saved.write_bytes(whole[:start] + bytes(byte ^ 0xFF for byte in whole[start : start + 40]) + whole[start + 40 :])
        is_refused(other, saved, "Cannot restore")
    saved.write_bytes(whole[: len(whole) // 2])
    is_refused(other, saved, "Cannot restore")


def test_what_no_backup_writes_is_refused(tmp_path: Path):
    other, file = Server(tmp_path / "other"), tmp_path / "bad.zip"
    with ZipFile(file, "w", ZIP_LZMA) as bad:
        bad.writestr("threadwell.sqlite3", b"x")
    is_refused(other, file, "no backup")
    with ZipFile(file, "w") as bad:
        bad.writestr("threadwell.sqlite3", b"x")
    is_refused(other, file, "no backup")
    encrypted = bytearray(file.read_bytes())
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(encrypted)
    is_refused(other, file, "no backup")
    with sqlite3.connect(tmp_path / "foreign.sqlite3") as foreign:
        foreign.execute("CREATE TABLE song (title TEXT)")
    foreign.close()
    with ZipFile(file, "w") as bad:
        bad.write(tmp_path / "foreign.sqlite3", "threadwell.sqlite3")
    is_refused(other, file, "no backup")


def test_a_log_of_another_database_is_not_taken_for_its_own(site: Server, saved: Path, tmp_path: Path):
    other = Server(tmp_path / "other")
    assert run(other, "restore", str(saved))[0] == 0
    (other.instance / "threadwell.sqlite3").rename(other.instance / "threadwell.sqlite3-wal")
    is_refused(other, saved, "threadwell.sqlite3-wal is there already")
    (other.instance / "threadwell.sqlite3-wal").rename(other.instance / "search")
    is_refused(other, saved, "search is there already")
    (other.instance / "search").unlink()
    assert run(other, "restore", str(saved))[0] == 0 and people(other) == people(site)


def test_trying_to_serve_first_is_no_site(saved: Path, tmp_path: Path):
    other = Server(tmp_path / "other")
    assert run(other, "serve")[0] == 1
    code, said = run(other, "backup", str(tmp_path / "none.zip"))
    assert code == 1 and "no database to save" in said
    assert run(other, "restore", str(saved))[0] == 0 and people(other) == ["ada"]


def test_a_database_of_the_other_kind_is_not_brought_back_in_vain(saved: Path, tmp_path: Path):
    other = Server(tmp_path / "other")
    is_refused(other, saved, "unset DATABASE_URL", DATABASE_URL="postgresql://user@127.0.0.1:1/x")
    with ZipFile(saved, "w") as of_postgres:
        of_postgres.writestr("secret_key", "k" * 64)
    is_refused(other, saved, "set DATABASE_URL")
    assert run(other, "restore", str(saved), DATABASE_URL="postgresql://user@127.0.0.1:1/x")[0] == 0
    assert (other.instance / "secret_key").read_text() == "k" * 64


def test_images_without_a_time_are_saved(site: Server, tmp_path: Path):
    os.utime(site.instance / "uploads" / IMAGE, (0, 0))
    code, said = run(site, "backup", str(tmp_path / "site.zip"))
    assert code == 0, said
    assert [path.name for path in tmp_path.iterdir()] == ["site.zip"]


def test_what_is_no_zip_file_is_refused(tmp_path: Path):
    for file in (tmp_path / "text.zip", tmp_path / "missing.zip"):
        if file.name == "text.zip":
            file.write_text("no zip")
        code, said = run(Server(tmp_path / "other"), "restore", str(file))
        assert code == 1 and "Cannot restore" in said and "Traceback" not in said
