"""Background work beside the web processes: who is woken, and that one process works at a time."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from app.jobs import process, worker
from app.jobs.process import Wake, start_jobs_process
from app.jobs.worker import my_turn

RARE = ("PIL", "alembic", "app.importing.cli", "bs4", "flask_migrate", "psycopg", "redis", "yaml")


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


def test_a_working_process_that_ended_is_replaced_when_there_is_work_and_both_end_when_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun, wanted = tmp_path / "begun", tmp_path / "wanted"

    def work(_app: object, stop: threading.Event, _wake: object, _is_enough: object) -> None:
        with begun.open("a") as lines:
            lines.write("x")
        if begun.stat().st_size > 2:
            stop.wait(20)

    monkeypatch.setattr(process, "run_forever", work)
    monkeypatch.setattr(process, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.02)
    monkeypatch.setattr(worker, "is_needed", lambda with_periodic: wanted.exists())
    wake = Wake()
    stop = start_jobs_process(app, wake)
    wait_for(begun, 1)
    time.sleep(0.1)
    assert begun.read_text() == "x", "nothing is to be done"
    wanted.touch()
    wait_for(begun, 3)
    stop()
    assert begun.read_text() == "xxx"


def test_work_goes_on_after_a_moment_in_which_no_process_could_be_made(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun, fork, here, refused = tmp_path / "begun", os.fork, os.getpid(), list[int]()

    def fork_later() -> int:
        if os.getpid() != here and not refused:
            refused.append(1)
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return fork()

    def work(_app: object, _stop: object, _wake: object, _is_enough: object) -> None:
        begun.write_text("x")
        time.sleep(60)  # whatever it is told

    monkeypatch.setattr(os, "fork", fork_later)
    monkeypatch.setattr(process, "run_forever", work)
    monkeypatch.setattr(process, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(process, "STOP_SECONDS", 0.05)
    stop = start_jobs_process(app, Wake())
    [keeper] = multiprocessing.active_children()
    wait_for(begun, 1)
    stop()
    assert begun.read_text() == "x"
    assert keeper.exitcode == 0


def test_a_call_wakes_the_process_that_looks_for_work(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun, wake = tmp_path / "begun", Wake()

    def work(_app: object, _stop: object, wake: Wake, _is_enough: object) -> None:
        wake.clear()
        with begun.open("a") as lines:
            lines.write("x")

    monkeypatch.setattr(process, "run_forever", work)
    monkeypatch.setattr(process, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 60)
    stop = start_jobs_process(app, wake)
    wait_for(begun, 1)
    time.sleep(0.1)
    wake.set()
    wait_for(begun, 2)
    stop()
    assert begun.read_text() == "xx"


def wait_for(lines: Path, size: int) -> None:
    end = time.monotonic() + 20
    while (not lines.exists() or lines.stat().st_size < size) and time.monotonic() < end:
        time.sleep(0.01)


def test_a_worker_is_told_for_how_long_there_was_nothing_to_do(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    told, wake = list[float](), Wake()
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(worker, "run_until_idle", lambda *_given: 0)

    def is_enough(idle_seconds: float) -> bool:
        told.append(idle_seconds)
        return len(told) > 2

    worker.run_forever(app, threading.Event(), wake, is_enough)
    assert told == sorted(told) and told[2] >= 0.02


GAPS = """
import ctypes
from app.core import heap

class Found(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("arena", "pieces", "b", "c", "d", "e", "f", "used", "free", "top")]

mallinfo = ctypes.CDLL(None).mallinfo
mallinfo.restype = Found
heap.spare_memory()
blocks = [bytearray(1000) for _ in range(10_000)]
del blocks[::2]
before = mallinfo().pieces
heap.close_gaps()
print(before > 4_000, mallinfo().pieces < 500)
"""


def test_small_gaps_in_the_heap_are_closed_before_processes_share_it() -> None:
    done = subprocess.run([sys.executable, "-c", GAPS], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


def test_the_command_loads_no_library_that_few_need() -> None:
    code = f"import app.cli, sys; print([name for name in {RARE!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
