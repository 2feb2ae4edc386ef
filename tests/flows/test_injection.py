"""Markup in every text that people type: nowhere does it become markup, neither on pages nor in data, feeds and mails."""

from __future__ import annotations

import json
import re

import lxml.etree
import lxml.html
import pytest
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Category, Thread
from app.forum.services import curating
from app.forum.services.accepting import accept_answer
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.confirming import record_outcome
from app.kb.models import Section
from app.kb.services import publishing, writing
from app.kb.services.writing import ArticleText, Placement
from app.moderation.flags.flagging import flag_post
from app.search.sync import rebuild
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_section, opening_of
from tests.flows.walking import walk
from tests.mailbox import collect

pytestmark = pytest.mark.usefixtures("engine")
EVIL = """"'><xss onx=1></title></script></textarea></style><script>xss()</script><img src=x onerror=xss()>]]>--><!--{{7*7}}{%x%}&lt;"""
LINKS = (
    "[a](javascript:xss()) [b](data:text/html,xss) ![c](javascript:xss()) <javascript:xss()> [d](//evil.example) [e]( java\tscript:xss())"
    " [f](\x01javascript:xss()) [g][h]\n\n[h]: javascript:xss() \"onx\"\n\n```\"><xss>\nx\n```\n\n| <xss> | a |\n|---|---|\n| <xss> | `<xss>` |\n"
)  # fmt: skip


@pytest.fixture
def site(app: Flask) -> dict[str, Person]:
    """One of everything, all of it evil."""
    asker, helper = make_person("asker", display_name=EVIL[:60]), make_person("helper", "admin", display_name=EVIL[:60])
    category = make_category("board")
    section = make_section("section", title=EVIL[:100], description=EVIL)
    with unit_of_work():
        found = db.session.get_one(Category, category.id)
        found.name, found.description = EVIL[:80], EVIL
        assert db.session.get_one(Section, section.id).title
        for person in (asker, helper):
            row = db.session.get_one(Person, person.id)
            about = render_markdown(EVIL + LINKS)
            row.website, row.about_source, row.about_html = f"https://example.com/?{EVIL}"[:200], about.source, str(about.html)
    thread = _thread(asker, helper, category.id)
    _article(helper, section.id)
    collect(app)
    rebuild()
    assert thread.id
    return {"visitor": asker, "asker": asker, "helper": helper}


def _thread(asker: Person, helper: Person, category: int) -> Thread:
    one, two = actor_of(asker), actor_of(helper)
    question, answer = compose(f"{EVIL}\n\n{LINKS} @helper"), compose(f"{EVIL}\n\n{LINKS} @asker")
    remark = compose(f"{EVIL} [a](javascript:xss()) @asker", is_comment=True)
    with unit_of_work():
        thread = start_thread(
            one, kind="question", category_id=category, title=EVIL, body=question.body, tags=["c++"], mentions=question.mentions
        )
    with unit_of_work():
        post = add_post(two, thread_id=thread.id, body=answer.body, mentions=answer.mentions)
    with unit_of_work():
        add_comment(two, post_id=post.id, body=remark.body, mentions=remark.mentions)
        accept_answer(one, post_id=post.id)
        record_outcome(one, thread_id=thread.id, kind="workaround", reason=EVIL)
        flag_post(one, post_id=post.id, reason="other", note=EVIL)
        flag_post(two, post_id=opening_of(thread).id, reason="other", note=EVIL)
        curating.lock_thread(two, thread_id=thread.id, reason=EVIL, note=EVIL)
        curating.pin_thread(two, thread_id=thread.id, reason=EVIL)
    other = compose(EVIL).body
    with unit_of_work():
        hidden = start_thread(one, kind="discussion", category_id=category, title=f"Hidden {EVIL}", body=other, tags=[])
        curating.close_thread(two, thread_id=hidden.id, reason=EVIL)
    with unit_of_work():
        curating.hide_thread(two, thread_id=hidden.id, reason=EVIL)
    return thread


def _article(helper: Person, section: int) -> None:
    text = ArticleText(EVIL, render_markdown(f"## {EVIL}\n\n{EVIL}\n\n{LINKS}", top_level=2), EVIL, EVIL, EVIL)
    with unit_of_work():
        article = writing.create_article(actor_of(helper), place=Placement(section, "public"), text=text, note=EVIL)
        publishing.publish(actor_of(helper), article_id=article.id)


def check_html(text: str, where: str) -> None:
    """Nothing that was typed is an element, an attribute that runs, or an address that runs."""
    page = lxml.html.document_fromstring(text)
    assert not page.xpath("//xss"), f"{where}: an element"
    assert not page.xpath("//@*[starts-with(name(), 'on')]"), f"{where}: an attribute that runs"
    assert not page.xpath("//script[not(@src) and not(@type='application/ld+json')]"), f"{where}: a script"
    for address in page.xpath("//@href|//@src|//@action|//@formaction|//@cite"):
        scheme = re.sub(r"[\x00-\x20]", "", str(address)).lower()
        assert not scheme.startswith(("javascript:", "vbscript:", "data:text")), f"{where}: {address}"
    for script in page.xpath("//script[@type='application/ld+json']"):
        json.loads(script.text)
        assert "<" not in script.text, where
    assert "49" not in page.xpath("string(//title)"), f"{where}: a template was run"


