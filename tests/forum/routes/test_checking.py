"""Before a question is asked: what is like it, and ending the ask there."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app.core import events
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.routes import asking, checking
from app.forum.services.drafting import find_draft, save_draft
from app.search.documents import HitCard
from app.search.events import AskDeflected
from tests.asserts import assert_queries
from tests.factories import actor_of, make_category, make_person, make_question

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
TITLE = "The pump hums but nothing flows"


@pytest.fixture
def told():
    """Facts told upward while a test runs."""
    found: list[AskDeflected] = []
    handler = found.append
    events.subscribe(AskDeflected, handler)
    yield found
    events._handlers[AskDeflected].remove(handler)


def row(**values):
    plain = {"key": "t1", "path": "/questions/1/x", "title": "Pump is silent", "kind": "question", "status": "solved"}
    return {**plain, "summary": "", "answer_html": "Prime it", "may_solve": True, **values}


def end(browser, key, status=303, **values):
    given = {"title": TITLE, "solved": key, **values}
    response = browser.client.post("/ask/solved", data=given, headers=FIREFOX)
    assert response.status_code == status, response.text[:800]
    return response


def test_a_visitor_ends_the_ask_with_what_solved_it_and_it_is_counted(browser, told):
    thread = make_question(title="A silent pump")
    response = end(browser, f"t{thread.id}")
    assert (told[0].query, told[0].key, told[0].actor_id) == (TITLE, f"t{thread.id}", None) and len(told) == 1
    assert not response.headers.get_all("Set-Cookie")
    place = urlsplit(response.headers["Location"])
    assert place.path == "/ask/solved" and parse_qs(place.query) == {"by": [f"t{thread.id}"], "title": [TITLE]}
    browser.get(response.headers["Location"])
    assert browser.page.xpath(f"//main//a[@href='{thread.path}']")
    assert browser.page.xpath("//main//a[@href='/ask?title=The+pump+hums+but+nothing+flows']")
    assert browser.page.xpath("//meta[@name='robots']/@content") == ["noindex,follow"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 1


def test_a_member_loses_nothing_that_was_written(browser, told):
    person, thread = make_person("mira"), make_question()
    browser.sign_in(person)
    end(browser, f"t{thread.id}", body="All the details", tags="pump")
    kept = find_draft(actor_of(person), "ask")
    assert kept.fields["body"] == "All the details" and kept.fields["title"] == TITLE and told[0].actor_id == person.id
    assert "is kept" in browser.get(f"/ask/solved?by=t{thread.id}").text


def test_a_title_that_is_too_long_to_ask_with_can_be_solved_and_loses_nothing(browser, told):
    person, thread = make_person("mira"), make_question()
    browser.sign_in(person)
    end(browser, f"t{thread.id}", title="It hums. " * 40, body="All the details")
    kept = find_draft(actor_of(person), "ask")
    assert kept.fields["title"] == "It hums. " * 40 and kept.fields["body"] == "All the details" and len(told) == 1


def test_a_draft_of_a_title_alone_is_done_with(browser):
    person, thread = make_person("mira"), make_question()
    with unit_of_work():
        save_draft(actor_of(person), key="ask", fields={"title": TITLE})
    browser.sign_in(person)
    end(browser, f"t{thread.id}", body="  ")
    assert find_draft(actor_of(person), "ask") is None
    assert "is kept" not in browser.get(f"/ask/solved?by=t{thread.id}").text


@pytest.mark.parametrize("key", ["", "t", "x1", "t0", "t999999", "a1", "t" + "9" * 19, "t1'", "t²", "t1 or 1", "t-1"])
def test_a_document_that_is_not_there_ends_nothing(browser, told, key):
    end(browser, key, 404)
    browser.client.get("/ask/solved", query_string={"by": key})
    assert told == []


def test_what_one_may_not_read_is_not_there(browser, told):
    thread = make_question(title="A secret pump", category=make_category(audience="staff"))
    end(browser, f"t{thread.id}", 404)
    assert "secret" not in browser.get(f"/ask/solved?by=t{thread.id}", 404).text
    browser.sign_in(make_person(role="staff"))
    end(browser, f"t{thread.id}")
    assert len(told) == 1


def test_programs_other_sites_and_empty_titles_count_nothing(browser, told):
    thread = make_question()
    data = {"title": TITLE, "solved": f"t{thread.id}"}
    assert browser.client.post("/ask/solved", data=data, headers={"User-Agent": "curl/8"}).status_code == 403
    assert browser.client.post("/ask/solved", data=data, headers={**FIREFOX, "Sec-Fetch-Site": "cross-site"}).status_code == 403
    end(browser, f"t{thread.id}", 400, title="  ")
    assert told == []


def test_the_page_after_it_takes_few_statements(browser):
    thread = make_question()
    with assert_queries(at_most=1):
        browser.get(f"/ask/solved?by=t{thread.id}")


def card(number, status, kind="thread", **values):
    return HitCard(kind, number, f"Title {number}", f"/x/{number}", status, "Text", thread_kind="question", **values)


def test_articles_come_first_then_what_is_solved_with_the_accepted_answer(app, monkeypatch):
    cards = [
        card(1, "unanswered"), card(2, "answered", answer=""), card(3, "solved", answer="Prime it.\n\nThen wait."),
        card(4, "likely_solved"), card(5, "published", "article", excerpt="In short"), card(6, "solved"),
    ]  # fmt: skip
    monkeypatch.setattr(checking, "current_engine", lambda: None)
    monkeypatch.setattr(checking, "similar_questions", lambda *given: cards)
    with app.test_request_context("/ask"):
        rows = checking.similar_rows(TITLE, "")
    assert [found["key"] for found in rows] == ["a5", "t3", "t6", "t4", "t2", "t1"]
    assert rows[0]["summary"] == "In short" and rows[1]["answer_html"] == "<p>Prime it.</p><p>Then wait.</p>"
    assert [found["may_solve"] for found in rows] == [True] * 5 + [False]


def test_those_who_ask_without_suggestions_see_none(app, monkeypatch):
    monkeypatch.setattr(checking, "current_engine", lambda: None)
    monkeypatch.setattr(checking, "asks_without_suggestions", lambda: True)
    monkeypatch.setattr(checking, "similar_questions", lambda *given: [card(1, "solved")])
    with app.test_request_context("/ask"):
        assert checking.similar_rows(TITLE, "") == []


@pytest.mark.parametrize(("path", "buttons"), [("/ask/similar?title=x", 1), ("/ask/similar?title=x&for=discussion", 0)])
def test_only_questions_end_with_a_suggestion(client, monkeypatch, path, buttons):
    monkeypatch.setattr(checking, "similar_rows", lambda title, body: [row(), row(may_solve=False, answer_html="")])
    assert client.get(path).text.count('formaction="/ask/solved"') == buttons


@pytest.mark.parametrize("is_member", [False, True])
def test_enter_in_the_title_checks_and_does_not_end_the_ask(browser, monkeypatch, is_member):
    make_category()
    monkeypatch.setattr(asking, "similar_rows", lambda title, body: [row()])
    if is_member:
        browser.sign_in(make_person())
    browser.get("/ask?title=" + TITLE.replace(" ", "+"))
    form = browser.page.xpath("//main//form[.//input[@name='title']]")[0]
    first = form.xpath("(.//button[not(@type) or @type='submit'])[1]")[0]
    assert first.text_content().strip() == "Check for answers"
    assert form.xpath(".//button[@formaction='/ask/solved'][@formmethod='post'][@name='solved'][@value='t1']")
