"""Every page speaks the reader's language: fetched in one whose every text stands in brackets, nothing but content is outside of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import lxml.html
import pytest
import sqlalchemy as sa
from babel import Locale
from babel.dates import get_month_names
from flask import Flask
from lxml import etree
from werkzeug.routing import Rule

from app.core import i18n
from app.core.db import db
from app.insights.knowledge_metrics import ALL_METRICS
from app.kb.forms import LANGUAGES as TEXT_LANGUAGES
from app.pages.crawlers import AI_CRAWLERS
from app.pages.operations import installed_versions
from app.web import languages
from app.web.context import site_settings
from app.web.translating import environment_in
from tests.flows.test_every_route import PAGES, access_of, address
from tests.flows.world import build_world

pytestmark = pytest.mark.usefixtures("engine")
LANGUAGE = "eo"  # nobody's here, but Babel knows it
PLACE = re.compile(r"(%\(\w+\)s)")
# Whose page it is; what is public looks different to those who may do more.
READER = {"public": "visitor", "members": "member"}
ALSO_SEEN_BY = {
    "member": ("/", "/questions/<id:thread_id>/<slug>", "/kb/<section>/<slug>", "/people/<name>", "/search", "/ask"),
    "admin": ("/", "/questions/<id:thread_id>/<slug>", "/kb/<section>/<slug>", "/people/<name>"),
}
# Developers, and programs.
NOT_FOR_PEOPLE = ("/style", "/api/", "/assets")
SILENT = ("script", "style", "svg", "code", "pre", "kbd", "textarea")
READ_ALOUD = ("aria-label", "aria-description", "title", "placeholder", "alt")
IN_HEAD = ("description", "og:title", "og:description")
# Columns that hold keys: a page that shows one says it to nobody.
KEYS = re.compile(r"(kind|state|status|role|action|audience|measure|decision|change|check_name|verdict)$")
# Keys of figures in their formulas, single words of the world and of the installation; addresses.
KNOWN = re.compile(rf"\b(?:[a-z]+(?:_[a-z0-9]+)+|{'|'.join(ALL_METRICS)}|UTC|whoosh|mail\.send|Many)\b")
ADDRESS = re.compile(r"/[\w./-]+")
NAMES_OF_MONTHS = [name for width in ("wide", "abbreviated") for name in get_month_names(width, locale="en").values()]
MONTHS = re.compile(rf"\b(?:{'|'.join(NAMES_OF_MONTHS)})\b")
WORD = re.compile(r"[^\W\d_]{2}")
BLOCKS = frozenset(
    ("p", "li", "h1", "h2", "h3", "h4", "td", "th", "dt", "dd", "div", "section", "nav", "label", "legend", "summary", "option", "button", "title")
)  # fmt: skip


class Bracketed(i18n.Speech):
    """A language that says everything in brackets, and the values in it outside of them."""

    separator = ","
    locale = Locale.parse("en")  # type: ignore[assignment]

    def text(self, message: str) -> str:
        return "".join(part if PLACE.fullmatch(part) or not part else f"⟦{part}⟧" for part in PLACE.split(message))

    def text_in(self, context: str, message: str) -> str:
        return self.text(message)

    def form(self, singular: str, plural: str, number: int) -> str:
        return self.text(singular if number == 1 else plural)


def outside(text: str) -> Iterator[str]:
    """Yield what stands outside of the brackets."""
    depth = 0
    for part in re.split(r"([⟦⟧])", text):
        if part in "⟦⟧" and part:
            depth = max(0, depth + (1 if part == "⟦" else -1))
        elif depth == 0:
            yield from (line.strip() for line in part.split("\n"))


def said(page: lxml.html.HtmlElement) -> Iterator[str]:
    """Yield what a page says, a block at a time, and what is read aloud or shown on the way."""
    for element in page.iter(etree.Element):
        yield from (element.get(name, "") for name in READ_ALOUD)
        if element.tag == "meta" and element.get("name", element.get("property")) in IN_HEAD:
            yield element.get("content", "")
    etree.strip_elements(page, *SILENT, with_tail=False)
    pieces: list[str] = []
    for event, element in etree.iterwalk(page, events=("start", "end")):
        text = element.text if event == "start" else element.tail
        pieces += ["\0" if element.tag in BLOCKS else "\n", text or ""]
    yield from "".join(pieces).split("\0")


def written() -> list[str]:
    """Return what people wrote and what things are called, the longest first."""
    found = {
        site_settings().site_name,
        str(site_settings().instance_path),
        site_settings().base_url,
    }
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, sa.String) and not KEYS.search(column.name):
                found.update(str(text).strip() for text in db.session.scalars(sa.select(column).distinct()) if text)
    found |= {name for name, _tag in i18n._NAMES.values()} | {name for _code, name in TEXT_LANGUAGES}
    found |= {one.token for one in AI_CRAWLERS} | {one.owner for one in AI_CRAWLERS} | {one.name for one in installed_versions()}
    return sorted((text for text in found if len(text) > 2), key=len, reverse=True)


def is_speech(text: str, content: list[str]) -> bool:
    """Whether words are left when content, names and dates are taken away."""
    left = MONTHS.sub("", KNOWN.sub(" ", text))
    for one in content:
        if not WORD.search(left):
            return False
        left = left.replace(one, " ")
    return bool(WORD.search(ADDRESS.sub(" ", left)))


def pages(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Yield who opens which page: each of them once, and what most people see as others see it, too."""
    for rule in PAGES:
        if rule.defaults or rule.rule.startswith(NOT_FOR_PEOPLE):
            continue
        reader = READER.get(access_of(app, rule), "admin")
        yield from ((role, rule) for role in (reader, *(role for role, seen in ALSO_SEEN_BY.items() if rule.rule in seen)))


def test_pages_say_nothing_but_messages_and_content(app: Flask, monkeypatch: pytest.MonkeyPatch):
    world = build_world(app)
    monkeypatch.setitem(i18n._speeches, LANGUAGE, Bracketed(LANGUAGE))
    monkeypatch.setitem(app.extensions["templates"], LANGUAGE, environment_in(app.jinja_env, LANGUAGE))
    monkeypatch.setattr(languages, "choose_language", lambda *_: LANGUAGE)
    bare: dict[str, set[str]] = defaultdict(set)
    for role, rule in pages(app):
        response = world.client(role).get(address(rule, world.parts), headers={"Accept-Language": LANGUAGE})
        if response.mimetype == "text/html" and response.text and not response.location:
            for text in said(lxml.html.document_fromstring(response.text)):
                for words in outside(text):
                    bare[words].add(f"{role} {rule.rule}")
    content = written()
    found = [f"{words!r}: {', '.join(sorted(where)[:2])}" for words, where in bare.items() if is_speech(words, content)]
    assert not found, "\n".join(found)


def test_what_is_not_a_message_is_found():
    page = lxml.html.document_fromstring(
        "<title>⟦Hello ⟧Ada</title><p title='Oops'>⟦Read <a href='#'>⟧Pumps⟦</a> first.⟧</p><p>Asked <b>⟦by ⟧</b>Ada, Nov 3, 2026</p>"
    )
    heard = {words for text in said(page) for words in outside(text) if is_speech(words, ["Ada", "Pumps"])}
    assert heard == {"Oops", "Asked"}
