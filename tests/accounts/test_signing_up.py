"""Signing up: the account is there at once, and nobody learns whose address is known."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person, PersonSession
from app.accounts.queries import find_person_by_name
from app.accounts.services import credentials, passwords, signing_up, tokens
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Gone, Invalid, NotFound
from app.core.uow import unit_of_work
from tests.accounts.people import PASSWORD, is_signed_in, make_member, sign_in
from tests.client import Browser
from tests.factories import actor_of, make_person
from tests.mailbox import collect, link_in, text_of

GOOD = {"name": "mira", "email": "mira@example.com", "password": PASSWORD}


def fill(browser: Browser, status: int = 303, **changes: str):  # type: ignore[no-untyped-def]
    browser.get("/signup")
    return browser.submit("/signup", GOOD | changes, status=status)


def test_a_visitor_signs_up_is_signed_in_at_once_and_confirms_by_the_mail(app: Flask, browser: Browser) -> None:
    assert fill(browser).headers["Location"] == "/"
    assert is_signed_in(browser)
    person = find_person_by_name("MIRA")
    assert person is not None and person.email is None and person.pending_email == "mira@example.com"
    assert person.password_hash != PASSWORD and person.role == "member"
    mails = collect(app)
    assert [mail["To"] for mail in mails] == ["mira@example.com"]
    link = link_in(mails[0], "/settings/confirm-address/")
    browser.get(link)
    db.session.refresh(person)
    assert person.email is None, "opening the link must not confirm: mail scanners do that"
    browser.submit(link, {})
    db.session.refresh(person)
    assert (person.email, person.pending_email) == ("mira@example.com", None)


def test_a_link_that_did_its_work_says_so_to_whoever_opens_it_again(app: Flask, browser: Browser) -> None:
    fill(browser)
    link = link_in(collect(app)[0], "/settings/confirm-address/")
    browser.get(link)
    for _pressed in range(2):
        assert browser.submit(link, {}).headers["Location"] == "/settings/account"
    browser.get("/settings/account")
    assert browser.get(link, status=303).headers["Location"] == "/settings/account"
    assert "confirmed already" in browser.get("/settings/account").text
    assert Browser(app).get(link, status=303).headers["Location"] == "/login"
    person = find_person_by_name("mira")
    assert person is not None
    person.email = "other@example.com"
    db.session.commit()
    browser.get(link, status=410)


def test_all_that_is_wrong_is_said_at_once(browser: Browser) -> None:
    text = fill(browser, status=400, name="two words", email="x@", password="123").text
    assert "no spaces." in text and "does not look like a mail address" in text and "at least 10 characters. A few" in text


def test_signing_up_with_a_known_address_answers_in_the_same_bytes_and_warns_the_owner(app: Flask) -> None:
    make_person("owner", email="known@example.com")

    def answer(name: str, email: str) -> tuple[int, bytes, list[tuple[str, str]], str]:
        browser = Browser(app)
        response = fill(browser, name=name, email=email)
        headers = [(k, v) for k, v in response.headers if k != "Set-Cookie"]
        page = re.sub(r"[\w.-]{60,}", "TOKEN", browser.get("/settings/account").text)
        return response.status_code, response.data, headers, page.replace(email, "ADDRESS").replace(name, "NAME")

    with time_machine.travel(now(), tick=False):
        assert answer("nova1", "known@example.com") == answer("nova2", "fresh@example.com")
    mails = {mail["To"]: mail for mail in collect(app)}
    assert "already have an account" in text_of(mails["known@example.com"])
    assert "/settings/confirm-address/" not in text_of(mails["known@example.com"])
    assert "nova1" not in text_of(mails["known@example.com"])
    assert "/settings/confirm-address/" in text_of(mails["fresh@example.com"])


def test_signing_up_costs_one_hash_and_the_same_statements_for_known_and_unknown_addresses(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    make_person("owner", email="known@example.com")
    hashes: list[str] = []
    monkeypatch.setattr(passwords, "hash_password", lambda password: hashes.append(password) or "$hash$")

    def statements(name: str, email: str) -> list[str]:
        seen: list[str] = []
        browser = Browser(app)
        browser.get("/signup")
        listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        browser.submit("/signup", GOOD | {"name": name, "email": email})
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return seen

    assert statements("nova1", "known@example.com") == statements("nova2", "fresh@example.com")
    assert len(hashes) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "TAKEN"}, "has this name already"),
        ({"name": "admin"}, "kept for the site"),
        ({"name": "two words"}, "no spaces"),
        ({"email": "nonsense"}, "does not look like a mail address"),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "x" * 100_000}, "at most 200"),
        ({"password": "password123"}, "first passwords anybody"),
        ({"homepage": "https://bots.example"}, "only there for robots"),
        ({"name": "n" * 100_000}, "at most 40"),
    ],
)
def test_a_refused_form_says_why_keeps_what_was_typed_and_never_the_password(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    make_person("taken")
    response = fill(browser, status=400, **changes)
    assert words in response.text
    assert "mira@example.com" in response.text or "email" in changes
    assert PASSWORD not in response.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_after_signing_up_one_is_back_where_one_came_from_and_never_elsewhere(app: Flask) -> None:
    for number, (target, expected) in enumerate(
        [("/questions?tag=x", "/questions?tag=x"), ("https://evil.test/", "/"), ("//evil.test", "/"), ("http://[", "/")]
    ):
        browser = Browser(app)
        browser.get("/signup", query_string={"next": target})
        answer = browser.submit("/signup", GOOD | {"name": f"mira{number}", "email": f"m{number}@example.com"})
        assert answer.headers["Location"] == expected


def test_people_who_are_signed_in_are_led_on(browser: Browser) -> None:
    browser.sign_in(make_member("mira"))
    browser.get("/signup", status=303)
    browser.get("/login", status=303)


def test_a_refused_form_may_be_kept_by_the_browser_that_sent_it(browser: Browser) -> None:
    browser.get("/signup")
    assert browser.submit("/signup", {"name": "mira"}, 400).headers["Cache-Control"] == "private, no-cache"


def test_pages_for_signing_up_and_in_are_kept_by_nobody(browser: Browser) -> None:
    for path in ("/signup", "/login", "/reset-password"):
        response = browser.get(path)
        assert "no-store" in response.headers["Cache-Control"]
        assert "noindex" in response.text


def test_of_two_people_who_wait_for_one_address_the_first_to_confirm_has_it(app: Flask) -> None:
    first, second = Browser(app), Browser(app)
    fill(first, name="first", email="shared@example.com")
    fill(second, name="second", email="shared@example.com")
    links = [link_in(mail, "/settings/confirm-address/") for mail in collect(app)]
    first.get(links[0])
    first.submit(links[0], {})
    second.get(links[1])
    answer = second.submit(links[1], {}, status=410)
    assert "Another account has confirmed this address" in answer.text
    owner = db.session.scalars(sa.select(Person).where(Person.email == "shared@example.com")).one()
    assert owner.name == "first"


def test_a_confirmation_link_is_worthless_for_another_address_and_when_forged(app: Flask) -> None:
    with unit_of_work():
        person = signing_up.sign_up(name="mira", email="a@example.com", password_hash="$hash$")
    secret = str(app.secret_key)
    token = tokens.make_confirm_token(secret, person)
    with unit_of_work():
        credentials.request_address_change(actor_of(person), email="b@example.com")
    person_id, fingerprint = tokens.read_confirm_token(secret, token)
    with pytest.raises(Gone), unit_of_work():
        credentials.confirm_address(person_id, fingerprint=fingerprint, secret=secret)
    for forged in (
        token[:-2],
        "x" * 5000,
        tokens.make_confirm_token("another secret", person),
        tokens.make_reset_token(secret, person),
    ):
        with pytest.raises(Gone):
            tokens.read_confirm_token(secret, forged)


def test_only_admins_create_accounts_for_others(app: Flask) -> None:
    member = make_person()
    with pytest.raises(NotFound), unit_of_work():
        signing_up.create_person(actor_of(member), name="nova", password_hash=None)
    with unit_of_work():
        person = signing_up.create_person(SYSTEM, name="admin", password_hash=None, email="Boss@Example.com", role="admin")
    assert (person.email, person.role) == ("boss@example.com", "admin")
    with pytest.raises(Invalid, match="address"), unit_of_work():
        signing_up.create_person(SYSTEM, name="other", password_hash=None, email="boss@example.com")
    with pytest.raises(Invalid, match="role"), unit_of_work():
        signing_up.create_person(SYSTEM, name="other", password_hash=None, role="emperor")
    with pytest.raises(Invalid, match="name"), unit_of_work():
        signing_up.create_person(SYSTEM, name="ADMIN", password_hash=None)


def test_an_unconfirmed_address_can_be_dropped_only_while_there_is_another(app: Flask) -> None:
    person = make_person(pending_email="new@example.com")
    with unit_of_work():
        credentials.drop_pending_address(actor_of(person))
    db.session.refresh(person)
    assert person.pending_email is None
    lonely = make_person(email=None, pending_email="only@example.com")
    with pytest.raises(Conflict), unit_of_work():
        credentials.drop_pending_address(actor_of(lonely))


def test_sign_up_is_limited_and_a_forged_forwarding_header_does_not_help(app: Flask, limits: None, without_tokens: None) -> None:
    client = app.test_client()
    codes = [client.post("/signup", data={}, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(8)]
    assert codes == [400] * 6 + [429] * 2


def test_one_address_gets_few_mails_whoever_asks(app: Flask, limits: None, without_tokens: None) -> None:
    codes = []
    for number in range(6):
        base = {"REMOTE_ADDR": f"10.1.0.{number}"}
        codes.append(app.test_client().post("/signup", data=GOOD | {"name": f"mira{number}"}, environ_base=base).status_code)
    assert codes == [303] * 4 + [429] * 2


def test_an_expired_confirmation_link_leads_to_a_page_that_says_what_to_do(app: Flask, browser: Browser) -> None:
    fill(browser)
    link = link_in(collect(app)[0], "/settings/confirm-address/")
    with time_machine.travel(now() + tokens.CONFIRM_LIFE * 1.01, tick=False):
        Browser(app).get(link, status=410)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonSession)) == 1
    assert is_signed_in(sign_in(app, "mira"))
