"""Pages about people, for moderators and for whom a decision is about: what they show, keep and refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.tokens import make_standing_token
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.moderation.models import LogEntry, Sanction
from app.moderation.people.appealing import appeal
from app.moderation.people.imposing import impose
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_person, make_question


def sanctioned(kind: str = "mute", by: Person | None = None, **values: object) -> tuple[Person, Sanction]:
    person = make_person(**values)  # type: ignore[arg-type]
    with unit_of_work():
        one = impose(
            actor_of(by) if by else SYSTEM, person_id=person.id, kind=kind, reason="Insults", until=now() + timedelta(days=7)
        )
    return person, one


@pytest.fixture
def moderator(app: Flask) -> Browser:
    return Browser(app).sign_in(make_person("mo", role="moderator"))


def newest() -> Sanction | None:
    return db.session.scalar(sa.select(Sanction).order_by(Sanction.id.desc()).limit(1))


def test_a_decision_is_seen_as_the_person_will_read_it_before_it_is_made(app: Flask, moderator: Browser) -> None:
    person = make_person("loud")
    path = f"/moderation/people/{person.id}/decide"
    moderator.get(path + "?kind=suspend")
    first = moderator.submit("/decide", {"kind": "suspend", "days": "3", "template": "rude", "words": "Twice today."}, status=200)
    assert "will read this" in first.text and "Twice today." in first.text and newest() is None
    seen = moderator.post(path, {"kind": "suspend", "days": "3", "template": "rude", "words": "Twice today."}, status=200)
    token = moderator.page.xpath("//input[@name='seen']/@value")[0]  # type: ignore[union-attr]
    assert "hurtful" in seen.text
    other = {"kind": "suspend", "days": "30", "template": "rude", "words": "Twice today.", "seen": token}
    assert "will read this" in moderator.post(path, other, status=200).text and newest() is None  # another length: seen anew
    moderator.post(path, {"kind": "suspend", "days": "3", "template": "rude", "words": "Twice today.", "seen": token})
    made = newest()
    assert made is not None and made.reason.endswith("hurtful. Twice today.") and made.until is not None
    assert "Undo" in moderator.get(f"/moderation/people/{person.id}").text


@pytest.mark.parametrize(("sent", "words"), [
    ({}, "choose what is to happen"), ({"kind": "mute", "days": "5"}, "Not a valid choice"),
    ({"kind": "warn"}, "choose a reason"), ({"kind": "warn", "template": "rude", "words": "x" * 290}, "keep all of it to 300"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_lost(app: Flask, moderator: Browser, sent: dict[str, str], words: str) -> None:
    answer = moderator.post(f"/moderation/people/{make_person().id}/decide", {"words": "My words", **sent}
                            if "words" in sent or sent.get("kind") != "warn" else sent, status=400)  # fmt: skip
    assert words in answer.text and newest() is None
    assert "words" not in sent or sent["words"] in answer.text


def test_pages_are_for_moderators(app: Flask, browser: Browser) -> None:
    person, one = sanctioned()
    browser.sign_in(make_person(role="staff"))
    for path in ("/moderation/people", f"/moderation/people/{person.id}", f"/moderation/people/{person.id}/decide"):
        browser.get(path, status=404)
    browser.post(f"/moderation/people/{person.id}/sanctions/{one.id}/lift", {"reason": "x"}, status=404)


def test_the_record_shows_all_and_costs_little(app: Flask, moderator: Browser) -> None:
    person, one = sanctioned()
    make_answer(make_question(author=person), author=person)
    with unit_of_work():
        appeal(person.id, sanction_id=one.id, note="It was not me.")
    with assert_queries(13):
        text = moderator.get(f"/moderation/people/{person.id}").text
    assert all(words in text for words in ("Insults", "It was not me.", "1 thread", "Take it back", "started"))
    moderator.get("/moderation/people/999999", status=404)


def test_lists_find_whom_something_is_about_and_whom_one_looks_for(app: Flask, moderator: Browser) -> None:
    assert "Nobody is restricted" in moderator.get("/moderation/people").text
    person, one = sanctioned(name="gruff")
    with unit_of_work():
        appeal(person.id, sanction_id=one.id, note="Please look again.")
    text = moderator.get("/moderation/people").text
    assert "Gruff" in text and "1 appeal waits" in text and "Please look again." in text
    assert "Gruff" in moderator.get("/moderation/people?q=gr").text
    assert "Nobody is called that" in moderator.get("/moderation/people?q=zz%25").text


def test_an_appeal_is_answered_on_the_record(app: Flask, moderator: Browser) -> None:
    person, one = sanctioned()
    with unit_of_work():
        appeal(person.id, sanction_id=one.id, note="It was not me.")
    url = f"/moderation/people/{person.id}/sanctions/{one.id}/appeal"
    refused = moderator.post(url, {"decision": "lift", "answer": " "}, status=400)
    assert "answer in a sentence" in refused.text and 'value="lift" required checked' in refused.text
    moderator.post(url, {"decision": "lift", "answer": "You are right."})
    assert "has decided" in moderator.post(url, {"decision": "uphold", "answer": "No."}, status=409).text
    text = Browser(app).sign_in(person).get("/settings/standing").text
    assert "You are right." in text and "We took it back" in text


def test_taking_back_needs_a_reason_and_can_be_undone(app: Flask, moderator: Browser) -> None:
    person, one = sanctioned()
    url = f"/moderation/people/{person.id}/sanctions/{one.id}/lift"
    assert "The person will read it." in moderator.post(url, {"reason": ""}, status=400).text
    moderator.post(url, {"reason": "A mistake"})
    assert moderator.post(url, {"reason": "Again"}, status=409)
    entry = db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert entry is not None and entry.action == "lift"
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "No mistake"})
    db.session.refresh(person)
    assert person.is_muted_at(now())


def test_a_warning_stands_on_every_page_until_it_is_read(app: Flask) -> None:
    person, _one = sanctioned("warn")
    thread = make_question()
    browser = Browser(app).sign_in(person)
    assert "have a warning from the moderators" in browser.get("/").text
    answer = browser.post(f"/questions/{thread.id}/answers", {"body": "Check the inlet filter."}, status=403)
    assert "read it first" in answer.text
    assert 'href="/settings/standing">Read it</a>' in browser.get("/ask").text
    assert 'action="/settings/profile"' not in browser.get("/settings/profile").text
    assert "have a warning from the moderators. <a" not in browser.get("/settings/standing").text
    browser.submit("/acknowledge", {})
    assert 'action="/settings/profile"' in browser.get("/settings/profile").text
    assert "have a warning from the moderators" not in browser.get("/").text
    browser.post(f"/questions/{thread.id}/answers", {"body": "Check the inlet filter."})


def test_the_person_reads_what_and_why_and_asks_once(app: Flask) -> None:
    moderator = make_person("judge", role="moderator")
    person, one = sanctioned("suspend", moderator)
    browser = Browser(app).sign_in(person)
    with assert_queries(5):
        text = browser.get("/settings/standing").text
    assert "Insults" in text and "suspended until" in text and "Judge" not in text
    assert "think again" in browser.post(f"/settings/standing/{one.id}/appeal", {"note": " "}, status=400).text
    long = browser.post(f"/settings/standing/{one.id}/appeal", {"note": "y" * 2001}, status=400)
    assert "yyy" in long.text and "at most 2,000" in long.text
    browser.post(f"/settings/standing/{one.id}/appeal", {"note": "I was hacked."})
    assert "I was hacked." in browser.get("/settings/standing").text
    assert "already" in browser.post(f"/settings/standing/{one.id}/appeal", {"note": "Again"}, status=409).text
    Browser(app).sign_in(make_person()).post(f"/settings/standing/{one.id}/appeal", {"note": "Mine?"}, status=404)
    assert "All is well" in Browser(app).sign_in(make_person()).get("/settings/standing").text


@pytest.mark.parametrize("kind", ["mute", "suspend"])
def test_who_may_write_no_texts_is_told_where_a_form_would_be(app: Flask, kind: str) -> None:
    person, _one = sanctioned(kind)
    thread = make_question()
    answer = make_answer(thread)
    browser = Browser(app).sign_in(person)
    assert "Settings, Standing" in browser.get(thread.path).text
    browser.post(f"/questions/{thread.id}/answers", {"body": "Check the inlet filter."}, status=403)
    browser.post(f"/posts/{answer.id}/comments", {"body": "Check the inlet filter."}, status=403)
    browser.post(f"/posts/{answer.id}/vote", {"value": "1"}, status=303 if kind == "mute" else 403)
    browser.post("/settings/profile", {"display_name": "New"}, status=403)
    browser.get("/ask")


def test_the_link_of_somebody_banned_shows_why_takes_an_appeal_and_dies_with_the_ban(app: Flask, moderator: Browser) -> None:
    person, one = sanctioned("ban")
    path = f"/standing/{make_standing_token(str(app.secret_key), person)}"
    browser = Browser(app)
    assert "Insults" in browser.get(path).text
    browser.submit("/appeal", {"note": "My brother did it."})
    assert "My brother did it." in browser.get(path).text
    assert "This link is too old, or was cut off on its way." in browser.get(path + "x", status=410).text
    moderator.post(f"/moderation/people/{person.id}/sanctions/{one.id}/lift", {"reason": "True"})
    over = browser.get(path, status=410).text
    assert "This was taken back meanwhile: please sign in." in over and '<a class="btn" href="/login">' in over
