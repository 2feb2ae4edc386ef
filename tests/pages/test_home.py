"""The home page: what it leads to, for whom, and what it costs."""

from __future__ import annotations

import json
from datetime import timedelta

from flask.testing import FlaskClient

from app.core.clock import now
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import accept, make_answer, make_article, make_category, make_person, make_question


def test_home_leads_to_topics_articles_solved_and_open_questions(browser: Browser) -> None:
    category = make_category("pumps", name="Pumps and hoses")
    solved = make_question(title="It hummed, and was solved", category=category)
    accept(make_answer(solved))
    make_question(title="It leaks, and nobody knows", category=category)
    make_article("Priming a pump")
    response = browser.get("/")
    text = browser.text()
    for words in ("Pumps and hoses", "It hummed, and was solved", "It leaks, and nobody knows", "Priming a pump"):
        assert words in text
    assert 'action="/search"' in response.text
    assert 'href="/c/pumps"' in response.text


def test_home_names_the_site_and_its_search_for_search_engines(browser: Browser) -> None:
    browser.get("/")
    assert browser.page is not None
    data = json.loads(browser.page.xpath("string(//script[@type='application/ld+json'])"))
    assert data["@type"] == "WebSite"
    assert data["url"] == "http://community.test/"
    assert data["potentialAction"]["target"]["urlTemplate"] == "http://community.test/search?q={search_term_string}"


def test_an_empty_site_welcomes_its_first_person(browser: Browser) -> None:
    browser.get("/")
    assert "Nothing has been asked yet" in browser.text()


def test_with_no_open_question_the_newest_are_shown(browser: Browser) -> None:
    accept(make_answer(make_question(title="The only one, and solved")))
    browser.get("/")
    assert "Newest questions" in browser.text()
    assert "Needs an answer" not in browser.text()


def test_home_takes_at_most_twelve_statements_whatever_there_is(client: FlaskClient) -> None:
    for number in range(12):
        thread = make_question(tags=("pump",), created_at=now() - timedelta(hours=number))
        if number % 2:
            accept(make_answer(thread))
        make_article(f"Article number {number}")
    client.get("/")
    with assert_queries(at_most=12):
        assert client.get("/").status_code == 200


def test_home_shows_visitors_nothing_inner_held_or_hidden(browser: Browser) -> None:
    for audience in ("members", "staff"):
        category = make_category(f"{audience}-room", audience=audience, name=f"Canary {audience}")
        make_question(title=f"Canary {audience} question", category=category)
        make_article(f"Canary {audience} article", audience=audience)
    make_question(title="Canary held", held_at=now())
    make_question(title="Canary hidden", hidden_at=now())
    make_article("Canary draft", state="draft")
    assert "Canary" not in browser.get("/").text
    member = Browser(browser.app).sign_in(make_person())
    member.get("/")
    assert "Canary members question" in member.text() and "Canary staff" not in member.text()


def test_home_is_revalidated_for_visitors_and_private_for_members(browser: Browser) -> None:
    first = browser.get("/")
    assert browser.client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert Browser(browser.app).sign_in(make_person()).get("/").headers["Cache-Control"] == "private, no-store"
