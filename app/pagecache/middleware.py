"""The WSGI layer before Flask: gives visitors the page that is kept, or keeps the one that Flask makes. Compresses all texts.

A request is a visitor's when it carries no session cookie and no credentials. What is kept says so itself (`marking`), is a 200 and
public; nothing else is ever stored, so that no page of one person reaches another. While one thread makes a page the others that want
the same wait for it.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

from app.core.records import Struct
from app.pagecache.changes import LONGEST, Changes
from app.pagecache.store import Kept, Store
from app.web.compressing import SUFFIX, compress, matches, pick_encoding
from app.web.headers import tag_of
from app.web.marking import CACHED, REPEATED, SHOWN, UNTIL

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]
# What is compressed already is sent as it is.
PACKED = "application/gzip"
# Who waits longer than this for a page that somebody else makes makes it too.
PATIENCE = 5.0
_OWN = frozenset(("content-length", "etag", "content-encoding", "date", "vary"))


class Figures(Struct, frozen=True):
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
        self, app: App, *, changes: Changes, store: Store[Kept], cookie: str, passes: Callable[[Environ], bool] = lambda environ: False,
        language: Callable[[Environ], str] = lambda environ: "",
    ) -> None:  # fmt: skip
        """`cookie`: the name of the session cookie; `passes`: requests that Flask must see although they are visitors';
        `language`: what the answer to a visitor is written in, so that each language has copies of its own.
        """
        self._app, self._changes, self._store = app, changes, store
        self._cookie, self._passes, self._language = cookie + "=", passes, language
        self._making: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._hits = self._misses = 0

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not self._is_visitor(environ) or self._passes(environ):
            return self._app(environ, start_response)
        key = _key(environ, self._language(environ))
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
        form = _form(environ, kept.is_packed)
        if form not in kept.bodies:
            kept.body(form)
            self._store.put(key, kept)
        return _answer(kept, form, environ, start_response)

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
        is_packed = _value(headers, "content-type") == PACKED
        form = _form(environ, is_packed)
        kept = Kept(
            (*((name, value) for name, value in headers if name.lower() not in _OWN), ("Vary", _varies(headers))),
            tag_of(body),
            frozenset(environ[SHOWN]),
            moment,
            min(time.monotonic() + LONGEST, environ.get(UNTIL, math.inf)),
            tuple(environ.get(REPEATED, ())),
            {form: compress(body, form)},
            _seconds(_value(headers, "last-modified")),
            is_packed,
        )
        self._store.put(key, kept)
        return _answer(kept, form, environ, start_response)


def _no_write(data: bytes) -> None:
    raise RuntimeError("This way of answering is not used.")


def _key(environ: Environ, language: str) -> str:
    """Return what tells two pages apart: the whole address, as the application would see it, and the language."""
    parts = (
        language,
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


def _is_known(kept: Kept, environ: Environ) -> bool:
    """Whether the client has the page already: by its tag, or where it names none, by the date of its last change."""
    tags = environ.get("HTTP_IF_NONE_MATCH", "")
    if tags or not kept.changed_at:
        return matches(tags, kept.etag)
    return kept.changed_at <= _seconds(environ.get("HTTP_IF_MODIFIED_SINCE", ""))


def _seconds(date: str) -> float:
    """Return a date of HTTP in seconds since 1970; 0 for none and for what is no date."""
    try:
        return parsedate_to_datetime(date).timestamp() if date else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _value(headers: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _varies(headers: list[tuple[str, str]]) -> str:
    """Return what a copy depends on: how it is packed, whether somebody is signed in, and its language if Flask says so."""
    is_spoken = any(name.lower() == "vary" and "accept-language" in value.lower() for name, value in headers)
    return "Accept-Encoding, Cookie, Accept-Language" if is_spoken else "Accept-Encoding, Cookie"


def _join(pieces: Iterable[bytes]) -> bytes:
    try:
        return b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def _form(environ: Environ, is_packed: bool) -> str:
    """Return the encoding in which a client gets a page; what is packed already is sent as it is."""
    return "" if is_packed else pick_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))


def _answer(kept: Kept, encoding: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
    """Send a page that is kept in an encoding, or 304 to whoever has it already."""
    etag = f'"{kept.etag}{SUFFIX[encoding]}"'
    headers = [*kept.headers, ("ETag", etag)]
    if _is_known(kept, environ):
        start_response("304 Not Modified", [one for one in headers if one[0].lower() != "content-type"])
        return []
    body = kept.body(encoding)
    headers.append(("Content-Length", str(len(body))))
    if encoding:
        headers.append(("Content-Encoding", encoding))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
