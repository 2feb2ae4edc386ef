"""Following every link of the site like a search engine, in process: what it gets, and what stands in the pages. Knows no database.

Pages are our own, so that plain patterns read them: texts in them are escaped, attributes quoted.
"""

import html
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import parse_qs, urljoin, urlsplit

from flask import Flask
from markupsafe import escape

from app.core.records import Struct, field

AGENT = "Mozilla/5.0 (compatible; Threadwell audit)"
REDIRECTS = (301, 302, 303, 307, 308)
_FILTERS = frozenset({"view", "tag", "category", "version"})
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_META_ROBOTS = re.compile(r'<meta name="robots" content="([^"]*)"')
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
_LINKS = re.compile(r'<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"')
_DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


class Answer(Struct, frozen=True):
    """What a visitor is answered at a path. `location`: where a redirect leads."""

    status: int
    mimetype: str = "text/html"
    text: str = ""
    location: str = ""


Fetch = Callable[[str], Answer]


class Visited(Struct):
    """What a crawler remembers of one path. `private`: texts found in it that nobody may read."""

    path: str
    status: int
    linked_from: str = ""
    location: str = ""
    is_page: bool = False
    title: str = ""
    robots: str = ""
    canonical: str = ""
    data: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def is_indexable(self) -> bool:
        return self.is_page and "noindex" not in self.robots


class Crawl(Struct):
    """What was found. `is_complete`: there were no more links to follow."""

    base_url: str
    found: dict[str, Visited] = field(default_factory=dict)
    is_complete: bool = True


def fetcher(app: Flask) -> Fetch:
    """Return what asks an application for its pages, as a visitor."""
    client = app.test_client(use_cookies=False)

    def fetch(path: str) -> Answer:
        response = client.get(path, headers={"User-Agent": AGENT})
        mimetype = response.mimetype or ""
        text = response.text if mimetype.startswith("text/") or "xml" in mimetype else ""
        return Answer(response.status_code, mimetype, text, response.headers.get("Location", ""))

    return fetch


def local(link: str, base_url: str, path: str = "/") -> str:
    """Return a link on a page as a path of the site (with query, without fragment), or '' for one that leads away."""
    address = urljoin(base_url + path, html.unescape(link)).partition("#")[0]
    return (
        (address.removeprefix(base_url) or "/")
        if address == base_url or address.startswith((f"{base_url}/", f"{base_url}?"))
        else ""
    )


def is_combination(path: str) -> bool:
    """Whether a list is chosen by several filters at once: there are thousands of those, and none is for search engines."""
    return len(_FILTERS & set(parse_qs(urlsplit(path).query))) > 1


def read_page(path: str, answer: Answer, base_url: str, private: Sequence[str] = (), linked_from: str = "") -> Visited:
    """Return what matters of an answer; `private` are texts that must stand nowhere."""
    leaked = tuple(text for text in private if text in answer.text or str(escape(text)) in answer.text) if answer.text else ()
    location = local(answer.location, base_url, path) if answer.status in REDIRECTS else ""
    visited = Visited(path, answer.status, linked_from, location, private=leaked)
    if answer.status != 200 or answer.mimetype != "text/html":
        return visited
    head = answer.text.partition("</head>")[0]
    visited.is_page = True
    visited.title, visited.robots = html.unescape(_first(_TITLE, head)).strip(), _first(_META_ROBOTS, head)
    visited.canonical = local(canonical, base_url, path) if (canonical := _first(_CANONICAL, head)) else ""
    visited.data = tuple(str(json.loads(text)["@type"]) for text in _DATA.findall(head))
    links = (local(link, base_url, path) for link in _LINKS.findall(answer.text))
    visited.links = tuple(dict.fromkeys(link for link in links if link))
    return visited


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def crawl(
    fetch: Fetch,
    base_url: str,
    *,
    private: Sequence[str] = (),
    most: int = 5_000,
    progress: Callable[[int, int], None] = lambda done, known: None,
    start: Iterable[str] = ("/",),
) -> Crawl:
    """Follow all links from the home page, at most `most` of them. `progress` hears how many are done, and how many are known."""
    result = Crawl(base_url)
    waiting = deque((path, "") for path in start)
    seen = {path for path, _from in waiting}
    while waiting:
        if len(result.found) >= most:
            result.is_complete = False
            break
        path, linked_from = waiting.popleft()
        visited = result.found[path] = read_page(path, fetch(path), base_url, private, linked_from)
        onward = [visited.location] if visited.location else visited.links
        for link in onward:
            if link not in seen and not is_combination(link):
                seen.add(link)
                waiting.append((link, path))
        progress(len(result.found), len(seen))
    return result
