"""Forgotten passwords and handed-over accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import PersonSession
from app.accounts.services import credentials, tokens
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Gone, Invalid, NotFound
from app.core.uow import unit_of_work
from app.jobs.models import Job
from tests.accounts.people import is_signed_in, make_member, sign_in
from tests.client import Browser
from tests.factories import actor_of, make_person
from tests.mailbox import collect, link_in, text_of

NEW = "herons like quiet water"


def ask(app: Flask, email: str, status: int = 303):  # type: ignore[no-untyped-def]
    browser = Browser(app)
    browser.get("/reset-password")
    return browser.submit("/reset-password", {"email": email}, status=status)


def test_a_reset_link_sets_the_password_once_and_ends_every_session(app: Flask) -> None:
    make_member("mira")
    elsewhere = sign_in(app, "mira")
    ask(app, "Mira@example.com")
    mails = collect(app)
    assert [mail["To"] for mail in mails] == ["mira@example.com"]
    link = link_in(mails[0], "/reset-password/")
    browser = Browser(app)
    browser.get(link)
    assert "mira" in browser.text()
    assert browser.submit(link, {"password": NEW}).headers["Location"] == "/"
    assert is_signed_in(browser) and not is_signed_in(elsewhere)
    assert is_signed_in(sign_in(app, "mira", NEW))
    sign_in(app, "mira", status=400)
    again = Browser(app)
    again.get(link, status=410)
    assert again.client.post(link, data={"csrf_token": browser.token(), "password": NEW}).status_code in (400, 410)
    assert "was changed" in collect(app)[-1]["Subject"]


def test_unknown_known_and_unconfirmed_addresses_get_one_answer_and_one_job_each(app: Flask) -> None:
    make_person("mira")
    make_person("waiting", email=None, pending_email="pending@example.com")

    def answer(email: str) -> tuple[int, str, str, int]:
        response = ask(app, email)
        jobs = db.session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0
        db.session.rollback()
        number_of_mails = len(collect(app))
        return response.status_code, response.headers["Location"], response.text, jobs + 0 * number_of_mails

    assert answer("mira@example.com") == answer("unknown@example.com") == answer("pending@example.com")
    assert [mail["To"] for mail in collect(app)] == ["mira@example.com"]


def test_asking_costs_the_same_statements_for_known_and_unknown_addresses(app: Flask) -> None:
    make_person("mira")

    def statements(email: str) -> list[str]:
        seen: list[str] = []
        browser = Browser(app)
        browser.get("/reset-password")
        listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        browser.submit("/reset-password", {"email": email})
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return seen

    assert statements("mira@example.com") == statements("unknown@example.com")


def test_a_weak_new_password_is_refused_and_the_link_stays_good(app: Flask) -> None:
    person = make_member("mira")
    link = f"/reset-password/{tokens.make_reset_token(str(app.secret_key), person)}"
    browser = Browser(app)
    browser.get(link)
    assert "at least 10 characters" in browser.submit(link, {"password": "short"}, status=400).text
    browser.submit(link, {"password": NEW})


def test_a_link_dies_after_an_hour_with_the_password_and_with_the_address(app: Flask) -> None:
    person = make_member("mira")
    secret = str(app.secret_key)
    token = tokens.make_reset_token(secret, person)
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        Browser(app).get(f"/reset-password/{token}", status=410)
    link = tokens.read_reset_token(secret, token)
    with unit_of_work():
        credentials.reset_password(link, secret=secret, new_hash="$other$")
    with pytest.raises(Gone), unit_of_work():
        credentials.reset_password(link, secret=secret, new_hash="$third$")
    db.session.refresh(person)
    moved = tokens.read_reset_token(secret, tokens.make_reset_token(secret, person))
    with unit_of_work():
        db.session.get_one(type(person), person.id).email = "new@example.com"
    with pytest.raises(Gone), unit_of_work():
        credentials.reset_password(moved, secret=secret, new_hash="$third$")


@pytest.mark.parametrize("token", ["x", "x" * 5000, "a.b.c", "%00", "WzEsIngiXQ.aaaa.bbbb"])
def test_forged_links_lead_to_a_page_that_says_what_to_do(app: Flask, token: str) -> None:
    assert app.test_client().get(f"/reset-password/{token}").status_code in (400, 410)


def test_a_link_of_a_removed_account_is_gone(app: Flask) -> None:
    person = make_member("mira")
    secret = str(app.secret_key)
    link = tokens.ResetLink(person.id + 1, "x", False)
    with pytest.raises(Gone), unit_of_work():
        credentials.reset_password(link, secret=secret, new_hash="$x$")


def test_an_imported_person_claims_the_account_by_the_mail_an_admin_sent(app: Flask) -> None:
    imported = make_person("gina", email=None)
    admin = make_person(role="admin")
    with unit_of_work():
        credentials.offer_claim(actor_of(admin), person_id=imported.id, email="Gina@example.com")
    mails = collect(app)
    assert mails[0]["To"] == "gina@example.com"
    link = link_in(mails[0], "/reset-password/")
    browser = Browser(app)
    browser.get(link)
    browser.submit(link, {"password": NEW})
    db.session.refresh(imported)
    assert (imported.email, imported.pending_email) == ("gina@example.com", None)
    assert is_signed_in(sign_in(app, "gina", NEW))
    Browser(app).get(link, status=410)


def test_only_admins_offer_claims_and_only_for_free_addresses(app: Flask) -> None:
    imported, moderator = make_person("gina", email=None), make_person(role="moderator")
    make_person("owner", email="owner@example.com")
    with pytest.raises(NotFound), unit_of_work():
        credentials.offer_claim(actor_of(moderator), person_id=imported.id, email="x@example.com")
    with pytest.raises(Invalid, match="owner"), unit_of_work():
        credentials.offer_claim(SYSTEM, person_id=imported.id, email="owner@example.com")
    with pytest.raises(NotFound), unit_of_work():
        credentials.offer_claim(SYSTEM, person_id=imported.id + 1000, email="x@example.com")


def test_a_claim_whose_address_was_taken_meanwhile_changes_nothing(app: Flask) -> None:
    imported = make_person("gina", email=None)
    secret = str(app.secret_key)
    with unit_of_work():
        credentials.offer_claim(SYSTEM, person_id=imported.id, email="shared@example.com")
    db.session.refresh(imported)
    link = tokens.read_reset_token(secret, tokens.make_reset_token(secret, imported, is_claim=True))
    make_person("faster", email="shared@example.com")
    with pytest.raises(Conflict), unit_of_work():
        credentials.reset_password(link, secret=secret, new_hash="$x$")
    db.session.refresh(imported)
    assert imported.password_hash is None


def test_a_forged_claim_cannot_be_made_of_a_reset_link(app: Flask) -> None:
    person = make_member("mira", pending_email="attacker@example.com")
    secret = str(app.secret_key)
    assert tokens.read_reset_token(secret, tokens.make_reset_token(secret, person)).is_claim is False


def test_what_is_no_address_is_told_at_once(app: Flask) -> None:
    assert "does not look like a mail address" in ask(app, "nonsense", status=400).text


def test_reset_is_limited_by_address_and_by_recipient(app: Flask, limits: None, without_tokens: None) -> None:
    client = app.test_client()
    forged = [{"X-Forwarded-For": f"10.0.0.{n}"} for n in range(7)]
    codes = [client.post("/reset-password", data={"email": f"a{n}@example.com"}, headers=forged[n]).status_code for n in range(7)]
    assert codes == [303] * 5 + [429] * 2
    many = [
        app.test_client()
        .post("/reset-password", data={"email": "b@example.com"}, environ_base={"REMOTE_ADDR": f"10.3.0.{n}"})
        .status_code
        for n in range(6)
    ]
    assert many == [303] * 4 + [429] * 2


def test_the_link_is_in_the_mail_only_and_in_no_job(app: Flask) -> None:
    make_person("mira")
    ask(app, "mira@example.com")
    job = db.session.scalars(sa.select(Job)).one()
    assert set(job.payload) == {"kind", "person_id"} and job.last_error == ""
    assert "one hour" in text_of(collect(app)[0])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonSession)) == 0
