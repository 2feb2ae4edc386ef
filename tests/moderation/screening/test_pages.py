"""The pages of screening in the browser."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.client import Browser
from tests.factories import make_category, make_person, make_question, opening_of


@pytest.fixture
def moderator(app: Flask, browser: Browser) -> Browser:
    return browser.sign_in(make_person("mo", role="moderator"))


@pytest.mark.parametrize("path", ["/moderation/screening", "/moderation/screening/try"])
def test_only_moderators_enter(app: Flask, path: str):
    assert Browser(app).get(path, status=302).location.startswith("/login")
    Browser(app).sign_in(make_person(role="staff")).get(path, status=404)


def test_from_rule_to_held_text_to_decision(app: Flask, moderator: Browser):
    moderator.get("/moderation/screening")
    assert "Nothing is watched yet" in moderator.text() and "classifier is off" in moderator.text()
    moderator.submit("/moderation/screening", {"text": "casino*", "measure": "hold"})
    moderator.get("/moderation/screening")
    assert "casino*" in moderator.text()
    category, writer = make_category(), Browser(app).sign_in(make_person("rita"))
    writer.get("/ask")
    asked = writer.submit(
        "/ask", {"title": "Which casinos are good?", "body": "Asking for a friend.", "category": str(category.id)}
    )
    writer.get(asked.location)
    assert "A moderator reads it first" in writer.text()
    moderator.get("/moderation/queue")
    assert "Why it waits" in moderator.text() and "Says “casino*”, a watched word" in moderator.text()
    moderator.get("/moderation/screening/try")
    tried = moderator.submit("/moderation/screening/try", {"text": "casino"}, status=200)
    assert "<b>Waits</b>" in tried.text


def test_a_refused_comment_keeps_what_was_typed(app: Flask, moderator: Browser):
    moderator.get("/moderation/screening?kind=host")
    moderator.submit("/moderation/screening", {"text": "bad.example", "measure": "block"})
    post = opening_of(make_question())
    writer = Browser(app).sign_in(make_person("rita"))
    again = writer.post(f"/posts/{post.id}/comments", {"body": "Go to bad.example"}, status=400)
    assert "Your text names bad.example" in again.text and "Go to bad.example</textarea>" in again.text


def test_errors_keep_what_was_typed_and_removed_rules_come_back(app: Flask, moderator: Browser):
    moderator.get("/moderation/screening")
    again = moderator.submit("/moderation/screening", {"text": "x", "measure": "hold", "note": "Kept"}, status=400)
    assert 'value="Kept"' in again.text and "at least 3 letters" in again.text
    moderator.get("/moderation/screening?kind=nothing", status=404)
    moderator.get("/moderation/screening?removed=1")
    assert "Nothing was removed" in moderator.text()
