"""Sitemap, robots and the other fixed addresses for crawlers and browsers."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import lxml.etree
import pytest
from flask.testing import FlaskClient

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.pages import sitemap_files
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
    manifest = json.loads(client.get("/site.webmanifest").text)
    assert manifest["name"] == "Threadwell"
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200
    for path in ("/favicon.ico", "/apple-touch-icon.png"):
        icon = client.get(path)
        assert icon.status_code == 302
        assert client.get(icon.location).mimetype == "image/png"
