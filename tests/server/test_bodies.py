"""Bodies that come slowly, in part or never: other requests go on, and nothing is made of half a text."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from app.web import bodies
from app.web.bodies import PatientBodies


class Stalled:
    """A client that sends some bytes and then nothing until it is told to go away."""

    def __init__(self, first: bytes = b"") -> None:
        self.first, self.gone = first, threading.Event()

    def read(self, _size: int) -> bytes:
        if self.first:
            self.first, piece = b"", self.first
            return piece
        self.gone.wait(20)
        return b""


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def ask(app: PatientBodies, source: Any, length: str = "", address: str = "10.0.0.1", **environ: str) -> tuple[str, bytes]:
    """Send one request and return (status line, body)."""
    statuses: list[str] = []
    answer = app(
        {"REQUEST_METHOD": "POST", "wsgi.input": source, "CONTENT_LENGTH": length, "REMOTE_ADDR": address, **environ},
        lambda status, _headers: statuses.append(status),
    )
    return statuses[0], b"".join(answer)


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PROMPT_SECONDS", 0.01)


def make(patience: float = 0.1, **options: Any) -> PatientBodies:
    return PatientBodies(echo, **{"working": 2, "most": 100_000, "is_direct": True, **options}, patience=patience)


@pytest.fixture
def stalled() -> Iterator[list[Stalled]]:
    clients = [Stalled(b"abc") for _ in range(bodies.MISSING + 1)]
    yield clients
    for client in clients:
        client.gone.set()


def test_a_whole_body_reaches_the_application():
    assert ask(make(), BytesIO(b"x" * 50_000), "50000") == ("200 OK", b"x" * 50_000)
    assert ask(make(), BytesIO(b"abc"), HTTP_TRANSFER_ENCODING="chunked") == ("200 OK", b"abc")


def test_requests_without_a_body_are_not_touched(stalled: list[Stalled]):
    started = threading.active_count()
    assert ask(make(), BytesIO(b""), "0")[0] == "200 OK" and ask(make(), BytesIO(b""))[0] == "200 OK"
    assert threading.active_count() == started


def test_what_was_cut_off_is_refused():
    status, text = ask(make(), BytesIO(b"half of"), "500")
    assert status == "400 Bad Request" and b"cut off" in text


def test_a_body_larger_than_allowed_is_left_to_the_application_unread():
    source = BytesIO(b"x" * 200_000)
    assert ask(make(), source, "200000")[0] == "200 OK"


def test_a_chunked_body_is_read_to_the_limit_only():
    source = BytesIO(b"x" * 500_000)
    ask(make(), source, HTTP_TRANSFER_ENCODING="chunked")
    assert source.tell() < 120_000


def test_who_sends_nothing_is_not_waited_for(stalled: list[Stalled]):
    began = time.monotonic()
    assert ask(make(), stalled[0], "500")[0] == "408 Request Timeout"
    assert time.monotonic() - began < 5


def test_who_sends_slowly_but_steadily_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    class Steady:
        left = 5

        def read(self, _size: int) -> bytes:
            time.sleep(0.1)
            self.left -= 1
            return b"x" * 1_000 if self.left >= 0 else b""

    assert ask(make(patience=0.15), Steady(), "5000") == ("200 OK", b"x" * 5_000)


def test_one_address_cannot_use_up_what_all_may_owe(stalled: list[Stalled]):
    app = make(patience=0.01)
    for client in stalled[: bodies.MISSING_OF_ADDRESS]:
        assert ask(app, client, "500")[0] == "408 Request Timeout"
    assert ask(app, BytesIO(b"abc"), "3")[0] == "503 Service Unavailable"
    assert ask(app, BytesIO(b"abc"), "3", "10.0.0.2")[0] == "200 OK"
    for client in stalled:
        client.gone.set()
    time.sleep(0.2)
    assert ask(app, BytesIO(b"abc"), "3")[0] == "200 OK"


def test_behind_a_proxy_only_the_sum_counts(stalled: list[Stalled]):
    app = make(patience=0.001, is_direct=False)
    for client in stalled[: bodies.MISSING]:
        assert ask(app, client, "500")[0] == "408 Request Timeout"
    assert ask(app, BytesIO(b"abc"), "3", "10.9.9.9")[0] == "503 Service Unavailable"


def test_while_many_wait_the_others_are_answered(stalled: list[Stalled]):
    app = make(patience=1.0, is_direct=False)
    waiting = [threading.Thread(target=ask, args=(app, client, "500")) for client in stalled[: bodies.WAITING]]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)
    began = time.monotonic()
    assert ask(app, BytesIO(b""))[0] == "200 OK"
    assert ask(app, BytesIO(b"abc"), "3")[0] == "200 OK", "a body that comes at once needs no place among those who wait"
    assert ask(app, stalled[-1], "500")[0] == "503 Service Unavailable"
    assert time.monotonic() - began < 0.5
    for thread in waiting:
        thread.join()


def test_a_crowd_behind_one_address_is_let_in():
    app = make(working=5)
    answers: list[str] = []
    crowd = [threading.Thread(target=lambda: answers.append(ask(app, BytesIO(b"abc"), "3")[0])) for _ in range(24)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert answers == ["200 OK"] * 24


def test_writers_who_wait_hold_up_no_reader():
    """A reader is answered while as many as may write wait for the database's lock; one more writer waits for its turn."""
    is_free, inside = threading.Event(), threading.Semaphore(0)

    def locked(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        if environ["REQUEST_METHOD"] == "POST":
            inside.release()
            is_free.wait(20)
        return []

    app = PatientBodies(locked, working=2, most=100_000, is_direct=True)
    writers = [threading.Thread(target=ask, args=(app, BytesIO(b""))) for _ in range(3)]
    for thread in writers:
        thread.start()
    try:
        assert inside.acquire(timeout=5) and inside.acquire(timeout=5)
        assert ask(app, BytesIO(b""), REQUEST_METHOD="GET")[0] == "200 OK"
        assert not inside.acquire(timeout=0.1), "only two write at once"
    finally:
        is_free.set()
        for thread in writers:
            thread.join()
