"""The search page, the suggestions and the commands, over HTTP and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import Base, db
from app.core.settings import Settings
from app.factory import create_app
from app.search import documents
from app.search.cli import reindex, search_group
from app.search.engines.whoosh import WhooshEngine
from app.search.routes.blueprint import blueprint
from tests.client import check_page
from tests.search.samples import MemorySource, document

Pair = tuple[MemorySource, MemorySource]


@pytest.fixture(scope="module")
def site(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that has search, whatever else it has."""
    app = create_app(replace(settings, instance_path=tmp_path_factory.mktemp("site"), database_url=""))
    if "search" not in app.blueprints:
        app.register_blueprint(blueprint)
    with app.app_context():
        yield app


@pytest.fixture
def client(site: Flask, sources: Pair, engine: WhooshEngine) -> FlaskClient:
    """A visitor of a site with a few documents, one of them private."""
    sources[0].documents.update(
        {
            1: document(1, "Refund of an invoice", "A <refund>?", tags=("billing",), status="solved", is_solved=True),
            2: document(2, "Refund takes long", "Still waiting.", thread_kind="discussion", category="shop-talk"),
            3: document(3, "Secret refund rules", audience="staff", category="internal"),
        }
    )
    sources[1].documents[1] = document(1, "How refunds work", "All about a refund.", kind="article", category="")
    engine.apply([item for source in sources for item in source.documents.values()], ())
    return site.test_client()


def get(client: FlaskClient, **values: str) -> lxml.html.HtmlElement:
    path = f"/search?{urlencode(values)}"
    response = client.get(path)
    assert response.status_code == 200, response.text[:1500]
    page = lxml.html.document_fromstring(response.text)
    check_page(page, path)
    return page


def titles(page: lxml.html.HtmlElement) -> list[str]:
    return [link.text_content() for link in page.xpath("//li[contains(@class,'result')]//*[contains(@class,'row-title')]/a")]


def text(page: lxml.html.HtmlElement) -> str:
    return " ".join(page.text_content().split())


def test_results_show_marked_words_and_stay_out_of_search_engines(client: FlaskClient) -> None:
    page = get(client, q="refund")
    assert titles(page) == ["How refunds work", "Refund of an invoice", "Refund takes long"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex,follow"]
    assert {mark.text_content() for mark in page.xpath("//li//mark")} == {"refund", "refunds", "Refund"}
    assert "3 results" in text(page)
    assert page.xpath("//main//input[@name='q']/@value") == ["refund"]


def test_filters_are_links_with_counts(client: FlaskClient) -> None:
    page = get(client, q="refund")
    assert "Articles 1" in text(page)
    assert page.xpath("//nav//a[contains(@href, 'type=articles')]")
    assert titles(get(client, q="refund", type="articles")) == ["How refunds work"]
    assert titles(get(client, q="refund", status="solved")) == ["Refund of an invoice"]
    assert titles(get(client, q="refund", category="shop-talk")) == ["Refund takes long"]
    assert titles(get(client, q="refund tag:billing")) == ["Refund of an invoice"]
    assert titles(get(client, q="refund", tag="Billing")) == ["Refund of an invoice"]
    assert titles(get(client, q="refund", sort="newest"))[0] == "Refund takes long"
    assert titles(get(client, q="refund", age="day")) == []
    assert titles(get(client, q="in:kb")) == ["How refunds work"]


def test_private_text_shows_nowhere(client: FlaskClient) -> None:
    for query in ("refund", "secret rules", "in:internal", "is:unanswered"):
        page = get(client, q=query)
        assert "Secret" not in "".join(titles(page))
        assert not page.xpath("//a[contains(@href, 'internal')]") or query == "in:internal"
    assert "Secret" not in client.get("/search/suggest?q=secr").text


def test_no_hits_lead_to_asking_with_the_query_kept(client: FlaskClient) -> None:
    page = get(client, q="zzzzqqqq broken & odd")
    assert "Nothing found" in text(page)
    assert page.xpath("//main//a[@href='/ask?title=zzzzqqqq+broken+%26+odd']")


def test_no_hits_with_operators_offer_the_words_alone_and_ask_with_them(client: FlaskClient) -> None:
    page = get(client, q="refund tag:billing in:shop-talk")
    assert "Nothing here matches all of that" in text(page)
    assert page.xpath("//main//a[@href='/search?q=refund']") and page.xpath("//main//a[@href='/ask?title=refund']")


def test_phrases_are_counted_once_and_truly(client: FlaskClient) -> None:
    """The engine counts what holds all words of a phrase; the page only what holds the phrase."""
    page = get(client, q='"refund takes"')
    assert page.xpath("//p[contains(@class, 'result-count')]")[0].text_content() == "1 result"
    tabs = [" ".join(tab.text_content().split()) for tab in page.xpath("//nav[contains(@class, 'tabs')]//a")]
    assert tabs == ["Everything", "Questions and discussions", "Articles"]


@pytest.mark.parametrize(
    ("query", "said", "path"),
    [
        ("in:wifi refund", "category “wifi”", "/search?q=refund"),
        ("refund user:@Nobody", "by anybody called “Nobody”", "/search?q=refund"),
        ("tag:hub refund is:solved", "tag “hub”", "/search?q=refund+is%3Asolved"),
        ("in:internal refund", "category “internal”", "/search?q=refund"),
    ],
)
def test_a_name_that_nothing_has_is_said_and_can_be_left_out(client: FlaskClient, query: str, said: str, path: str) -> None:
    page = get(client, q=query)
    assert said in page.text_content()
    assert page.xpath("//a[text()='Search without it']/@href") == [path]


def test_names_that_something_has_are_not_called_unknown(client: FlaskClient) -> None:
    page = get(client, q="in:shop-talk tag:billing user:ada refund")
    assert "Nothing here matches all of that." in page.text_content() and "without it" not in page.text_content()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("is:nonsense", "Search does not know “is:nonsense”, so it was left out. What it knows: is:solved, is:unsolved,"),
        ("before:yesterday", "There is no filter “before:”, so “before:yesterday” was looked for as words."),
        ("-tag:winter", "A minus works for words alone: “-tag:winter” left out whatever mentions “winter”."),
    ],
)
def test_what_search_does_not_understand_is_said_beside_the_results(client: FlaskClient, typed: str, said: str) -> None:
    page = get(client, q=f"refund {typed}")
    assert said in page.xpath("//div[@role='status']")[0].text_content()
    assert titles(page) == titles(get(client, q="refund")), "what is found stays the same"
    assert not get(client, q="refund is:solved -paypal").xpath("//div[@role='status']")


