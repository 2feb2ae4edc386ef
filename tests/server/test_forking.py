"""What is made before the web processes are forked can be shared by them: no thread, no connection."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.serving import warm_up
from app.web.ratelimit import limiter
from tests.factories import make_question
from tests.server.running import Server


def test_nothing_is_begun_to_be_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_question()
    begun: list[Any] = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: begun.append(thread))
    monkeypatch.setattr(limiter, "enabled", True)
    warm_up(app)
    assert not begun and limiter.enabled


@pytest.mark.slow
def test_web_processes_inherit_no_connection(tmp_path: Path) -> None:
    """SQLite's locks belong to a process: one that goes on with a connection of another has none of them."""
    server = Server(tmp_path / "instance")
    server.run("init")
    server.start()
    try:
        assert server.process is not None
        handles = Path(f"/proc/{server.process.pid}/fd").iterdir()
        assert not [path for path in map(os.readlink, handles) if "threadwell.sqlite3" in path]
    finally:
        server.kill()
