"""Asking in the browser: check first, write, preview, post; nothing typed is ever lost."""

from __future__ import annotations

from datetime import timedelta

import lxml.html
import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.queries.threads import list_tag_names
from app.forum.routes import asking, checking
from app.forum.services.drafting import find_draft, save_draft
from tests.factories import actor_of, make_category, make_person

GIVEN = {"title": "The pump hums but nothing flows", "body": "No **water** at all.", "tags": "pump, drip duo"}


@pytest.fixture
def mira(browser):
    person = make_person("mira")
    browser.sign_in(person)
    return person


@pytest.fixture
def category(app):
    return make_category("watering", name="Watering")


def value(browser, name: str) -> str:
    field = browser.page.xpath(f"//form[@method='post']//*[@name='{name}']")[0]
    return str(field.text if field.tag == "textarea" else field.get("value") or "").strip("\n")


def count_threads() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) or 0


def test_a_question_is_asked_through_the_form(browser, mira, category):
    browser.get("/ask")
    response = browser.submit("/ask", {**GIVEN, "category": str(category.id)})
    thread = db.session.scalars(sa.select(Thread)).one()
    assert response.headers["Location"] == thread.path and list_tag_names(thread.id) == ["pump", "drip-duo"]
    assert "No water at all." in browser.get(thread.path).text.replace("<strong>", "").replace("</strong>", "")


def test_a_discussion_is_started_through_the_form(browser, mira, category):
    browser.get("/discussions/new")
    browser.submit("/discussions/new", {**GIVEN, "category": str(category.id)})
    assert db.session.scalars(sa.select(Thread)).one().kind == "discussion"


def test_only_categories_one_may_post_in_are_offered(browser, mira, category):
    make_category(audience="members", name="Lounge")
    make_category(audience="staff", name="Secret plans")
    text = browser.get("/ask").text
    assert "Watering" in text and "Lounge" in text and "Secret plans" not in text


def test_the_address_fills_the_form(browser, mira, category):
    make_category("heating")
    browser.get("/ask?title=Pump+is+loud&category=watering&tags=pump,noise")
    assert (value(browser, "title"), value(browser, "tags")) == ("Pump is loud", "pump,noise")
    assert browser.page.xpath("//select[@name='category']/option[@selected]/text()") == ["Watering"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": "Short"}, "at least 10 characters"),
        ({"title": "水泵漏水"}, "at least 10 characters"),
        ({"title": "x" * 301}, "at most 300 characters"),
        ({"title": ""}, "give it a title"),
        ({"body": ""}, "write something"),
        ({"body": "x" * 40_001}, "40,000"),
        ({"tags": "a b c d e f"}, "at most 5 tags"),
        ({"tags": "under_score"}, "cannot be a tag"),
        ({"category": ""}, "choose a category"),
        ({"category": "999999"}, "Not a valid choice"),
        ({"category": "9" * 40}, "choose a category"),
        ({"category": "abc"}, "choose a category"),
        ({"body": "* a\n" * 9_999}, "list items"),
    ],
)
def test_what_breaks_a_rule_is_said_beside_the_field_and_everything_typed_stays(browser, mira, category, change, message):
    make_category()
    values = {**GIVEN, "category": str(category.id), **change}
    response = browser.post("/ask", values, 400)
    assert response.mimetype == "text/html" and message in response.text
    browser.page = lxml.html.document_fromstring(response.text)
    assert value(browser, "title") == values["title"] and value(browser, "tags") == values["tags"]
    assert value(browser, "body") == values["body"].rstrip()
    assert count_threads() == 0


def test_a_preview_without_a_script_shows_the_text_and_posts_nothing(browser, mira, category):
    browser.post("/ask", {**GIVEN, "category": str(category.id), "preview": "1"}, 200)
    assert browser.page.xpath("//section[@aria-label='Preview']//strong/text()") == ["water"]
    assert value(browser, "title") == GIVEN["title"] and count_threads() == 0


def test_checking_for_answers_without_a_script_keeps_what_was_typed(browser, mira, category, monkeypatch):
    row = {"path": "/questions/1/x", "title": "Pump is silent", "kind": "question", "status": "solved", "answer_html": "Prime it"}
    row |= {"key": "t1", "summary": "", "may_solve": True}
    monkeypatch.setattr(asking, "similar_rows", lambda title, body: [row] if title else [])
    browser.post("/ask", {**GIVEN, "category": str(category.id), "check": "1"}, 200)
    assert "Pump is silent" in browser.text() and value(browser, "body") == GIVEN["body"] and count_threads() == 0


