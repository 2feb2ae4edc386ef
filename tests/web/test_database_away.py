"""When the database cannot be used: people are told so on a whole page, and what they typed is on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core import db as kernel
from app.core.db import IMMEDIATE, db
from app.core.reading import Reader
from tests.client import Browser
from tests.factories import make_person, make_thread

TYPED = "Turn the pump off, wait for a minute, turn it on again."


@pytest.fixture
def production(app: Flask) -> Iterator[None]:
    """What nobody handles becomes the answer of a server, as in production."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield
    app.config["PROPAGATE_EXCEPTIONS"] = None


@pytest.fixture
def sqlite_only(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("about SQLite")


@pytest.mark.usefixtures("sqlite_only")
def test_who_waits_in_vain_for_the_turn_to_write_is_told_to_come_back(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    thread, browser = make_thread(make_person("ada"), "Why?"), browser.sign_in(make_person("bob"))
    given = {"body": TYPED, "csrf_token": browser.token()}
    monkeypatch.setattr("app.core.db.BUSY_SECONDS", 0.02)
    with db.engine.connect().execution_options(**IMMEDIATE) as other, other.begin():
        answer = browser.client.post(f"/questions/{thread.id}/answers", data=given)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
    assert "busy or away" in answer.text and TYPED in answer.text


@pytest.mark.usefixtures("sqlite_only")
def test_a_reader_whose_database_cannot_be_opened_is_told_so(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, production: None
) -> None:
    def driver(_self: Reader) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    def connection() -> sa.Connection:
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("unable to open database file"))

    assert [browser.client.get("/questions").status_code for _ in range(2)] == [200, 200]  # its statements are known from now on
    monkeypatch.setattr(Reader, "driver", driver)
    monkeypatch.setattr(kernel, "connection", connection)
    assert browser.client.get("/questions").status_code == 503


def test_what_somebody_typed_is_not_lost_when_the_database_goes_away_meanwhile(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, production: None
) -> None:
    thread, browser = make_thread(make_person("ada"), "Why?"), browser.sign_in(make_person("bob"))
    given = {"body": TYPED, "csrf_token": browser.token()}
    asked, here = list[int](), kernel.connection

    def connection() -> sa.Connection:
        asked.append(1)
        if len(asked) > 1:  # who is asking was read before
            raise OperationalError("SELECT", {}, Exception("server closed the connection"))
        return here()

    monkeypatch.setattr(kernel, "connection", connection)
    answer = browser.client.post(f"/questions/{thread.id}/answers", data=given)
    assert answer.status_code == 503 and "busy or away" in answer.text
    assert TYPED in answer.text and "Bob" in answer.text
