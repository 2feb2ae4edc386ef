"""Signing in and out, and what a session is worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from argon2 import PasswordHasher
from flask import Flask

from app.accounts.agents import describe_agent
from app.accounts.models import Person, PersonSession
from app.accounts.queries import SignInCandidate, find_sign_in
from app.accounts.services import passwords, signing_in
from app.accounts.session import delete_expired_sessions
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid
from app.core.uow import unit_of_work
from tests.accounts.people import PASSWORD, is_signed_in, make_member, sign_in
from tests.client import Browser
from tests.conftest import CHOSEN_HASHER
from tests.factories import make_person


@pytest.mark.parametrize("login", ["mira", "MIRA", "mira@example.com", " Mira@Example.COM "])
def test_name_and_address_both_work_in_any_spelling(app: Flask, login: str) -> None:
    make_member("mira")
    assert is_signed_in(sign_in(app, login))


def test_an_unconfirmed_address_does_not_sign_in_whoever_owns_it(app: Flask) -> None:
    """Otherwise signing up with somebody's address and signing in by it would tell whether they have an account."""
    make_member("first", email=None, pending_email="new@example.com")
    assert find_sign_in("new@example.com") is None
    assert is_signed_in(sign_in(app, "first"))
    owner = make_member("owner", email="new@example.com")
    assert find_sign_in("new@example.com") == SignInCandidate(owner.id, owner.password_hash)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("mira", "wrong wrong wrong"),
        ("nobody", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("imported", PASSWORD),
        ("mira", "x" * 100_000),
        ("n" * 254, PASSWORD),
    ],
)
def test_every_failure_gives_one_message_and_costs_exactly_one_verification(
    app: Flask, monkeypatch, login: str, password: str
) -> None:  # type: ignore[no-untyped-def]
    make_member("mira")
    make_person("imported", email=None)
    calls: list[bytes] = []
    real = passwords._hasher

    class Counting:
        def verify(self, stored: str, given: bytes) -> bool:
            calls.append(given)
            return real.verify(stored, given)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    passwords._dummy_hash()
    monkeypatch.setattr(passwords, "_hasher", Counting())
    browser = sign_in(app, login, password, status=400)
    assert len(calls) == 1
    assert max(len(given) for given in calls) < 1000, "a megabyte of password is not hashed"
    assert not is_signed_in(browser)


def test_the_pages_of_unknown_people_and_wrong_passwords_are_the_same(app: Flask) -> None:
    make_member("mira")

    def answer(login: str) -> str:
        browser = Browser(app)
        browser.get("/login")
        text = browser.submit("/login", {"login": login, "password": "wrong wrong wrong"}, status=400).text
        assert signing_in.WRONG in text
        return "".join(line for line in text.replace(login, "LOGIN").splitlines() if "csrf" not in line)

    assert answer("mira") == answer("nobody") == answer("nobody@example.com")


def test_the_cost_of_success_is_one_verification_too(app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    make_member("mira")
    calls: list[str] = []
    real = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda stored, given: calls.append(given) or real(stored, given))
    sign_in(app, "mira")
    assert len(calls) == 1


def test_a_hash_of_old_costs_is_renewed_at_sign_in(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", CHOSEN_HASHER)
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = make_person("mira", password_hash=old)
    assert is_signed_in(sign_in(app, "mira"))
    db.session.refresh(person)
    assert person.password_hash is not None and "m=19456" in person.password_hash
    assert is_signed_in(sign_in(app, "mira"))


def test_a_password_changed_between_check_and_session_admits_nobody(app: Flask) -> None:
    person = make_member("mira")
    with pytest.raises(Invalid), unit_of_work():
        signing_in.admit(SignInCandidate(person.id, "an older hash"))
    imported = make_person("imported")
    with pytest.raises(Invalid), unit_of_work():
        signing_in.admit(SignInCandidate(imported.id, None))


def test_suspended_people_may_sign_in_and_read(app: Flask) -> None:
    make_member("mira", suspended_until=now() + timedelta(days=3))
    assert is_signed_in(sign_in(app, "mira"))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/questions?x=1", "/questions?x=1"),
        ("https://evil.test/a", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("javascript:alert(1)", "/"),
        ("/login", "/"),
        ("", "/"),
    ],
)
def test_next_leads_only_within_the_site(app: Flask, target: str, expected: str) -> None:
    make_member("mira")
    browser = Browser(app)
    browser.get("/login", query_string={"next": target})
    answer = browser.submit("/login", {"login": "mira", "password": PASSWORD})
    assert answer.headers["Location"] == expected
    direct = Browser(app)
    direct.get("/login")
    assert direct.submit("/login", {"login": "mira", "password": PASSWORD, "next": target}).headers["Location"] == expected