def test_visitors_may_check_for_answers_and_are_led_to_sign_in(browser, category, monkeypatch):
    monkeypatch.setattr(asking, "similar_rows", lambda title, body: [])
    browser.get("/ask?title=Pump+is+loud")
    assert browser.page.xpath("//input[@id='title']/@value") == ["Pump is loud"]
    link = browser.page.xpath("//a[starts-with(@href, '/login')]/@href")
    assert any("next=/ask%3Ftitle%3DPump" in path for path in link)
    assert not browser.page.xpath("//form[@method='post'][contains(@action, '/ask')]")
    assert browser.client.post("/ask", data=GIVEN).status_code in (303, 400)
    assert count_threads() == 0


def test_suspended_people_are_told_and_cannot_post(browser, category):
    browser.sign_in(make_person(suspended_until=now() + timedelta(days=1)))
    assert "suspended" in browser.get("/ask").text
    refused = browser.post("/ask", {**GIVEN, "category": str(category.id)}, 403)
    assert "suspended" in refused.text and GIVEN["body"] in refused.text and count_threads() == 0


def test_a_site_without_categories_says_so(browser, mira):
    assert "no categories yet" in browser.get("/ask").text


def test_a_thread_that_waits_is_shown_to_its_author_with_a_notice(browser, mira):
    held = make_category(needs_approval=True)
    response = browser.post("/ask", {**GIVEN, "category": str(held.id)})
    text = browser.get(response.headers["Location"]).text
    assert "A moderator reads it first" in text and "Waiting for a moderator" in text
    browser.sign_in(make_person())
    browser.get(response.headers["Location"], 404)


def test_a_draft_comes_back_with_a_notice_and_goes_when_posted_or_discarded(browser, mira, category):
    actor = actor_of(mira)
    typed = {"title": "Half a title", "body": "Half", "category": str(category.id)}
    browser.post("/drafts/ask", typed, 200, headers={"Accept": "application/json"})
    browser.get("/ask")
    assert value(browser, "title") == "Half a title" and "We kept what you had typed" in browser.text()
    browser.submit("/drafts/ask", {})
    assert find_draft(actor, "ask") is None
    with unit_of_work():
        save_draft(actor, key="ask", fields={"body": "Half"})
    browser.post("/ask", {**GIVEN, "category": str(category.id)})
    assert find_draft(actor, "ask") is None


def test_an_address_with_a_title_does_not_overwrite_a_text_that_was_begun(browser, mira, category):
    """What is typed on a page is kept as the draft of the page: so it shows the text until that is discarded."""
    with unit_of_work():
        save_draft(actor_of(mira), key="ask", fields={"title": "My old draft", "body": "Half"})
    browser.get("/ask?title=Quite+another+question")
    assert value(browser, "title") == "My old draft" and "We kept what you had typed" in browser.text()
    assert browser.submit("/drafts/ask", {}).location == "/ask?title=Quite+another+question"
    browser.get("/ask?title=Quite+another+question")
    assert value(browser, "title") == "Quite another question" and "We kept" not in browser.text()


def test_a_draft_of_a_title_alone_gives_way_to_another_title(browser, mira, category):
    with unit_of_work():
        save_draft(actor_of(mira), key="ask", fields={"title": "My old title"})
    browser.get("/ask?title=Quite+another+question")
    assert value(browser, "title") == "Quite another question" and "We kept" not in browser.text()


def test_similar_threads_are_a_fragment_for_everybody(client, monkeypatch):
    seen = []
    monkeypatch.setattr(checking, "similar_rows", lambda title, body: seen.append(title) or [])
    response = client.get("/ask/similar?title=" + "x" * 10_000)
    assert response.status_code == 200 and "<html" not in response.text and len(seen[0]) == 300


def test_a_null_byte_and_control_characters_do_no_harm(browser, mira, category):
    browser.post("/ask", {"title": "The pump\x00 hums\x07 loudly", "body": "No\x00 water\ud7ff", "category": str(category.id)})
    assert db.session.scalars(sa.select(Thread.title)).one() == "The pump hums loudly"


def test_previews_and_refused_forms_do_not_use_up_what_one_may_post(browser, mira, category, limits):
    values = {**GIVEN, "category": str(category.id)}
    for _ in range(8):
        browser.post("/ask", {**values, "preview": "1"}, 200)
        browser.post("/ask", {**values, "title": "x"}, 400)
    statuses = []
    for number in range(8):
        response = browser.client.post(
            "/ask", data={**values, "title": f"{GIVEN['title']} {number}", "csrf_token": browser.token()}
        )
        statuses.append(response.status_code)
    assert statuses == [303] * 6 + [429] * 2
    assert GIVEN["body"] in response.text