@pytest.mark.parametrize("role", ["visitor", "asker", "helper"])
def test_what_people_type_never_becomes_markup(app: Flask, site: dict[str, Person], role: str):
    browser = Browser(app)
    if role != "visitor":
        browser.sign_in(site[role])
    texts = walk(browser.client, role)
    seen = 0
    for path, whole in texts.items():
        status, rest = whole.split(" ", 1)
        text = rest[rest.index("\r\n\r\n") + 4 :].lstrip()
        seen += "&lt;xss" in text
        if text.startswith(("<!doctype", "<div", "<ul", "<p")):
            check_html(text, f"{role} {path} ({status})")
        elif text.startswith("<?xml"):
            tree = lxml.etree.fromstring(text.encode())
            for element in tree.iter():
                if element.text and element.get("type") == "html":
                    check_html(f"<main>{element.text}</main>", f"{role} {path}")
                assert "xss" not in str(element.tag)
        elif text.startswith("{"):
            json.loads(text)
    assert seen > 8, "the texts are on many pages"


def test_searching_for_markup_is_harmless(app: Flask, site: dict[str, Person]):
    client = app.test_client()
    for query in (EVIL, EVIL[:20], f'"{EVIL}"', "<xss>", "javascript:xss()", "onx=1", "xss</mark>", "&lt;xss&gt;", "xss\u2028"):
        for path in ("/search", "/ask/similar", "/ask", "/tags", "/questions"):
            text = client.get(path, query_string={"q": query, "title": query, "tags": query, "category": query}).text
            if text.strip():
                check_html(text, f"{path} {query[:20]}")
        assert json.loads(client.get("/search/suggest", query_string={"q": query}).text)["suggestions"] is not None


def test_mails_hold_one_line_in_each_head_and_no_markup(app: Flask, site: dict[str, Person]):
    with unit_of_work():
        row = db.session.get_one(Person, site["asker"].id)
        row.display_name = "A\r\nBcc: evil@example.com"
    mails = collect(app)
    assert len(mails) >= 4
    for mail in mails:
        head = mail.as_string().split("\n\n", 1)[0]
        assert not mail["Bcc"] and not mail["X-Evil"] and "\nBcc:" not in head
        for part in mail.walk():
            if part.get_content_type() == "text/html":
                check_html(str(part.get_content()), str(mail["Subject"]))


def test_addresses_in_mails_and_pages_come_from_the_settings(app: Flask, site: dict[str, Person]):
    client = app.test_client()
    for headers in (
        {"Host": "poisoned.example"},
        {"X-Forwarded-Host": "poisoned.example"},
        {"Forwarded": "host=poisoned.example"},
    ):
        for path in ("/", "/kb", "/sitemap.xml", "/feed.atom", "/robots.txt", "/opensearch.xml", "/login", "/reset-password"):
            assert "poisoned.example" not in client.get(path, headers=headers).text, (path, headers)
    browser = Browser(app)
    token = browser.token("/reset-password")
    browser.client.post(
        "/reset-password", data={"email": "asker@example.com", "csrf_token": token}, headers={"Host": "poisoned.example"}
    )
    assert not any("poisoned.example" in mail.as_string() for mail in collect(app))


@pytest.mark.parametrize("path", ["/tags//a?q=1", "/questions//1/x", "/people//%2f/a"])
def test_slashes_too_many_lead_nowhere(app: Flask, path: str):
    answer = app.test_client().get(path, headers={"Host": "poisoned.example"})
    assert answer.status_code == 404 and answer.location is None and "poisoned" not in answer.text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/kb/", "/kb"),
        ("/questions/?view=solved&page=2", "/questions?view=solved&page=2"),
        ("/tags/%E9%80%9A%E9%A3%8E/?page=2", "/tags/%E9%80%9A%E9%A3%8E?page=2"),
        ("/people/a%20b%3Fc/", "/people/a%20b%3Fc"),
        ("/kb//", None),
        ("/nowhere/", None),
        ("/tags//evil.example/", None),
        ("/%5Cevil.example/", None),
    ],
)
def test_a_slash_at_the_end_leads_to_the_address_without_it(app: Flask, path: str, target: str | None):
    answer = app.test_client().get(path, headers={"Host": "poisoned.example"})
    assert (answer.status_code, answer.location) == ((301, target) if target else (404, None))
    assert app.test_client().post(path).status_code in (400, 404, 405)


@pytest.mark.parametrize("path", ["//", "//questions", "///tags"])
def test_slashes_too_many_at_the_beginning_lead_nowhere(app: Flask, path: str):
    # A client of tests takes what follows two slashes for a host.
    answer = app.test_client().get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 404 and answer.location is None and "no-store" in answer.headers["Cache-Control"]


def test_names_of_files_are_not_shown_or_used(app: Flask, site: dict[str, Person]):
    from io import BytesIO

    from tests.uploads.pictures import picture

    browser = Browser(app).sign_in(site["asker"])
    token = browser.token()
    # Browsers send a quotation mark in a file name as %22; anything else ends the header.
    for name in (EVIL.replace('"', "%22"), "../../../etc/x.png", "a\r\nX-Evil: 1.png", "\x00.png", "a" * 5000 + ".php"):
        data = {"csrf_token": token, "file": (BytesIO(picture()), name, "text/html")}
        response = browser.client.post("/uploads", data=data, headers={"Accept": "application/json"})
        if "\r" in name or "\x00" in name:
            assert response.status_code in (201, 400)  # the form itself may be broken by such a name
            continue
        assert response.status_code == 201, response.text
        answer = response.get_json()
        assert re.fullmatch(r"/uploads/[\w.-]+\.png", answer["url"])
        check_html(f"<p>{answer['markdown']}</p>", "the Markdown")
        served = browser.client.get(answer["url"])
        assert served.mimetype == "image/png" and served.headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Evil" not in served.headers and "sandbox" in served.headers["Content-Security-Policy"]