def test_filters_in_force_can_be_taken_away_one_by_one(client: FlaskClient) -> None:
    page = get(client, q="refund", status="solved", tag="billing", age="year")
    taken = [link.get("href") for link in page.xpath("//ul[contains(@class, 'conditions')]//a")]
    assert len(taken) == 3
    assert "/search?q=refund&tag=billing&age=year" in taken and "/search?q=refund&status=solved&tag=billing" in taken


def test_tabs_and_status_links_take_the_place_of_operators(client: FlaskClient) -> None:
    page = get(client, q="refund in:kb")
    assert [link.text_content().split()[0] for link in page.xpath("//nav[@class='tabs']/a[@aria-current]")] == ["Articles"]
    assert page.xpath("//nav[@class='tabs']/a/@href")[1] == "/search?q=refund&type=threads"
    page = get(client, q="refund is:solved")
    links = page.xpath("//aside//nav[@aria-label='Status']//a")
    assert [link.text_content().split()[0] for link in links if link.get("aria-current")] == ["Solved"]
    assert links[0].get("href") == "/search?q=refund"


def test_a_filtered_page_without_hits_offers_all_results(client: FlaskClient) -> None:
    page = get(client, q="refund", age="day", sort="votes")
    assert page.xpath("//a[@href='/search?q=refund&sort=votes']")


def test_an_empty_query_explains_itself(client: FlaskClient) -> None:
    for query in ("", "   ", '""'):
        assert "Type a few words" in text(get(client, q=query))
    assert client.get("/search").status_code == 200


def test_a_misspelled_query_is_corrected(client: FlaskClient) -> None:
    assert get(client, q="refnud").xpath("//a[@href='/search?q=refund']/b/text()") == ["refund"]


@pytest.mark.parametrize("query", ["a" * 10_000, "refund " * 1500])
def test_a_query_of_ten_thousand_characters_is_cut_with_a_notice(client: FlaskClient, query: str) -> None:
    page = get(client, q=query)
    assert "Your search was long" in text(page)
    assert max(len(link) for link in page.xpath("//a/@href")) < 2000


@pytest.mark.parametrize("query", ['"<script>', "\x07\x1b", "%", "*?~^", "((", "tag:", "é" * 50, "'\"--", "\u202e🙂"])
def test_rubbish_gives_a_helpful_page(client: FlaskClient, query: str) -> None:
    get(client, q=query)


def test_bad_bytes_and_unknown_filters_give_a_page(client: FlaskClient) -> None:
    assert client.get("/search?q=%ff%fe&type=%ff&sort=x&age=y&status=z&category=%01").status_code == 200
    assert client.get("/search?q=%00").status_code in (200, 400)


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "99999999999999999999", "51"])
def test_pages_that_do_not_exist_are_404(client: FlaskClient, number: str) -> None:
    assert client.get(f"/search?q=refund&page={number}").status_code == 404


def test_suggestions_are_json(client: FlaskClient) -> None:
    answer = client.get("/search/suggest?q=refu").get_json()
    assert answer["suggestions"][0] == {
        "key": "a1", "title": "How refunds work", "path": "/articles/1", "kind": "article", "status": "", "label": "Article",
    }  # fmt: skip
    question = {
        "key": "t1",
        "title": "Refund of an invoice",
        "path": "/threads/1",
        "kind": "question",
        "status": "solved",
        "label": "Solved",
    }
    assert question in answer["suggestions"]
    assert client.get("/search/suggest").get_json() == {"suggestions": [], "said": ""}
    assert client.get("/search/suggest?q=" + "x" * 5000).get_json() == {"suggestions": [], "said": ""}


def test_categories_have_their_names(client: FlaskClient) -> None:
    assert "Shop talk" in text(get(client, q="refund"))
    documents.register_category_names(lambda actor: {"shop-talk": "The Shop", "general": "General"})
    assert "The Shop" in text(get(client, q="refund"))


def test_reindex_and_verify(site: Flask, client: FlaskClient, sources: Pair, engine: WhooshEngine, tmp_path: Path) -> None:
    runner = site.test_cli_runner()
    Base.metadata.create_all(db.engine)
    engine.apply([document(77, "surplus")], ())
    result = runner.invoke(reindex)
    assert result.exit_code == 0, result.output
    assert "4 threads and articles are searchable." in result.output
    result = runner.invoke(search_group, ["verify"])
    assert "Index and database agree." in result.output
    result = runner.invoke(search_group, ["status"])
    assert "documents   4" in result.output
