"""The WSGI layer before Flask: gives visitors the page that is kept, or keeps the one that Flask makes. Compresses all texts.

A request is a visitor's when it carries no session cookie and no credentials. What is kept says so itself (`marking`), is a 200 and
public; nothing else is ever stored, so that no page of one person reaches another. While one thread makes a page the others that want
the same wait for it.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.pagecache.changes import Changes
from app.pagecache.store import Kept, Store
from app.web.compressing import SUFFIX, matches, pick_encoding
from app.web.marking import CACHED, REPEATED, SHOWN

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]
# What is computed and not written (views, related threads, what was asked when) may be so old, in seconds.
LONGEST = 300.0
# Who waits longer than this for a page that somebody else makes makes it too.
PATIENCE = 5.0
_OWN = frozenset(("content-length", "etag", "content-encoding", "last-modified", "date", "vary"))


@dataclass(frozen=True, slots=True)
class Figures:
    """What the cache of this process did since it started, and what it holds: pages, and the bytes it reckons for them.

    `hits`: visitors who got a copy or a 304; `misses`: those whose answer Flask made, whether it may be kept or not.
    """

    hits: int
    misses: int
    pages: int
    bytes: int


class PageCache:
    """Wraps a WSGI application."""

    def __init__(
        self, app: App, *, changes: Changes, store: Store, cookie: str, passes: Callable[[Environ], bool] = lambda environ: False
    ) -> None:
        """`cookie`: the name of the session cookie; `passes`: requests that Flask must see although they are visitors'."""
        self._app, self._changes, self._store = app, changes, store
        self._cookie, self._passes = cookie + "=", passes
        self._making: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._hits = self._misses = 0

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not self._is_visitor(environ) or self._passes(environ):
            return self._app(environ, start_response)
        key = _key(environ)
        kept = self._current(key)
        if kept is None and environ["REQUEST_METHOD"] == "HEAD":
            return self._app(environ, start_response)
        if kept is None:
            with self._alone(key):
                kept = self._current(key)  # somebody may have made it since we looked
                if kept is None:
                    return self._make(key, environ, start_response)
        with self._lock:
            self._hits += 1
        for note in kept.notes:
            note(environ)
        return _answer(kept, environ, start_response)

    def figures(self) -> Figures:
        """Return what this process's cache did and holds."""
        return Figures(self._hits, self._misses, len(self._store), self._store.bytes)

    def _is_visitor(self, environ: Environ) -> bool:
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and self._cookie not in environ.get("HTTP_COOKIE", "")
            and "HTTP_AUTHORIZATION" not in environ
            and "HTTP_RANGE" not in environ
        )

    def _current(self, key: str) -> Kept | None:
        """Return the page that is kept, unless something it shows has changed until now."""
        kept = self._store.get(key)
        if kept is None or kept.until < time.monotonic():
            return None
        self._changes.look()
        return kept if self._changes.is_current(kept.shows, kept.moment) else None

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Let one thread at a time make the page of this key; the others wait for it first."""
        with self._lock:
            made = self._making.get(key)
            if made is None:
                self._making[key] = threading.Event()
        if made is not None:
            made.wait(PATIENCE)
            yield
            return
        try:
            yield
        finally:
            with self._lock:
                self._making.pop(key).set()

    def _make(self, key: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let Flask make the page, and keep it if it says so."""
        with self._lock:
            self._misses += 1
        moment = self._changes.look()
        environ[CACHED] = True
        started: list[Any] = []

        def remember(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = [status, headers]
            return _no_write

        pieces = self._app(environ, remember)
        status, headers = started
        if environ.get(SHOWN) is None or not _is_public(status, headers):
            start_response(status, headers)
            return pieces
        body = _join(pieces)
        kept = Kept(
            tuple((name, value) for name, value in headers if name.lower() not in _OWN),
            hashlib.blake2b(body, digest_size=12).hexdigest(),
            frozenset(environ[SHOWN]),
            moment,
            time.monotonic() + LONGEST,
            tuple(environ.get(REPEATED, ())),
            {"": body},
        )
        self._store.put(key, kept)
        return _answer(kept, environ, start_response)


def _no_write(data: bytes) -> None:
    raise RuntimeError("This way of answering is not used.")


def _key(environ: Environ) -> str:
    """Return what tells two pages apart: the whole address, as the application would see it."""
    parts = (
        environ.get("wsgi.url_scheme", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
    )
    return "\x1f".join(parts)


def _is_public(status: str, headers: list[tuple[str, str]]) -> bool:
    """Whether an answer may be given to anybody: a 200 that says so itself, with no cookie."""
    values = {name.lower(): value for name, value in headers}
    return status.startswith("200") and values.get("cache-control", "").startswith("public") and "set-cookie" not in values


def _join(pieces: Iterable[bytes]) -> bytes:
    try:
        return b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def _answer(kept: Kept, environ: Environ, start_response: Any) -> Iterable[bytes]:
    """Send a page that is kept, or 304 to whoever has it already."""
    encoding = pick_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    etag = f'"{kept.etag}{SUFFIX[encoding]}"'
    headers = [*kept.headers, ("ETag", etag), ("Vary", "Accept-Encoding, Cookie")]
    if matches(environ.get("HTTP_IF_NONE_MATCH", ""), kept.etag):
        start_response("304 Not Modified", [one for one in headers if one[0].lower() != "content-type"])
        return []
    body = kept.body(encoding)
    headers.append(("Content-Length", str(len(body))))
    if encoding:
        headers.append(("Content-Encoding", encoding))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
