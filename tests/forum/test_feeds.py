"""Atom feeds: well-formed, absolute, public only, and unchanged as long as nothing changes."""

from __future__ import annotations

import re

import lxml.etree
import pytest
from flask.testing import FlaskClient

from app.core.clock import now
from tests.client import Browser
from tests.factories import make_answer, make_article, make_category, make_person, make_question, make_thread

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def parse(client: FlaskClient, path: str) -> lxml.etree._Element:
    """Get a feed and check what every Atom feed must have."""
    response = client.get(path)
    assert response.status_code == 200, path
    assert response.mimetype == "application/atom+xml"
    feed = lxml.etree.fromstring(response.data)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    ids = feed.xpath("//a:id/text()", namespaces=ATOM)
    assert len(ids) == len(set(ids))
    for element in (feed, *feed.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"a:{name}", namespaces=ATOM), (path, name)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(element.findtext("a:updated", namespaces=ATOM)))
        assert element.findtext("a:author/a:name", namespaces=ATOM)
    for href in feed.xpath("//a:link/@href", namespaces=ATOM):
        assert href.startswith("http://community.test/"), href
    return feed


def entry_titles(feed: lxml.etree._Element) -> list[str]:
    return [str(title) for title in feed.xpath("//a:entry/a:title/text()", namespaces=ATOM)]


def test_the_site_feed_lists_threads_and_articles(client: FlaskClient) -> None:
    make_question(title="Fish & <chips> in 水泵", text="A *question* with <b>markup</b>", tags=("pump",))
    make_article("Priming a pump")
    feed = parse(client, "/feed.atom")
    assert set(entry_titles(feed)) == {"Fish & <chips> in 水泵", "Priming a pump"}
    assert "<em>question</em>" in feed.xpath("string(//a:entry[a:category]/a:content)", namespaces=ATOM)
    assert feed.xpath("//a:category/@term", namespaces=ATOM) == ["pump"]


def test_an_empty_feed_is_valid_and_stable(client: FlaskClient) -> None:
    feed = parse(client, "/feed.atom")
    assert entry_titles(feed) == []
    assert client.get("/feed.atom").data == client.get("/feed.atom").data


def test_the_feed_of_a_thread_lists_its_visible_posts(client: FlaskClient) -> None:
    thread = make_question(title="It leaks")
    make_answer(thread, text="Tighten the nut.")
    make_answer(thread, text="Canary hidden", hidden_at=now())
    make_answer(thread, text="Canary held", held_at=now())
    assert set(entry_titles(parse(client, f"/questions/{thread.id}/feed.atom"))) == {"It leaks", "Tighten the nut."}
    talk = make_thread(kind="discussion")
    assert client.get(f"/questions/{talk.id}/feed.atom").location == f"/discussions/{talk.id}/feed.atom"
    parse(client, f"/discussions/{talk.id}/feed.atom")


def test_feeds_of_a_category_and_a_tag_list_their_threads(client: FlaskClient) -> None:
    make_question(title="In the category", category=make_category("boards"), tags=("c++",))
    make_question(title="Elsewhere")
    assert entry_titles(parse(client, "/c/boards/feed.atom")) == ["In the category"]
    assert entry_titles(parse(client, "/tags/c%2B%2B/feed.atom")) == ["In the category"]


def test_a_feed_that_has_not_changed_is_answered_with_304(client: FlaskClient) -> None:
    make_question()
    first = client.get("/feed.atom")
    assert client.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    make_question()
    assert client.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("role", ["visitor", "admin"])
def test_no_feed_holds_anything_that_is_not_public_whoever_asks(browser: Browser, role: str) -> None:
    for audience in ("members", "staff"):
        category = make_category(f"{audience}-room", audience=audience)
        make_question(title=f"Canary {audience}", text="Canary text", category=category, tags=("canary",))
        make_article(f"Canary article {audience}", audience=audience)
    held, hidden = make_question(title="Canary held", held_at=now()), make_question(title="Canary hidden", hidden_at=now())
    make_article("Canary draft", state="draft")
    if role == "admin":
        browser.sign_in(make_person(role="admin"))
    assert "Canary" not in browser.get("/feed.atom").text
    browser.get("/c/staff-room/feed.atom", status=404)
    browser.get("/c/members-room/feed.atom", status=404)
    browser.get("/tags/canary/feed.atom", status=404)
    browser.get(f"/questions/{held.id}/feed.atom", status=404)
    browser.get(f"/questions/{hidden.id}/feed.atom", status=410)


def test_control_characters_do_not_break_a_feed(client: FlaskClient) -> None:
    make_question(title="Emoji 🚰 and ]]> and &amp;", text="A form\ffeed and a \x0b tab")
    assert entry_titles(parse(client, "/feed.atom")) == ["Emoji 🚰 and ]]> and &amp;"]
