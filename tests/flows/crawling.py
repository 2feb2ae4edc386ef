"""A search engine in small: follows every link of a site without cookies and keeps what it got. Knows nothing of the database."""

from __future__ import annotations

import gzip
import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import lxml.etree
import lxml.html
from flask import Flask

BASE = "http://community.test"
AGENT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
REDIRECTS = (301, 302, 303, 307, 308)


def path_of(address: str) -> str:
    """The path (with query, without fragment) of an absolute address of the site."""
    assert address.startswith(BASE), address
    return urldefrag(address)[0].removeprefix(BASE) or "/"


def is_combination(path: str) -> bool:
    """Whether a list is chosen by several filters at once: there are a thousand of those; one filter each is crawled."""
    return len({"view", "tag", "category"} & set(parse_qs(urlsplit(path).query))) > 1


@dataclass
class Fetched:
    """One answer of the site. `linked_from` is the page on which its address was found first."""

    path: str
    status: int
    mimetype: str
    headers: dict[str, str]
    text: str
    linked_from: str
    cookies: list[str] = field(default_factory=list)

    @property
    def is_page(self) -> bool:
        return self.status == 200 and self.mimetype == "text/html"

    @cached_property
    def tree(self) -> lxml.html.HtmlElement:
        return lxml.html.document_fromstring(self.text)

    @property
    def location(self) -> str:
        return path_of(urljoin(BASE + self.path, self.headers["Location"]))

    def first(self, expression: str) -> str:
        found = self.tree.xpath(expression)
        return str(found[0]).strip() if found else ""

    @property
    def title(self) -> str:
        return self.first("//head/title/text()")

    @property
    def description(self) -> str:
        return self.first("//head/meta[@name='description']/@content")

    @property
    def canonical(self) -> str:
        return self.first("//head/link[@rel='canonical']/@href")

    @property
    def is_indexable(self) -> bool:
        return self.is_page and "noindex" not in self.first("//head/meta[@name='robots']/@content")

    @property
    def jsonld(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.tree.xpath("//script[@type='application/ld+json']/text()")]

    def data_of(self, kind: str) -> list[dict[str, Any]]:
        """The structured data of one type on the page."""
        return [data for data in self.jsonld if data["@type"] == kind]

    def links(self) -> Iterator[str]:
        """Paths of the site that the page links to: pages, images and, in the head, feeds, styles, scripts and its own address."""
        found = self.tree.xpath("//a/@href|//head/link[@rel='canonical' or @rel='prev' or @rel='next' or @rel='search']/@href")
        found += self.tree.xpath("//head/link[@rel='alternate' or @rel='manifest' or @rel='stylesheet' or @rel='icon']/@href")
        found += self.tree.xpath("//img/@src|//script/@src")
        for link in set(found):
            address = urldefrag(urljoin(BASE + self.path, link))[0]
            if urlsplit(address).netloc == urlsplit(BASE).netloc:
                yield path_of(address)


class Crawl:
    """Everything that can be reached from the home page by links. The first address that leads to a page names it."""

    def __init__(self, app: Flask, start: str = "/", at_most: int = 5000) -> None:
        self.app = app
        self.client = app.test_client(use_cookies=False)
        self.found: dict[str, Fetched] = {}
        self.links_to: Counter[str] = Counter()
        waiting: deque[tuple[str, str]] = deque([(start, "")])
        seen = {start}
        while waiting:
            path, linked_from = waiting.popleft()
            answer = self.fetch(path, linked_from)
            self.found[path] = answer
            assert len(self.found) <= at_most, f"endless: {path} from {linked_from}"
            onward = set(answer.links()) if answer.is_page else set()
            if answer.status in REDIRECTS:
                onward = {answer.location}
            self.links_to.update(onward)
            for link in sorted(link for link in onward - seen if not is_combination(link)):
                seen.add(link)
                waiting.append((link, path))

    def fetch(self, path: str, linked_from: str = "", **headers: str) -> Fetched:
        """Get an address like a crawler."""
        given = {"User-Agent": AGENT} | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.get(path, headers=given)
        mimetype = answer.mimetype or ""
        if mimetype == "application/gzip":
            text = gzip.decompress(answer.data).decode() if answer.data else ""
        else:
            text = answer.text if mimetype.startswith("text/") or "xml" in mimetype or "json" in mimetype else ""
        cookies = answer.headers.getlist("Set-Cookie")
        return Fetched(path, answer.status_code, mimetype, dict(answer.headers), text, linked_from, cookies)

    @property
    def pages(self) -> list[Fetched]:
        """All HTML pages."""
        return [answer for answer in self.found.values() if answer.is_page]

    @property
    def indexable(self) -> list[Fetched]:
        """The pages a search engine may show."""
        return [page for page in self.pages if page.is_indexable]

    def sitemap(self) -> dict[str, str]:
        """The paths that the sitemap lists, with the file each stands in."""
        index = lxml.etree.fromstring(self.fetch("/sitemap.xml").text.encode())
        files = [path_of(loc) for loc in index.xpath("//*[local-name()='sitemap']/*[local-name()='loc']/text()")]
        listed: dict[str, str] = {}
        for file in files:
            tree = lxml.etree.fromstring(self.fetch(file).text.encode())
            for loc in tree.xpath("//*[local-name()='url']/*[local-name()='loc']/text()"):
                assert path_of(loc) not in listed, f"{loc} is listed twice"
                listed[path_of(loc)] = file
        return listed
