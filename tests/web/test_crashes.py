"""When something of ours breaks: people get a whole page and what they typed, and a number that leads to the lines in the log."""

from __future__ import annotations

import logging
import re

import pytest

from tests.client import Browser
from tests.factories import make_person, make_thread

TYPED = "Turn the pump off, wait for a minute, turn it on again."


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding an answer breaks with something that nobody expected."""

    def crash(*_given: object, **_named: object) -> None:
        raise RuntimeError("the pump is dry")

    monkeypatch.setattr("app.forum.routes.answering.add_post", crash)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("accepted", ["text/html", "application/json"])
def test_what_people_are_told_leads_to_what_the_log_says(
    browser: Browser, caplog: pytest.LogCaptureFixture, accepted: str
) -> None:
    thread, browser = make_thread(make_person("ada"), "Why?"), browser.sign_in(make_person("bob"))
    given = {"body": TYPED, "csrf_token": browser.token()}
    with caplog.at_level(logging.ERROR, logger="app"):
        answers = [
            browser.client.post(f"/questions/{thread.id}/answers", data=given, headers={"Accept": accepted}) for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [500, 500]
    named = [found for answer in answers for found in re.findall(r"name error ([0-9a-f]{8})\.", answer.text)]
    logged = [record for record in caplog.records if record.getMessage() == "request.failed"]
    assert named == [vars(record)["error_id"] for record in logged] and len(set(named)) == 2
    assert "the pump is dry" not in answers[0].text and "the pump is dry" in str(logged[0].exc_info)
    assert accepted != "text/html" or TYPED in answers[0].text