def test_an_old_cookie_is_worthless_after_signing_out(app: Flask) -> None:
    make_member("mira")
    browser = sign_in(app, "mira")
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = browser.client.get_cookie(name)
    assert cookie is not None
    browser.post("/logout")
    thief = Browser(app)
    thief.client.set_cookie(name, cookie.value)
    assert not is_signed_in(thief)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonSession)) == 0


def test_signing_out_needs_a_post_with_a_token(app: Flask) -> None:
    make_member("mira")
    browser = sign_in(app, "mira")
    assert browser.client.get("/logout").status_code == 405
    assert browser.client.post("/logout").status_code == 400
    assert browser.client.post("/logout", headers={"Origin": "https://evil.test"}).status_code == 403
    assert is_signed_in(browser)


def test_a_cookie_planted_before_the_sign_in_is_worth_nothing_afterwards(app: Flask) -> None:
    make_member("mira")
    name = app.config["SESSION_COOKIE_NAME"]
    attacker = Browser(app)
    attacker.get("/login")
    planted = attacker.client.get_cookie(name)
    assert planted is not None
    victim = Browser(app)
    victim.client.set_cookie(name, planted.value)
    victim.get("/login")
    victim.submit("/login", {"login": "mira", "password": PASSWORD})
    assert is_signed_in(victim) and not is_signed_in(attacker)
    own = victim.client.get_cookie(name)
    assert own is not None and own.value != planted.value
    with victim.client.session_transaction() as session:
        token_after = session.get("csrf_token")
    with attacker.client.session_transaction() as session:
        assert session.get("csrf_token") != token_after


def test_each_sign_in_has_a_token_of_its_own_and_only_its_hash_is_stored(app: Flask) -> None:
    make_member("mira")
    browsers = [sign_in(app, "mira") for _ in range(2)]
    stored = set(db.session.scalars(sa.select(PersonSession.token_hash)))
    tokens = set()
    for browser in browsers:
        with browser.client.session_transaction() as session:
            tokens.add(session["_user_id"])
    assert len(stored) == len(tokens) == 2 and not stored & tokens


def test_a_session_ends_by_itself_and_its_row_is_cleared_away(app: Flask) -> None:
    make_member("mira")
    browser = sign_in(app, "mira")
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        assert not is_signed_in(browser)
        delete_expired_sessions([{}])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonSession)) == 0


def test_rubbish_in_the_cookie_is_a_visitor(app: Flask) -> None:
    browser = Browser(app)
    for value in ("", "x" * 4000, "a.b.c", "\u00e9"):
        browser.client.set_cookie(app.config["SESSION_COOKIE_NAME"], value)
        browser.get("/login")


def test_sign_in_is_limited_by_address_and_a_forged_forwarding_header_does_not_help(
    app: Flask, limits: None, without_tokens: None
) -> None:
    client = app.test_client()
    headers = [{"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=10.0.0.{n}", "X-Real-Ip": f"10.0.0.{n}"} for n in range(12)]
    codes = [client.post("/login", data={}, headers=header).status_code for header in headers]
    assert codes == [400] * 10 + [429] * 2


def test_one_account_is_guarded_against_many_addresses_by_name_and_address_together(
    app: Flask, limits: None, without_tokens: None, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    make_member("mira")
    monkeypatch.setattr(passwords, "verify_password", lambda stored, given: False)
    codes = []
    for number in range(22):
        login = "mira" if number % 2 else "mira@example.com"
        base = {"REMOTE_ADDR": f"10.2.0.{number}"}
        codes.append(
            app.test_client().post("/login", data={"login": login, "password": "a wrong password"}, environ_base=base).status_code
        )
    assert codes == [400] * 20 + [429] * 2


def test_the_site_has_no_more_statements_for_known_than_for_unknown_logins(app: Flask) -> None:
    make_member("mira")

    def statements(login: str) -> list[str]:
        seen: list[str] = []
        browser = Browser(app)
        browser.get("/login")
        listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        browser.submit("/login", {"login": login, "password": "a wrong password"}, status=400)
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return seen

    assert statements("mira") == statements("nobody")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("rubbish <b>", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert describe_agent(agent) == words
