"""Telling search engines what changed (IndexNow, https://www.indexnow.org): everything about it, and the only module that does.

A change asks for a job, which runs a little later, so that a lively thread is told of once. The job asks the page contract: only pages
that are to be indexed are told of, and those that are gone; nothing that was never public. Network only here, outside transactions.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from flask import Response

from app.core.clock import now
from app.core.errors import NotFound
from app.core.records import Struct
from app.forum.addresses import find_threads
from app.forum.events import ThreadChanged
from app.jobs.queue import GivenUpError, enqueue
from app.kb.addresses import find_articles
from app.kb.events import ArticlePublished, ArticleStateChanged
from app.web.access import public
from app.web.contract import Address, decide, index_policy
from app.web.marking import keep_page

JOB = "pages.indexnow"
WAIT = timedelta(minutes=10)
BATCH = 1_000  # addresses in one message; the protocol allows 10,000
TIMEOUT_SECONDS = 10.0
_TAKEN = (200, 202)
_REFUSED = {
    400: "says that the message is malformed",
    403: "could not read the key at {key_path}: is BASE_URL right, and can it be reached?",
    422: "says that the addresses do not belong to this host, or the key does not fit",
}
_FINDERS = {"thread": find_threads, "article": find_articles}


class IndexNowTerms(Struct, frozen=True):
    """The key of this site ('' for not telling anybody), where changes are told, and the address of the site."""

    key: str = ""
    url: str = ""
    base_url: str = ""

    @property
    def key_path(self) -> str:
        """Where search engines read the key, to see that whoever tells owns the site."""
        return f"/{self.key}.txt"


class IndexNowError(Exception):
    """The other side did not take a message this time."""


_terms = [IndexNowTerms()]


def use_indexnow_terms(terms: IndexNowTerms) -> None:
    """Tell changes on these terms from now on."""
    _terms[0] = terms


def _ask(kind: str, thing_id: int) -> None:
    if _terms[0].key:
        enqueue(JOB, {"kind": kind, "id": thing_id}, dedupe_key=f"{JOB}:{kind}:{thing_id}", delay=WAIT)


def on_thread(event: ThreadChanged) -> None:
    """A thread changed."""
    _ask("thread", event.thread_id)


def on_article(event: ArticlePublished | ArticleStateChanged) -> None:
    """An article has a new text or a new state."""
    _ask("article", event.article_id)


SUBSCRIPTIONS = ((ThreadChanged, on_thread), (ArticlePublished, on_article), (ArticleStateChanged, on_article))


def indexnow_job(payloads: list[dict[str, Any]]) -> None:
    """Tell of things that changed. Raises GivenUpError where trying again cannot help, IndexNowError to try again later."""
    terms = _terms[0]
    paths = paths_to_tell(payloads)
    if terms.key and paths:
        _send(terms, paths)


def paths_to_tell(payloads: Sequence[dict[str, Any]]) -> list[str]:
    """Return the paths of what is to be indexed, and of what was public and is gone."""
    found: list[Address] = []
    for kind, find in _FINDERS.items():
        ids = [int(one["id"]) for one in payloads if one["kind"] == kind]
        found += find(ids) if ids else []
    moment, policy = now(), index_policy()
    contracts = [(address.path, decide(address.facts, moment, policy)) for address in found]
    return [path for path, contract in contracts if contract.is_indexable or contract.status in (301, 410)]


def _send(terms: IndexNowTerms, paths: Sequence[str]) -> None:
    message = {
        "host": urlsplit(terms.base_url).netloc,
        "key": terms.key,
        "keyLocation": terms.base_url + terms.key_path,
        "urlList": [terms.base_url + path for path in paths],
    }
    status = _post(terms.url, json.dumps(message).encode())
    if status in _REFUSED:
        raise GivenUpError(f"IndexNow {_REFUSED[status].format(key_path=terms.key_path)} ({status}).")
    if status not in _TAKEN:
        raise IndexNowError(f"IndexNow answered {status}; {len(paths)} addresses are told again later.")


def _post(url: str, body: bytes) -> int:
    """Send JSON and return the status. Raises IndexNowError when nobody answers in time."""
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", parts.path or "/", body, {"Content-Type": "application/json; charset=utf-8"})
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise IndexNowError(f"IndexNow did not answer ({type(error).__name__}).") from error
    finally:
        connection.close()


@public
def indexnow_key() -> Response:
    """Show the key at its address, which exists on sites that have one."""
    if not _terms[0].key:
        raise NotFound
    keep_page()
    return Response(_terms[0].key, mimetype="text/plain")
