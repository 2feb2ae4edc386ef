"""Sitemap, robots and the other fixed addresses for crawlers and browsers."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from urllib.robotparser import RobotFileParser

import lxml.etree
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import http_date

from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings, SettingsError
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.kb.models import Article
from app.pages import sitemap_files
from app.pages.crawlers import tokens_kept_out
from app.web.filters import machine_date
from tests.client import Browser
from tests.factories import accept, make_answer, make_article, make_category, make_person, make_question, make_section

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, path
    is_packed = path.endswith(".gz")
    assert response.mimetype == ("application/gzip" if is_packed else "application/xml")
    data = gzip.decompress(response.data) if is_packed else response.data
    return [str(loc) for loc in lxml.etree.fromstring(data).xpath("//s:loc/text()", namespaces=NAMESPACE)]


def everything(client: FlaskClient) -> list[str]:
    """All addresses of all files of the index."""
    base = "http://community.test"
    return [loc for file in locations(client, "/sitemap.xml") for loc in locations(client, file.removeprefix(base))]


def make_solved(title: str, **values: object) -> Thread:
    thread = make_question(title=title, **values)  # type: ignore[arg-type]
    accept(make_answer(thread))
    return thread


def test_the_sitemap_lists_what_is_worth_indexing_with_its_last_change(client: FlaskClient) -> None:
    category = make_category("pumps")
    changed = now() - timedelta(days=3)
    threads = [make_solved(f"Solved question {number}", category=category, tags=("pump",)) for number in range(3)]
    paths = [f"/questions/{thread.id}/{thread.slug}" for thread in threads]
    with unit_of_work():
        for thread in threads:
            db.session.get_one(Thread, thread.id).modified_at = changed
    make_question(title="Unanswered and thin")
    make_article("Priming a pump", section=make_section("watering"))
    found = everything(client)
    expected = [*paths, "/c/pumps", "/tags/pump", "/kb/watering/priming-a-pump"]
    assert set(found) == {f"http://community.test{path}" for path in expected}
    assert f"<lastmod>{machine_date(changed)}</lastmod>" in client.get("/sitemap-threads-1.xml").text
    for location in found:
        page = client.get(location.removeprefix("http://community.test"))
        assert page.status_code == 200
        assert "noindex" not in page.text
        assert f'rel="canonical" href="{location}"' in page.text


def test_the_sitemap_holds_nothing_that_is_not_public(browser: Browser) -> None:
    for audience in ("members", "staff"):
        category = make_category(f"canary-{audience}", audience=audience)
        for number in range(3):
            make_solved(f"Canary {audience} {number}", category=category)
        make_article(f"Canary article {audience}", audience=audience)
    make_solved("Canary held", held_at=now())
    make_solved("Canary hidden", hidden_at=now())
    make_solved("Canary duplicate", duplicate_of_id=make_solved("The original").id)
    make_article("Canary draft", state="draft")
    make_article("Canary archived", state="archived")
    browser.sign_in(make_person(role="admin"))
    found = everything(browser.client)
    assert [loc for loc in found if "canary" in loc] == []
    assert any("the-original" in loc for loc in found)


def test_threads_are_split_into_files_by_id(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap_files, "BLOCK", 2)
    ids = [make_solved(f"Solved question {number}").id for number in range(5)]
    files = [loc for loc in locations(client, "/sitemap.xml") if "threads" in loc]
    assert len(files) == len({(thread_id - 1) // 2 for thread_id in ids})
    found = [loc for file in files for loc in locations(client, file.removeprefix("http://community.test"))]
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-threads-1.xml", "/sitemap-threads-0.xml", "/sitemap-threads-99999999999999999999.xml", "/sitemap-people-1.xml",
        "/sitemap-threads-9223372036854775807.xml",
    ],
)  # fmt: skip
def test_files_without_addresses_do_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_empty_site_has_an_empty_index(client: FlaskClient) -> None:
    assert locations(client, "/sitemap.xml") == []


def test_the_sitemap_is_revalidated(client: FlaskClient) -> None:
    make_solved("Solved question")
    first = client.get("/sitemap-threads-1.xml")
    assert client.get("/sitemap-threads-1.xml", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_files_are_packed_the_same_each_time_and_also_there_as_plain_text(client: FlaskClient) -> None:
    changed = now() - timedelta(days=3)
    thread = make_solved("Solved question")
    with unit_of_work():
        db.session.get_one(Thread, thread.id).modified_at = changed
    index = lxml.etree.fromstring(client.get("/sitemap.xml").data)
    assert machine_date(changed) in index.xpath("//s:lastmod/text()", namespaces=NAMESPACE)
    packed = client.get("/sitemap-threads-1.xml.gz", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in packed.headers and packed.headers["Cache-Control"].startswith("public")
    assert gzip.decompress(packed.data) == client.get("/sitemap-threads-1.xml").data
    assert packed.last_modified == changed.replace(microsecond=0)
    for header, value in (("If-None-Match", packed.headers["ETag"]), ("If-Modified-Since", packed.headers["Last-Modified"])):
        assert client.get("/sitemap-threads-1.xml.gz", headers={header: value}).status_code == 304
    assert client.get("/sitemap-threads-2.xml.gz").status_code == 404


def test_pages_and_feeds_answer_whoever_asks_by_date(client: FlaskClient, browser: Browser) -> None:
    """The date is that of texts, answers and status; a vote moves the tag and not the date."""
    changed = now() - timedelta(days=3)
    thread = make_solved("Solved question")
    article = make_article("Priming a pump")
    with unit_of_work():
        db.session.get_one(Thread, thread.id).modified_at = changed
        db.session.get_one(Article, article.id).modified_at = changed
    paths = [f"/questions/{thread.id}/{thread.slug}", f"/kb/{article.section.slug}/{article.slug}", "/kb/feed.atom"]
    later, earlier = changed + timedelta(hours=1), changed - timedelta(hours=1)
    for path in paths:
        answer = client.get(path)
        assert answer.last_modified == changed.replace(microsecond=0), path
        assert client.get(path, headers={"If-Modified-Since": http_date(later)}).status_code == 304, path
        assert client.get(path, headers={"If-Modified-Since": http_date(earlier)}).status_code == 200, path
        both = {"If-Modified-Since": http_date(later), "If-None-Match": '"another"'}
        assert client.get(path, headers=both).status_code == 200, "the tag knows better"
    assert "Last-Modified" not in browser.sign_in(make_person()).get(paths[0]).headers
    with unit_of_work():
        db.session.get_one(Thread, thread.id).modified_at = now()
    assert "Last-Modified" not in client.get(paths[0]).headers, "it may change again within this second"


@pytest.mark.parametrize(
    ("value", "out", "allowed"),
    [
        ("allow", (), ("GPTBot", "CCBot")),
        ("disallow", ("GPTBot", "PerplexityBot", "Claude-User", "Google-Extended"), ("Googlebot", "bingbot")),
        ("training", ("GPTBot", "ClaudeBot", "CCBot", "Bytespider", "Applebot-Extended"), ("OAI-SearchBot", "ChatGPT-User")),
        ("search, gptbot, NewBot", ("PerplexityBot", "GPTBot", "NewBot"), ("ClaudeBot", "Perplexity-User")),
    ],
)
def test_robots_keeps_out_the_crawlers_that_the_setting_names(value: str, out: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    tokens = tokens_kept_out(Settings.from_env({"AI_CRAWLERS": value}).ai_crawlers)
    assert set(out) <= set(tokens) and not set(allowed) & set(tokens)
    assert len(tokens) == len(set(tokens))


@pytest.mark.parametrize("value", ["allow,GPTBot", "no bot", "GPTBot\nDisallow: /", ",", "off", "None", "yes", "all", "Disallow"])
def test_crawlers_that_cannot_be_meant_are_refused_at_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="AI_CRAWLERS"):
        Settings.from_env({"AI_CRAWLERS": value})


def test_crawlers_kept_out_read_so_in_robots(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], ai_crawlers=("GPTBot", "CCBot")))
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())
    for agent, may in (("GPTBot/1.2", False), ("CCBot", False), ("Googlebot", True), ("ClaudeBot", True)):
        assert rules.can_fetch(agent, "http://community.test/questions") is may, agent
    assert not rules.can_fetch("Googlebot", "http://community.test/moderation/queue")
    assert rules.site_maps() == ["http://community.test/sitemap.xml"]


def test_robots_names_the_sitemap_and_closes_no_page_that_says_noindex(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Sitemap: http://community.test/sitemap.xml" in text
    closed = [line.removeprefix("Disallow: ") for line in text.splitlines() if line.startswith("Disallow: ")]
    pages = ("/", "/questions", "/questions/1/x", "/search", "/login", "/people/mira", "/tags", "/assets/x", "/posts/1/history")
    for path in pages:
        assert not any(path.startswith(prefix) for prefix in closed), path


def test_browsers_find_search_description_manifest_and_icon(client: FlaskClient) -> None:
    description = lxml.etree.fromstring(client.get("/opensearch.xml").data)
    templates = description.xpath("//*[local-name()='Url']/@template")
    assert "http://community.test/search?q={searchTerms}" in templates
    manifest = json.loads(client.get("/manifest.webmanifest").text)
    assert manifest["name"] == "Threadwell"
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200
    for path in ("/favicon.ico", "/apple-touch-icon.png"):
        icon = client.get(path)
        assert icon.status_code == 302
        assert client.get(icon.location).mimetype == "image/png"
