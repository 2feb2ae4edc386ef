"""The cache in front of small WSGI applications: who gets a copy, in which form, and who never does."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import brotli
import pytest
from sqlalchemy.exc import OperationalError

from app.pagecache.changes import Changes
from app.pagecache.installing import widen
from app.pagecache.middleware import PageCache
from app.pagecache.store import Kept, Store
from app.web.marking import REPEATED, SHOWN

PUBLIC = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "public, max-age=0, must-revalidate")]
BODY = b"<p>water</p>" * 200


class FakeFeed:
    """A log of changes in memory."""

    def __init__(self) -> None:
        self.tags: list[str] | None = []
        self.error: Exception | None = None

    def read(self) -> list[str] | None:
        if self.error is not None:
            raise self.error
        found, self.tags = self.tags, []
        return found

    def close(self) -> None:
        self.tags = []


class Site:
    """An application that counts how often it is asked, behind a cache."""

    def __init__(self, most_bytes: int = 1_000_000, **values: Any) -> None:
        self.asked = 0
        self.feed = FakeFeed()
        self.shows: set[str] | None = {"thread:1"}
        self.status, self.headers, self.body = "200 OK", list(PUBLIC), BODY
        self.readers: list[str] = []
        self.before: Callable[[], object] = lambda: None
        self.changes = Changes(self.feed, widen)
        self.cache = PageCache(self.make, changes=self.changes, store=Store(most_bytes), cookie="threadwell", **values)

    def make(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        self.before()
        if self.shows is not None:
            environ[SHOWN] = set(self.shows)
        environ[REPEATED] = [lambda one: self.readers.append(one["REMOTE_ADDR"])]
        start_response(self.status, list(self.headers))
        return [self.body[:5], self.body[5:]]

    def get(self, path: str = "/", method: str = "GET", **headers: str) -> tuple[str, dict[str, str], bytes]:
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "h", "wsgi.url_scheme": "http",
            "REMOTE_ADDR": "1.2.3.4", **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }  # fmt: skip
        started: list[Any] = []
        body = b"".join(self.cache(environ, lambda status, sent, exc=None: started.extend((status, dict(sent)))))
        return started[0], started[1], body


def test_a_page_is_made_once_and_given_to_every_visitor():
    site = Site()
    for _time in range(3):
        status, headers, body = site.get()
        assert (status, body, headers["Content-Length"]) == ("200 OK", BODY, str(len(BODY)))
    assert site.asked == 1
    assert site.readers == ["1.2.3.4"] * 2  # who got a copy; the application itself saw the first


def test_a_change_of_what_a_page_shows_ends_it_and_others_do_not():
    site = Site()
    site.get()
    site.feed.tags = ["thread:2", "article:1"]
    site.get()
    assert site.asked == 1
    site.feed.tags = ["thread:1"]
    site.get()
    assert site.asked == 2


def test_a_list_ends_when_any_thread_changes():
    site = Site()
    site.shows = {"threads"}
    site.get()
    site.feed.tags = ["thread:7"]
    site.get()
    assert site.asked == 2


def test_a_change_while_the_page_is_made_ends_it():
    site = Site()
    site.before = lambda: setattr(site.feed, "tags", ["thread:1"])
    site.get()
    site.before = lambda: None
    site.get()
    assert site.asked == 2
    site.get()
    assert site.asked == 2


def test_too_many_changes_end_everything():
    site = Site()
    site.get()
    site.feed.tags = None
    site.get()
    assert site.asked == 2


@pytest.mark.parametrize(
    "headers",
    [{"cookie": "a=b; threadwell=secret"}, {"authorization": "Bearer x"}, {"range": "bytes=0-1"}],
    ids=lambda one: next(iter(one)),
)
def test_who_may_be_somebody_is_never_given_a_copy_and_leaves_none(headers: dict[str, str]):
    site = Site()
    site.get(**headers)
    site.get(**headers)
    assert site.asked == 2
    site.get()
    site.get(**headers)
    assert site.asked == 4


def test_while_the_log_cannot_be_read_the_application_is_asked_and_answers():
    site = Site()
    site.get()
    site.feed.error = OperationalError("SELECT", {}, Exception("server closed the connection"))
    site.status = "503 Service Unavailable"
    assert site.get()[0] == site.get()[0] == "503 Service Unavailable"
    site.feed.error, site.status = None, "200 OK"
    assert site.get()[0] == site.get()[0] == "200 OK"
    assert site.asked == 4


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered_from_the_cache(method: str):
    site = Site()
    site.get()
    site.get(method=method)
    assert site.asked == 2


@pytest.mark.parametrize(
    ("status", "headers", "shows"),
    [
        ("404 NOT FOUND", PUBLIC, {"thread:1"}),
        ("302 FOUND", PUBLIC, {"thread:1"}),
        ("200 OK", [("Cache-Control", "private, no-store")], {"thread:1"}),
        ("200 OK", [*PUBLIC, ("Set-Cookie", "threadwell=x")], {"thread:1"}),
        ("200 OK", PUBLIC, None),
    ],
    ids=["not found", "redirect", "private", "cookie", "not marked"],
)
def test_what_is_not_for_everybody_is_not_kept(status: str, headers: list[tuple[str, str]], shows: set[str] | None):
    site = Site()
    site.status, site.headers, site.shows = status, headers, shows
    assert site.get()[0] == status
    assert site.get()[2] == BODY
    assert site.asked == 2


def test_each_address_is_another_page():
    site = Site()
    for path in ("/a", "/b", "/a?page=2", "/a?page=3"):
        site.get(path)
    assert site.asked == 4


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("", "", bytes), ("identity", "", bytes), ("gzip, deflate", "gzip", gzip.decompress), ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("gzip, deflate, br", "br", brotli.decompress), ("gzip;q=0", "", bytes),
    ],
)  # fmt: skip
def test_each_client_gets_the_form_it_accepts(accepted: str, encoding: str, unpack: Callable[[bytes], bytes]):
    site = Site()
    for _time in range(2):
        _status, headers, body = site.get(accept_encoding=accepted)
        assert headers.get("Content-Encoding", "") == encoding
        assert unpack(body) == BODY
        assert "Accept-Encoding" in headers["Vary"] and "Cookie" in headers["Vary"]


def test_who_has_the_page_is_told_so_whatever_its_form():
    site = Site()
    tags = {site.get(accept_encoding=form)[1]["ETag"] for form in ("", "gzip", "br")}
    assert len(tags) == 3
    for tag in tags:
        status, headers, body = site.get(if_none_match=f'"other", W/{tag}', accept_encoding="br")
        assert (status, body, "Content-Length" in headers) == ("304 Not Modified", b"", False)
        assert headers["ETag"] in tags and headers["Cache-Control"].startswith("public")
    site.body, site.feed.tags = BODY + b"!", ["thread:1"]
    assert site.get(if_none_match=", ".join(tags))[0] == "200 OK"


def test_head_has_the_headers_of_a_copy_and_no_body():
    site = Site()
    assert site.get(method="HEAD")[2] == BODY  # nothing is kept yet: the application answers (and a server drops the body)
    site.get()
    status, headers, body = site.get(method="HEAD")
    assert (status, headers["Content-Length"], body, site.asked) == ("200 OK", str(len(BODY)), b"", 2)


def test_requests_that_must_be_seen_pass():
    site = Site(passes=lambda environ: "HTTP_REFERER" in environ)
    site.get()
    site.get(referer="http://h/search?q=x")
    assert site.asked == 2


def test_many_who_want_the_same_page_wait_for_one_that_makes_it():
    site = Site()
    site.before = lambda: time.sleep(0.1)
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(site.get()[2])) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (site.asked, answers) == (1, [BODY] * 8)


def test_who_is_just_too_late_to_wait_takes_what_was_made():
    site = Site()
    site.get()
    site.feed.tags = ["thread:1"]
    alone = site.cache._alone

    def let_another_go_first(key: str) -> Any:
        site.cache._alone = alone  # type: ignore[method-assign]
        site.get()
        return alone(key)

    site.cache._alone = let_another_go_first  # type: ignore[method-assign]
    assert site.get()[2] == BODY
    assert site.asked == 2


def test_whoever_asks_by_date_is_answered_by_the_last_change_unless_a_tag_says_more():
    site = Site()
    changed = "Fri, 20 Nov 2026 10:00:00 GMT"
    site.headers.append(("Last-Modified", changed))
    tag = site.get()[1]["ETag"]
    assert site.get()[1]["Last-Modified"] == changed
    asked = {
        changed: "304", "Sat, 21 Nov 2026 10:00:00 GMT": "304", "Fri, 20 Nov 2026 09:59:59 GMT": "200", "yesterday": "200", "": "200",
    }  # fmt: skip
    for date, status in asked.items():
        assert site.get(If_Modified_Since=date)[0].startswith(status), date
    assert site.get(If_Modified_Since=changed, If_None_Match='"other"')[0].startswith("200")
    assert site.get(If_Modified_Since="Fri, 20 Nov 2020 10:00:00 GMT", If_None_Match=tag)[0].startswith("304")
    assert site.asked == 1


def test_a_form_that_was_not_asked_for_before_is_made_of_one_that_is_kept_and_counted():
    site = Site()
    site.get(Accept_Encoding="br")
    (page,) = site.cache._store._pages.values()
    assert list(page.bodies) == ["br"] and site.cache._store.bytes == page.size
    assert gzip.decompress(site.get(Accept_Encoding="gzip")[2]) == BODY
    assert site.get(Accept_Encoding="identity")[2] == BODY
    assert list(page.bodies) == ["br", "gzip", ""] and site.cache._store.bytes == page.size
    assert site.asked == 1


def test_what_is_packed_already_is_sent_as_it_is():
    site = Site()
    site.headers[0], site.body = ("Content-Type", "application/gzip"), gzip.compress(BODY)
    for _ in range(2):
        _status, headers, body = site.get(Accept_Encoding="gzip, br")
        assert body == site.body and "Content-Encoding" not in headers


def test_a_failure_while_a_page_is_made_keeps_nobody_waiting():
    site = Site()

    def fail() -> None:
        raise RuntimeError("broken")

    site.before = fail
    with pytest.raises(RuntimeError):
        site.get()
    site.before = lambda: None
    assert site.get()[0] == "200 OK"


def kept(size: int) -> Kept:
    return Kept((), "tag", frozenset(), 1, 0.0, (), {"": b"x" * size})


def test_the_store_lets_go_of_what_was_not_asked_for():
    store = Store(12_000)
    for name in "abcf":
        store.put(name, kept(1_000))
    assert store.get("a") is not None
    store.put("d", kept(1_000))
    store.put("e", kept(1_000))
    assert store.get("a") is not None and store.get("b") is None
    store.put("d", kept(600))
    assert store.bytes == sum(page.size for page in store._pages.values())
    store.put("huge", kept(9_000))
    assert store.get("huge") is None and store.get("e") is not None


def test_readers_of_a_language_get_copies_in_it_and_of_no_other():
    site = Site(language=lambda environ: environ.get("HTTP_ACCEPT_LANGUAGE", "en")[:2])
    site.headers.append(("Vary", "Accept-Language"))
    bodies: dict[str, bytes] = {}
    for asked in ("en", "de", "zh", "de-AT", "en-GB", "zh-TW"):
        site.body = f"<p>said in {asked[:2]}, for the first who asks</p>".encode()
        _status, headers, body = site.get(accept_language=asked)
        assert body == bodies.setdefault(asked[:2], body)
        assert f"said in {asked[:2]}".encode() in body
        assert headers["Vary"] == "Accept-Encoding, Cookie, Accept-Language"
        assert site.get(accept_language=asked, if_none_match=headers["ETag"])[0].startswith("304")
    assert (site.asked, len(set(bodies.values()))) == (3, 3)
