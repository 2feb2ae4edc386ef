"""The audit finds planted faults, and is content with a site that keeps what was decided; its command and page for admins."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from app.core.clock import now
from app.core.records import replace
from app.pages.addresses import Decided
from app.pages.audit import CHECKS, KEPT_OUT, NOWHERE, audit, gather
from app.pages.auditing import private_titles
from app.pages.crawling import Answer, crawl, read_page
from app.web.contract import Address, Facts, FixedFacts, IndexPolicy, ListFacts, PersonFacts, decide
from tests.client import Browser
from tests.factories import accept, make_answer, make_article, make_person, make_question
from tests.pages.test_contract import FRESH, VOTED

BASE = "https://community.test"
QUESTION, TAG = "/questions/1/pump", "/tags/pump"
SECRET = "A secret that nobody may read"


def html(
    path: str, title: str, *links: str, robots: str = "", canonical: str = "", data: tuple[str, ...] = (), text: str = ""
) -> Answer:
    meta = f'<meta name="robots" content="{robots}">' if robots else ""
    blocks = "".join(f'<script type="application/ld+json">{{"@type":"{kind}"}}</script>' for kind in data)
    body = "".join(f'<a class="x" href="{link}">to</a>' for link in links)
    head = f'<title>{title}</title>{meta}<link rel="canonical" href="{BASE}{canonical or path}">{blocks}'
    return Answer(200, text=f"<html><head>{head}</head><body>{body}{text}</body></html>")


def decided(kind: str, path: str, facts: Facts, title: str = "") -> Decided:
    return Decided(Address(kind, 1, path, title or path, facts), decide(facts, now(), IndexPolicy()))


DECIDED = [
    decided("fixed", "/", FixedFacts(("WebSite",))),
    decided("question", QUESTION, VOTED),
    decided("tag", TAG, ListFacts(3, is_topic=True)),
    decided("person", "/people/ada", PersonFacts(False, True)),
    decided("question", "/questions/2/gone", replace(VOTED, is_listed=False, is_removed=True), SECRET),
]
SITE = {
    "/": html("/", "Home", QUESTION, TAG, "/people/ada", data=("WebSite",)),
    QUESTION: html(QUESTION, "Pump", "/", "https://example.com/", f"{QUESTION}?page=2", data=("QAPage", "BreadcrumbList")),
    f"{QUESTION}?page=2": html(f"{QUESTION}?page=2", "Pump (page 2)"),
    TAG: html(TAG, "Tag: pump"),
    "/people/ada": html("/people/ada", "Ada", robots="noindex,follow"),
    "/questions/2/gone": Answer(410),
    f"{QUESTION}-as-it-was": Answer(301, location=QUESTION),
    "/questions/1": Answer(301, location=QUESTION),
    **{path: html(path, "x", robots="noindex,follow") for path in KEPT_OUT},
}
LISTED = [QUESTION, TAG]
NOINDEX = html(QUESTION, "Pump", robots="noindex,follow")


def findings(changes: dict[str, Answer] | None = None, listed: list[str] = LISTED) -> set[tuple[str, str]]:
    site = SITE | (changes or {})

    def fetch(path: str) -> Answer:
        return site.get(path, Answer(404))

    found = crawl(fetch, BASE, private=private_titles(DECIDED))
    return {(one.check, one.path) for one in audit(gather(found, listed, DECIDED, fetch))}


def test_nothing_is_wrong_with_a_site_that_keeps_what_was_decided() -> None:
    assert findings() == set()


FAULTS: list[tuple[str, str, dict[str, Answer], list[str]]] = [
    ("broken link", "/nowhere", {TAG: html(TAG, "Tag: pump", "/nowhere")}, LISTED),
    (
        "redirect chain",
        "/a",
        {TAG: html(TAG, "Tag", "/a"), "/a": Answer(301, location="/b"), "/b": Answer(302, location="/")},
        LISTED,
    ),
    ("contract", QUESTION, {QUESTION: NOINDEX}, LISTED),
    ("contract", TAG, {TAG: html(TAG, "Tag", data=("Article",))}, LISTED),
    ("contract", "/people/ada", {"/people/ada": html("/people/ada", "Ada")}, LISTED),
    ("contract", "/questions/2/gone", {TAG: html(TAG, "T", "/questions/2/gone"), "/questions/2/gone": html("/x", "x")}, LISTED),
    ("sitemap", QUESTION, {QUESTION: NOINDEX}, LISTED),
    ("sitemap", TAG, {}, [QUESTION]),
    ("sitemap", "/people/ada", {}, [*LISTED, "/people/ada"]),
    ("sitemap", "/sitemap.xml", {}, [*LISTED, TAG]),
    ("orphan", TAG, {"/": html("/", "Home", QUESTION, data=("WebSite",))}, LISTED),
    ("same title", QUESTION, {TAG: html(TAG, "PUMP")}, LISTED),
    ("variants", f"{QUESTION}?page=2", {f"{QUESTION}?page=2": html(QUESTION, "Page 2")}, LISTED),
    ("variants", "/?view=x", {TAG: html(TAG, "T", "/?view=x"), "/?view=x": html("/?view=x", "X")}, LISTED),
    ("variants", "/unknown", {TAG: html(TAG, "T", "/unknown"), "/unknown": html("/unknown", "X")}, LISTED),
    ("variants", KEPT_OUT[0], {KEPT_OUT[0]: html(KEPT_OUT[0], "Search")}, LISTED),
    ("soft 404", NOWHERE[0], {NOWHERE[0]: html(NOWHERE[0], "Not found")}, LISTED),
    ("soft 404", f"{TAG}?page=9999", {f"{TAG}?page=9999": html(TAG, "Empty")}, LISTED),
    ("old address", "/questions/1", {"/questions/1": Answer(302, location=QUESTION)}, LISTED),
    ("gone", "/questions/2/gone", {"/questions/2/gone": Answer(404)}, LISTED),
    ("private text", TAG, {TAG: html(TAG, "Tag", text=f"<p>{SECRET}</p>")}, LISTED),
]


@pytest.mark.parametrize(("check", "path", "changes", "listed"), FAULTS, ids=[f"{row[0]}-{row[1]}" for row in FAULTS])
def test_planted_faults_are_found(check: str, path: str, changes: dict[str, Answer], listed: list[str]) -> None:
    assert (check, path) in findings(changes, listed)


def test_every_check_has_a_planted_fault() -> None:
    assert {row[0] for row in FAULTS} == set(CHECKS)


def test_a_crawl_stops_where_it_is_told_and_then_calls_nothing_an_orphan() -> None:
    found = crawl(lambda path: SITE.get(path, Answer(404)), BASE, most=1)
    assert not found.is_complete and list(found.found) == ["/"]
    assert "orphan" not in {one.check for one in audit(gather(found, LISTED, DECIDED, lambda path: SITE.get(path, Answer(404))))}


def test_combinations_of_filters_and_other_sites_are_not_followed() -> None:
    page = read_page(
        "/c/x", html("/c/x", "X", "/questions?view=a&amp;tag=b", "//example.com/y", f"{BASE}/z#part", "?page=2"), BASE
    )
    assert page.links == ("/c/x", "/questions?view=a&tag=b", "/z", "/c/x?page=2")


def test_command_and_page_say_what_was_decided(app: Flask, browser: Browser) -> None:
    thread = make_question(title="Why does the pump hum so loudly?", tags=("pump",))
    accept(make_answer(thread))
    make_question(title="Held and secret question", held_at=now())
    make_article("Priming a pump")
    make_article("A draft of something", state="draft")
    runner = app.test_cli_runner()
    found = json.loads(runner.invoke(args=["seo", "audit", "--json"]).output)
    counts = {(row["kind"], row["reason"]): row["count"] for row in found["decisions"]}
    wanted = {
        ("threads", "proven"): 1,
        ("threads", "held"): 1,
        ("articles", "published"): 1,
        ("articles", "draft"): 1,
        ("tags", "short_list"): 1,
    }
    assert wanted.items() <= counts.items()
    lines = runner.invoke(args=["seo", "audit", "--list"]).output.splitlines()
    assert any(line.startswith("sitemap") and line.endswith(thread.path) for line in lines)
    assert "Somebody vouches for an answer" in runner.invoke(args=["seo", "audit"]).output
    browser.get("/admin/seo", status=302)
    browser.sign_in(make_person(role="moderator")).get("/admin/seo", status=404)
    browser.sign_in(make_person(role="admin")).get(f"/admin/seo?address=http://community.test{thread.path}")
    text = browser.text()
    assert "Somebody vouches for an answer" in text and "QAPage, BreadcrumbList" in text and "GPTBot" in text
    browser.get("/admin/seo?kind=threads&why=held")
    assert "Held and secret question" in browser.text()
    browser.get("/admin/seo?kind=threads&why=nonsense", status=404)
    browser.get("/admin/seo?address=/nothing/here")
    assert "Nothing was decided about /nothing/here" in browser.text()
    for elsewhere in ("https://example.org/", "http://community.test.example.org/", "http://[", "questions/1"):
        browser.get(f"/admin/seo?address={elsewhere}")
        assert f"Nothing was decided about {elsewhere}:" in browser.text()
    browser.get("/admin/seo?address=http://community.test")
    assert "Nothing was decided" not in browser.text() and "WebSite" in browser.text()


def test_nothing_is_wrong_with_an_empty_site(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["seo", "audit", "--crawl"])
    assert answer.exit_code == 0 and "0 things wrong" in answer.output


def test_a_fresh_question_is_indexed_without_being_listed() -> None:
    one = decided("question", "/questions/3/new", FRESH)
    assert one.contract.is_indexable and not one.contract.in_sitemap


def test_private_titles_leave_out_what_stands_on_public_pages_too() -> None:
    again: list[Any] = [*DECIDED, decided("question", "/questions/4/same", VOTED, SECRET)]
    assert private_titles(DECIDED) == [SECRET] and private_titles(again) == []
