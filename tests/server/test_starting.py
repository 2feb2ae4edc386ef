"""Starting with something wrong: one clear sentence each, never a stack trace, and nothing half done."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from app.search import sync
from app.search.cli import rebuild_index
from app.search.engines.base import IndexBusy, IndexFull
from tests.server.commands import run_command
from tests.server.running import Server

pytestmark = pytest.mark.slow


def run(server: Server, *arguments: str, cwd: str = "/", **environ: str) -> tuple[int, str]:
    """Run a command and return its exit code with everything it said."""
    code, out, err = run_command(list(arguments), {**server.environ, **environ}, cwd=cwd, seconds=60)
    assert "Traceback" not in err, err
    return code, out + err


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Server:
    server = Server(tmp_path_factory.mktemp("starting") / "an instance with spaces, ünd more")
    server.run("init")
    return server


def test_preparing_twice_changes_nothing(prepared: Server):
    key = (prepared.instance / "secret_key").read_text()
    assert run(prepared, "init")[0] == 0
    assert (prepared.instance / "secret_key").read_text() == key


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path):
    newer = Server(tmp_path / "newer")
    newer.run("init")
    with sqlite3.connect(newer.instance / "threadwell.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    connection.close()
    code, said = run(newer, "init")
    assert code == 1 and "newer version" in said and "Ready" not in said


def test_a_port_in_use_is_named_and_not_shared(prepared: Server):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, said = run(prepared, "serve", PORT=str(port))
    assert code == 1 and f"Port {port} is in use" in said and "Traceback" not in said


def test_an_address_of_another_machine_is_refused(prepared: Server):
    code, said = run(prepared, "serve", HOST="8.8.8.8")
    assert code == 1 and "check HOST and PORT" in said
    code, said = run(prepared, "serve", HOST="999.1.1.1")
    assert code == 1 and "check HOST and PORT" in said


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_starting_before_preparing_says_what_to_do(tmp_path: Path, command: str):
    code, said = run(Server(tmp_path / "empty"), command)
    assert code == 1 and "threadwell init" in said and "Working" not in said


@pytest.mark.parametrize("command", [("recount",), ("user", "create", "ada"), ("demo",), ("seo", "audit")])
def test_a_command_before_preparing_says_what_to_do(tmp_path: Path, command: tuple[str, ...]):
    code, said = run(Server(tmp_path / "empty"), *command)
    assert code == 1 and "threadwell init" in said and "Traceback" not in said


def test_a_database_that_is_away_is_named_without_its_password(prepared: Server):
    of_search = [("search", "status"), ("search", "verify"), ("reindex",)]
    for command in (("init",), ("serve",), ("worker",), *of_search):
        code, said = run(prepared, *command, DATABASE_URL="postgresql://user:topsecret@127.0.0.1:1/x")
        assert code == 1 and "The database cannot be used" in said and "topsecret" not in said


def test_a_damaged_database_is_named_without_a_trace(tmp_path: Path):
    broken = Server(tmp_path / "broken")
    broken.instance.mkdir()
    (broken.instance / "threadwell.sqlite3").write_bytes(b"noise" * 2000)
    for command in ("init", "serve", "recount"):
        code, said = run(broken, command)
        assert code == 1 and "cannot be read" in said and "backup" in said and "Traceback" not in said


@pytest.mark.parametrize("error", [IndexFull(28, "Rebuilding needs about 9 MiB, and 0 are free."), IndexBusy("busy")])
def test_an_index_that_cannot_be_built_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, error: Exception):
    monkeypatch.setattr(sync, "rebuild", lambda _progress: (_ for _ in ()).throw(error))
    with pytest.raises(click.ClickException, match=r"0 are free|please wait"):
        rebuild_index()


def test_preparing_shows_how_far_the_index_is(tmp_path: Path):
    code, said = run(Server(tmp_path / "new"), "init")
    assert code == 0 and "Indexing" in said and "Ready" in said


def test_help_says_each_command_in_a_whole_sentence_and_offers_nothing_of_flask(prepared: Server):
    for group in ((), ("user",), ("import",), ("search",), ("seo",), ("promotions",), ("duplicates",)):
        code, said = run(prepared, *group, "--help")
        assert code == 0 and "...\n" not in said.partition("Commands:")[2] and "--app" not in said and "--env-file" not in said, (
            said
        )


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        code, said = run(Server(path), "init")
        assert code == 2 and f"cannot write to {path}" in said


def test_all_wrong_settings_are_named_at_once(prepared: Server):
    wrong = {
        "PORT": "²", "WORKERS": "0", "BASE_URL": "ftp://x", "REDIS_URL": "zz", "MAIL_URL": "mail", "DATABASE_URL": "mysql://x",
        "SECRET_KEY": "short", "RATE_LIMITS": "perhaps", "PROMOTION_MIN_SCORE": "nan", "TRUSTED_PROXIES": "-1",
    }  # fmt: skip
    for command in ("init", "serve", "worker"):
        code, said = run(prepared, command, **wrong)
        assert code == 2 and all(f"{name}:" in said for name in wrong), said


def test_a_relative_folder_is_meant_from_where_the_command_runs(tmp_path: Path):
    server = Server(Path("here"))
    assert run(server, "init", cwd=str(tmp_path))[0] == 0
    assert (tmp_path / "here" / "threadwell.sqlite3").exists()


def test_the_demo_is_loaded_once(tmp_path: Path):
    server = Server(tmp_path / "demo")
    server.run("init")
    assert run(server, "demo", "--if-empty")[0] == 0
    signins = (server.instance / "demo-signins.txt").read_text()
    assert run(server, "demo", "--if-empty")[0] == 0
    code, said = run(server, "demo")
    assert code == 1 and "not empty" in said
    assert (server.instance / "demo-signins.txt").read_text() == signins


def test_the_command_says_its_version(prepared: Server):
    code, said = run(prepared, "--version")
    assert code == 0 and said == f"Threadwell {version('threadwell')}\n"


def test_a_database_that_cannot_be_upgraded_is_not_said_to_need_what_just_failed(tmp_path: Path):
    odd = Server(tmp_path / "odd")
    odd.instance.mkdir()
    with closing(sqlite3.connect(odd.instance / "threadwell.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('01')")
    code, said = run(odd, "init")
    assert code == 1 and "no such table" in said and "Please run `threadwell init`" not in said
