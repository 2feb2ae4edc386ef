"""Waiting for the bodies of requests: not for ever, and never with all threads. Knows WSGI only, no Flask and no feature.

Our server hands a request over when its head is there and lets the application wait for the body without an end. Then a few
clients that announce a body and do not send it could hold every thread. So the body is read here, by a thread that may be lost,
while the request waits as long as enough arrives. What was cut off on its way is refused: half of a text must not be posted.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]

# Most bodies come with their head. Requests that may wait longer than this at the same time; the server needs so many
# threads beyond those that work.
PROMPT_SECONDS = 0.25
WAITING = 16
# Bodies that may be missing at the same time (of one address: more than the server has threads). A client that never sends
# holds one until it goes away.
MISSING = 256
MISSING_OF_ADDRESS = 32
PATIENCE_SECONDS = 15.0
LEAST_BYTES_A_SECOND = 4_096
PIECE = 8_192

_READING = frozenset({"GET", "HEAD"})

_ANSWERS = {
    "400 Bad Request": "The request was cut off on its way. Please send it again.",
    "408 Request Timeout": "The request took too long to arrive. Please send it again.",
    "503 Service Unavailable": "Too many requests arrive slowly right now. Please send yours again in a moment.",
}


class _Refused(Exception):
    """A body that is not waited for (any more); the message is the status line."""


class _Body:
    """A body on its way. A thread of its own reads it; `is_there` is set when it ended."""

    def __init__(self, source: Any, most: int) -> None:
        self.pieces: list[bytes] = []
        self.size = 0
        self.is_there = threading.Event()
        self._source, self._most = source, most

    def fetch(self) -> None:
        """Read until the end, or until it is more than anybody may send."""
        try:
            while self.size <= self._most:
                piece = self._source.read(PIECE)
                if not piece:
                    break
                self.pieces.append(piece)
                self.size += len(piece)
        except (OSError, RuntimeError):  # the client is gone: what is missing shows
            pass
        finally:
            self.is_there.set()


class PatientBodies:
    """WSGI middleware around the whole application. `most` is the largest body in bytes.

    `working` requests that read run at once, and as many that write: who waits for the database's lock or for a password to be
    hashed holds up no reader. `is_direct`: clients connect to us themselves, so that each address gets a limit of its own.
    """

    def __init__(self, app: App, *, working: int, most: int, is_direct: bool, patience: float = PATIENCE_SECONDS) -> None:
        self._app, self._most, self._is_direct, self._patience = app, most, is_direct, patience
        self._reading, self._writing = threading.BoundedSemaphore(working), threading.BoundedSemaphore(working)
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._lock = threading.Lock()
        self._missing: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer once the body is here, or say why it was not waited for."""
        length = environ.get("CONTENT_LENGTH") or ""
        if (length and length != "0") or "HTTP_TRANSFER_ENCODING" in environ:
            try:
                self._replace_body(environ, int(length) if length.isascii() and length.isdigit() else None)
            except _Refused as refused:
                return _answer(str(refused), start_response)
        with self._reading if environ["REQUEST_METHOD"] in _READING else self._writing:
            return self._app(environ, start_response)

    def _replace_body(self, environ: Environ, length: int | None) -> None:
        if length is not None and length > self._most:
            return  # the application refuses it without reading
        body = self._wait_for(environ["wsgi.input"], str(environ.get("REMOTE_ADDR", "")))
        if length is not None and body.size < length:
            raise _Refused("400 Bad Request")
        environ["wsgi.input"] = BytesIO(b"".join(body.pieces))
        environ["CONTENT_LENGTH"] = str(body.size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)

    def _wait_for(self, source: Any, address: str) -> _Body:
        body = _Body(source, self._most)
        self._start(body, address if self._is_direct else "")
        if body.is_there.wait(PROMPT_SECONDS):
            return body
        if not self._waiting.acquire(blocking=False):
            raise _Refused("503 Service Unavailable")
        try:
            waited = 0.0
            while not body.is_there.wait(self._patience):
                waited += self._patience
                if body.size < waited * LEAST_BYTES_A_SECOND:
                    raise _Refused("408 Request Timeout")
        finally:
            self._waiting.release()
        return body

    def _start(self, body: _Body, address: str) -> None:
        with self._lock:
            is_full = sum(self._missing.values()) >= MISSING or (bool(address) and self._missing[address] >= MISSING_OF_ADDRESS)
            if is_full:
                raise _Refused("503 Service Unavailable")
            self._missing[address] += 1
        threading.Thread(target=self._fetch, args=(body, address), name="body", daemon=True).start()

    def _fetch(self, body: _Body, address: str) -> None:
        try:
            body.fetch()
        finally:
            with self._lock:
                self._missing[address] -= 1
                if not self._missing[address]:
                    del self._missing[address]


def _answer(status: str, start_response: Any) -> list[bytes]:
    text = f"{_ANSWERS[status]}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text))), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"), ("Connection", "close"),
    ]  # fmt: skip
    start_response(status, [*headers, ("Retry-After", "5")] if status.startswith("503") else headers)
    return [text]
