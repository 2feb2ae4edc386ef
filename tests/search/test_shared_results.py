"""Pages of results that readers share: what each would see alone, never older than a change, every search noted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum import indexing
from app.forum.models import Category, Thread
from app.pagecache.sharing import SharedPages
from app.search import aliases
from app.search.engines.whoosh import WhooshEngine
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_answer, make_category, make_person, make_thread
from tests.pagecache.installed import page_cache

PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
VARYING = re.compile(r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"')


@pytest.fixture(params=[0, 8])
def pages(app: Flask, engine: WhooshEngine, request: pytest.FixtureRequest) -> Iterator[SharedPages]:
    """The shared pages, without and with the cache in front."""
    with page_cache(app, page_cache_mb=request.param):
        yield app.extensions["shared_pages"]


@pytest.fixture
def thread(engine: WhooshEngine) -> Thread:
    made = make_thread(make_person("ada"), "Why does the pump hum?", text="It hums at night.")
    make_answer(made, make_person("helper"), text="Prime the pump.")
    index(engine, made)
    return made


def index(engine: WhooshEngine, *threads: Thread) -> None:
    engine.apply(list(indexing.load_many([thread.id for thread in threads]).values()), ())


def change(entity: type[Thread] | type[Category], number: int, **values: object) -> None:
    with unit_of_work():
        db.session.execute(sa.update(entity).where(entity.id == number).values(values))


def notes(app: Flask) -> list[tuple[str, int, list[list[str]]]]:
    return [(note.text, note.hits, note.shown) for note in app.extensions["search_ledger"].take()]


def test_who_asks_again_gets_the_page_that_they_would_get_alone(app: Flask, pages: SharedPages, thread: Thread):
    visitor, member = Browser(app), Browser(app).sign_in(make_person("nina", display_name="Canary"))
    for browser, most in ((visitor, 1), (member, 2)):
        with assert_queries(at_most=3):  # who is asking, the threads, the names of categories
            first = browser.get("/search?q=pump+hum").text
        with assert_queries(at_most=1):  # who is asking
            again = browser.get("/search?q=pump+hum").text
        kept = app.extensions.pop("shared_pages")
        alone = browser.get("/search?q=pump+hum").text
        app.extensions["shared_pages"] = kept
        assert len({VARYING.sub("", page) for page in (first, again, alone)}) == 1
        assert len(pages) == most and "<mark>pump</mark>" in again
    assert "Canary" in again and b"Canary" not in b"".join(part for page in pages._store._pages.values() for part in page.parts())


def test_each_reader_of_a_shared_page_is_noted(app: Flask, pages: SharedPages, thread: Thread):
    for _again in range(3):
        Browser(app).get("/search?q=pump", headers=PERSON)
    Browser(app).get("/search?q=pump", headers={"User-Agent": "curl/8"})
    Browser(app).get("/search?status=solved", headers=PERSON)
    assert notes(app) == [("pump", 1, [[f"t{thread.id}"]])] * 3


def test_a_change_is_seen_at_once(app: Flask, pages: SharedPages, thread: Thread, engine: WhooshEngine):
    def shown() -> str:
        return Browser(app).get("/search?q=pump").text

    assert "The Hall" not in shown() + shown()
    change(Category, thread.category_id, name="The Hall")
    assert "The Hall" in shown()
    change(Thread, thread.id, title="The pump is loud")
    assert "<mark>pump</mark> is loud" in shown()
    index(engine, make_thread(title="Another pump"))
    assert "Another <mark>pump</mark>" in shown()
    change(Thread, thread.id, hidden_at=now())
    assert "is loud" not in shown() and "Another" in shown()


def test_new_aliases_count_for_what_was_asked_before(app: Flask, pages: SharedPages, thread: Thread):
    assert "Nothing found" in Browser(app).get("/search?q=impeller").text
    aliases._use((("impeller", "pump", False),))
    assert "<mark>pump</mark>" in Browser(app).get("/search?q=impeller").text
    aliases.forget()
    assert "Nothing found" in Browser(app).get("/search?q=impeller").text


def test_nobody_gets_what_only_others_may_read(app: Flask, pages: SharedPages, thread: Thread, engine: WhooshEngine):
    inner = [
        make_thread(title=f"CANARY pump of {audience}", category=make_category(audience, audience=audience))
        for audience in ("members", "staff")
    ]
    index(engine, *inner)
    people = [Browser(app).sign_in(make_person(role, role=role)) for role in ("admin", "staff", "moderator", "member")]
    for _again in range(2):
        for browser, most in zip((*people, Browser(app)), (2, 2, 1, 1, 0), strict=True):
            assert len(set(re.findall("CANARY <mark>pump</mark> of \\w+", browser.get("/search?q=pump").text))) == most
    assert len(pages) == 2  # of members and of visitors


def test_a_message_stands_on_a_page_of_ones_own(app: Flask, pages: SharedPages, thread: Thread):
    told, other = (Browser(app).sign_in(make_person(name)) for name in ("told", "other"))
    with told.client.session_transaction() as session:
        session["_flashes"] = [("message", "Only for you")]
    assert "Only for you" in told.get("/search?q=pump").text and not len(pages)
    for browser in (told, other):
        assert "Only for you" not in browser.get("/search?q=pump").text
