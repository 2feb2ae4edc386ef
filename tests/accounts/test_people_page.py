"""The public page of a person."""

from __future__ import annotations

import json
from datetime import timedelta

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.forum.queries.contributions import count_contributions, list_answers_of
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question


def data_of(browser: Browser) -> list[dict]:  # type: ignore[type-arg]
    assert browser.page is not None
    return [json.loads(script.text_content()) for script in browser.page.xpath("//script[@type='application/ld+json']")]


def test_a_profile_shows_what_somebody_wrote_and_how_well(app: Flask, browser: Browser) -> None:
    mira = make_person("mira", display_name="Mira Lund", website="https://mira.example", about_html="<p>Pumps.</p>")
    make_question(author=mira, title="Why does it hum?")
    answer = make_answer(make_question(title="Leaking tank"), author=mira, text="Tighten the lower ring.")
    accept(answer)
    make_answer(make_question(title="Dead sensor"), author=mira, text="Change the battery.")
    browser.get("/people/mira")
    text = browser.text()
    assert "Mira Lund" in text and "2 answers" in text and "1 solution" in text and "Pumps." in text
    assert "Leaking tank" in text and "Tighten the lower ring." in text
    browser.get("/people/mira?tab=questions")
    assert "Why does it hum?" in browser.text() and "Leaking tank" not in browser.text()


def test_other_spellings_lead_to_the_right_name_for_good_and_unknown_names_are_404(browser: Browser) -> None:
    make_person("Mira")
    assert browser.get("/people/mira", status=301).headers["Location"] == "/people/Mira"
    assert browser.get("/people/ＭＩＲＡ", status=301).headers["Location"] == "/people/Mira"
    for path in ("/people/nobody", "/people/" + "x" * 5000, "/people/%25", "/people/%2F"):
        browser.get(path, status=404)


def test_names_of_any_script_have_a_page(browser: Browser) -> None:
    person = make_person("李小龍")
    browser.get(person.path)
    assert person.path == "/people/%E6%9D%8E%E5%B0%8F%E9%BE%8D"


def test_search_engines_index_a_profile_once_something_in_it_was_praised_in_public(app: Flask, browser: Browser) -> None:
    mira = make_person("mira", level=1)
    staff_only = make_category(audience="staff")
    make_answer(make_question(category=staff_only), author=mira, score=9)
    plain = make_answer(make_question(), author=mira)
    assert 'content="noindex' in browser.get("/people/mira").text
    assert data_of(browser) == []
    accept(plain)
    assert 'content="noindex' not in browser.get("/people/mira").text
    profile = next(item for item in data_of(browser) if item["@type"] == "ProfilePage")
    assert profile["mainEntity"]["@type"] == "Person" and profile["mainEntity"]["alternateName"] == "mira"
    assert profile["mainEntity"]["agentInteractionStatistic"]["userInteractionCount"] == 1
    assert 'content="noindex' in browser.get("/people/mira?tab=questions").text


@pytest.mark.parametrize("role", ["visitor", "member", "staff", "moderator", "admin"])
def test_counts_and_lists_hold_what_the_reader_may_see_and_agree(app: Flask, role: str) -> None:
    mira = make_person("mira")
    for audience in ("public", "members", "staff"):
        make_answer(
            make_question(category=make_category(audience=audience), title=f"for {audience}"),
            author=mira,
            text=f"canary {audience}",
        )
    browser = Browser(app)
    reader = None if role == "visitor" else make_person(role=role)
    if reader:
        browser.sign_in(reader)
    browser.get("/people/mira")
    visible = {"visitor": ["public"], "staff": ["public", "members", "staff"], "admin": ["public", "members", "staff"]}.get(
        role, ["public", "members"]
    )
    text = browser.text()
    for audience in ("public", "members", "staff"):
        assert (f"canary {audience}" in text) is (audience in visible)
        assert (f"for {audience}" in text) is (audience in visible)
    if reader:
        assert (
            count_contributions(actor_of(reader), mira.id).answers
            == len(list_answers_of(actor_of(reader), mira.id).items)
            == len(visible)
        )


def test_hidden_and_held_posts_are_on_no_profile(app: Flask, browser: Browser) -> None:
    mira = make_person("mira")
    make_answer(make_question(), author=mira, text="hidden canary", hidden_at=now())
    make_answer(make_question(hidden_at=now()), author=mira, text="buried canary")
    make_answer(make_question(), author=mira, text="held canary", held_at=now())
    browser.sign_in(mira).get("/people/mira")
    assert "canary" not in browser.text() and "No answers yet" in browser.text()


def test_long_lists_have_pages_and_end_in_a_404(app: Flask, browser: Browser) -> None:
    mira = make_person("mira")
    thread = make_question()
    for number in range(26):
        make_answer(thread, author=mira, text=f"answer number {number}.")
    browser.get("/people/mira")
    assert "answer number 25." in browser.text() and "answer number 0." not in browser.text()
    browser.get("/people/mira?tab=answers&page=2")
    assert "answer number 0." in browser.text()
    browser.get("/people/mira?tab=answers&page=3", status=404)
    browser.get("/people/mira?page=99999999999999999999", status=404)


def test_moderators_find_the_record_and_members_nothing_of_it(app: Flask) -> None:
    mira = make_person("mira", suspended_until=now() + timedelta(days=1), suspended_reason="advertising")
    moderator = Browser(app).sign_in(make_person(role="moderator"))
    page = lxml.html.document_fromstring(moderator.get("/people/mira").text)
    assert page.xpath(f"//a[@href='/moderation/people/{mira.id}']") and "Suspended" in moderator.text()
    member = Browser(app).sign_in(make_person())
    member.get("/people/mira")
    assert "uspended" not in member.text() and "Record and decisions" not in member.text()


def test_a_profile_costs_at_most_six_statements_for_a_visitor(app: Flask, browser: Browser) -> None:
    mira = make_person("mira")
    for _ in range(5):
        make_answer(make_question(author=mira, tags=("pump",)), author=mira)
    for path in ("/people/mira", "/people/mira?tab=questions"):
        seen: list[str] = []
        listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731, B023
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        browser.client.get(path)
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        assert len([s for s in seen if s.startswith("SELECT")]) <= 6
