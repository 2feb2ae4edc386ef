"""What keeps robots from signing up, and what people see of it: they are asked again, and nothing they typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.addresses import checked_address
from app.accounts.models import Person
from app.accounts.services import passwords, robots
from app.accounts.services.robots import Pace
from app.core.actor import CONFIRM_FIRST
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid
from app.core.settings import Settings, SettingsError
from tests.accounts.people import PASSWORD, is_signed_in
from tests.client import Browser
from tests.factories import make_category, make_person
from tests.mailbox import collect, link_in

GOOD = {"name": "mira", "email": "mira@example.com", "password": PASSWORD}
SECRET = "a secret that only tests know, and long enough"


@pytest.fixture
def configured(app: Flask) -> Iterator[Any]:
    """Change settings of the running site for one test."""
    before = app.extensions["settings"]

    def change(**values: Any) -> None:
        app.extensions["settings"] = replace(before, **values)

    yield change
    app.extensions["settings"] = before


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hash_password", lambda password: "$hash$")


def people() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0


@pytest.mark.parametrize(
    ("waited", "least", "pace"),
    [(0, 3, Pace.FAST), (2, 3, Pace.FAST), (4, 3, Pace.HUMAN), (4, 10, Pace.FAST), (0, 0, Pace.HUMAN),
     (robots.STAMP_HOURS * 3600 + 2, 3, Pace.OLD)],
)  # fmt: skip
def test_the_stamp_of_a_form_says_how_it_was_filled_in(waited: int, least: int, pace: Pace) -> None:
    with time_machine.travel(now().replace(microsecond=0), tick=False) as traveller:
        stamp = robots.make_stamp(SECRET)
        traveller.shift(timedelta(seconds=waited))
        assert robots.read_pace(SECRET, stamp, least) == pace


@pytest.mark.parametrize("stamp", ["", "form", "form.x.y", "x" * 5000, "\ud800", "форма.1.2"])
def test_a_missing_or_forged_stamp_counts_as_an_old_form(stamp: str) -> None:
    assert robots.read_pace(SECRET, stamp, 3) == Pace.OLD
    assert robots.read_pace(SECRET, robots.make_stamp("another secret"), 3) == Pace.OLD


@pytest.mark.parametrize("given", ["Blue", " blue. ", "BLUE", "ｂｌｕｅ", "the sky-blue", "the  sky blue!"])
def test_an_answer_counts_in_any_spelling(given: str) -> None:
    robots.ensure_answer(given, ("blue", "The sky blue"))


@pytest.mark.parametrize("given", ["", "  ", "red", "blue red", "!"])
def test_another_answer_does_not(given: str) -> None:
    with pytest.raises(Invalid, match="not the answer"):
        robots.ensure_answer(given, ("blue", "The sky blue", "42 °"))


@pytest.mark.parametrize("address", ["a@throw.example", "a@THROW.example", "a@mx.eu.throw.example", "a@wegwerf-büro.example"])
def test_hosts_of_throw_away_mail_are_refused_with_their_sub_domains(address: str) -> None:
    with pytest.raises(Invalid, match="thrown away"):
        checked_address(address, blocked=frozenset({"throw.example", "xn--wegwerf-bro-1hb.example"}))


@pytest.mark.parametrize("address", ["a@notthrow.example", "a@throw.example.org", "throw.example@example.com"])
def test_hosts_that_only_look_alike_are_not(address: str) -> None:
    assert checked_address(address, blocked=frozenset({"throw.example"})) == address


def test_the_hosts_of_throw_away_mail_come_from_the_setting_or_a_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    listed = tmp_path / "hosts.txt"
    listed.write_text("# ours\nThrow.example\n\nwegwerf-büro.example  # since May\n", encoding="utf-8")
    wanted = frozenset({"throw.example", "xn--wegwerf-bro-1hb.example"})
    assert Settings.from_env({"BLOCKED_MAIL_HOSTS": str(listed)}).blocked_mail_hosts == wanted
    assert Settings.from_env({"BLOCKED_MAIL_HOSTS": "throw.example, wegwerf-büro.example,"}).blocked_mail_hosts == wanted


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"BLOCKED_MAIL_HOSTS": "/no/such/file"}, "cannot read the file"),
        ({"BLOCKED_MAIL_HOSTS": "fine.example, no host"}, "is no host"),
        ({"BLOCKED_MAIL_HOSTS": "localhost"}, "is no host"),
        ({"SIGNUP_QUESTION": "Which colour?"}, "set both or neither"),
        ({"SIGNUP_ANSWERS": "blue"}, "set both or neither"),
        ({"SIGNUP_QUESTION": "Which colour?", "SIGNUP_ANSWERS": " | "}, "set both or neither"),
        ({"MAIL_CONFIRMATION": "yes"}, "must be one of"),
    ],
)
def test_settings_that_make_no_sense_are_reported_at_start(environ: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_env(environ)


def test_who_is_too_fast_is_asked_again_and_gets_in_with_the_same_form(app: Flask, browser: Browser, configured: Any) -> None:
    configured(signup_seconds=3)
    with time_machine.travel(now(), tick=False) as traveller:
        browser.get("/signup")
        first = browser.submit("/signup", GOOD, status=400)
        assert "That was very quick" in first.text and "mira@example.com" in first.text and PASSWORD not in first.text
        assert people() == 0
        traveller.shift(timedelta(seconds=4))
        browser.submit("/signup", GOOD)
        assert is_signed_in(browser)


def test_a_form_that_lay_around_is_asked_for_again_with_a_fresh_stamp(browser: Browser, configured: Any) -> None:
    configured(signup_seconds=3)
    browser.get("/signup")
    page = browser.submit("/signup", GOOD | {"stamp": "forged"}, status=400)
    assert "open for a long time" in page.text and 'value="forged"' not in page.text and "mira@example.com" in page.text


def test_the_trap_is_named_emptied_and_out_of_sight(browser: Browser) -> None:
    browser.get("/signup")
    assert browser.page is not None
    trap = browser.page.xpath("//div[@aria-hidden='true']//input[@name='homepage']")[0]
    assert (trap.get("tabindex"), trap.get("autocomplete")) == ("-1", "off")
    page = browser.submit("/signup", GOOD | {"homepage": "https://bots.example"}, status=400)
    assert "bots.example" not in page.text and people() == 0


def test_the_question_of_the_site_is_asked_and_its_answer_kept(browser: Browser, configured: Any) -> None:
    configured(signup_question="What colour is our logo?", signup_answers=("blue", "light blue"))
    assert "What colour is our logo?" in browser.get("/signup").text
    for answer in ("", "green"):
        page = browser.submit("/signup", GOOD | {"answer": answer}, status=400)
        assert ("not the answer" if answer else "Please answer the question.") in page.text
        assert "mira@example.com" in page.text and f'value="{answer}"' in page.text
    assert people() == 0
    browser.submit("/signup", GOOD | {"answer": "Light-blue!"})
    assert people() == 1


def test_nobody_signs_up_with_throw_away_mail_or_changes_to_it(browser: Browser, configured: Any) -> None:
    configured(blocked_mail_hosts=frozenset({"throw.example"}))
    browser.get("/signup")
    assert "thrown away" in browser.submit("/signup", GOOD | {"email": "m@x.throw.example"}, status=400).text
    assert people() == 0


def test_without_a_confirmed_address_people_read_and_are_told_how_to_go_on(app: Flask, browser: Browser, configured: Any) -> None:
    configured(mail_confirmation="required")
    category = make_category()
    browser.get("/signup")
    browser.submit("/signup", GOOD)
    home = browser.get("/")
    assert "open the link in the mail" in home.text and "/settings/address/resend" in home.text
    words = {"title": "How do I descale it?", "body": "It says so and stops.", "category": category.id, "tags": ""}
    refused = browser.post("/ask", words, status=403)
    assert CONFIRM_FIRST in refused.text
    browser.post("/settings/address/resend")
    link = link_in(collect(app)[-1], "/settings/confirm-address/")
    browser.get(link)
    browser.submit(link, {})
    assert "confirm your mail address" not in browser.get("/").text
    browser.post("/ask", words)


def test_where_confirming_is_required_a_known_address_looks_like_a_fresh_one(app: Flask, configured: Any) -> None:
    configured(mail_confirmation="required")
    make_person("owner", email="known@example.com")

    def seen(name: str, email: str) -> str:
        browser = Browser(app)
        browser.get("/signup")
        browser.submit("/signup", GOOD | {"name": name, "email": email})
        browser.post("/settings/address/resend")
        page = browser.get("/settings/account").text
        return " ".join(part for part in page.replace(email, "ADDRESS").replace(name, "NAME").split() if len(part) < 60)

    with time_machine.travel(now(), tick=False):
        assert seen("nova1", "known@example.com") == seen("nova2", "fresh@example.com")
    assert all("/settings/confirm-address/" not in mail.as_string() for mail in collect(app) if mail["To"] == "known@example.com")


def test_people_without_any_address_have_nothing_to_confirm() -> None:
    assert not Person(name="imported", role="member").as_actor(now(), needs_address=True).is_unconfirmed
    waiting = Person(name="fresh", role="member", pending_email="a@example.com")
    assert waiting.as_actor(now(), needs_address=True).is_unconfirmed
    assert not waiting.as_actor(now(), needs_address=True).can_write
    assert not waiting.as_actor(now()).is_unconfirmed
