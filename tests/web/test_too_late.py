"""A form that somebody else was faster with leads back to the page that it was sent from."""

from __future__ import annotations

import lxml.html
import pytest

from tests.factories import make_person, make_question


@pytest.mark.parametrize(
    ("sent_from", "leads"),
    [
        ("http://localhost/moderation/log?page=2", True), ("http://elsewhere.example/moderation/log", False),
        ("http://localhost/moderation/waves/1/remove", False), ("http://localhost/nowhere/at/all", False), ("", False),
    ],
)  # fmt: skip
def test_whoever_was_late_comes_back_to_where_they_were(browser, sent_from: str, leads: bool):
    thread = make_question()
    browser.sign_in(make_person("moe", "moderator"))
    browser.post(f"/moderation/threads/{thread.id}/pin")
    answer = browser.post(f"/moderation/threads/{thread.id}/pin", status=409, headers={"Referer": sent_from})
    buttons = lxml.html.document_fromstring(answer.text).xpath("//main//a[contains(@class, 'btn')]/@href")
    assert buttons == (["/moderation/log?page=2", "/"] if leads else ["/"])
