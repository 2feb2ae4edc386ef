"""Background work beside the web processes: who is woken, and that one process works at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.jobs import process, worker
from app.jobs.process import Wake, start_jobs_process
from app.jobs.worker import my_turn

RARE = ("PIL", "alembic", "bs4", "flask_migrate", "psycopg", "redis", "yaml")


def test_a_wake_up_call_is_remembered_until_it_is_cleared() -> None:
    wake = Wake()
    assert not wake.wait(0)
    wake.set()
    wake.set()
    assert wake.wait(5) and wake.wait(0)
    wake.clear()
    wake.clear()
    assert not wake.wait(0)


def test_one_at_a_time_holds_the_lock_and_the_next_one_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    stop, turns = threading.Event(), list[bool]()

    def wait() -> None:
        with my_turn(tmp_path / "lock", stop) as is_mine:
            turns.append(is_mine)

    with my_turn(tmp_path / "lock", threading.Event()) as is_mine:
        assert is_mine
        other = threading.Thread(target=wait)
        other.start()
        time.sleep(0.05)
        assert turns == []
    other.join(5)
    assert turns == [True]
    stop.set()
    with my_turn(tmp_path / "lock", stop) as is_mine:
        assert not is_mine


def test_a_working_process_that_ended_is_replaced_and_both_end_when_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun = tmp_path / "begun"

    def work(_app: object, stop: threading.Event, _wake: object, is_enough: object) -> None:
        with begun.open("a") as lines:
            lines.write("x")
        if begun.stat().st_size > 1:
            stop.wait(20)

    monkeypatch.setattr(process, "run_forever", work)
    monkeypatch.setattr(process, "PAUSE_SECONDS", 0.05)
    stop = start_jobs_process(None, Wake())  # type: ignore[arg-type]
    end = time.monotonic() + 20
    while (not begun.exists() or begun.stat().st_size < 2) and time.monotonic() < end:
        time.sleep(0.02)
    stop()
    assert begun.read_text() == "xx"


def test_the_command_loads_no_library_that_few_need() -> None:
    code = f"import app.cli, sys; print([name for name in {RARE!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
