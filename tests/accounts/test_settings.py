"""What people change about their own account."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import PersonSession
from app.accounts.services import credentials, profiles
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from tests.accounts.people import PASSWORD, is_signed_in, make_member, sign_in
from tests.client import Browser
from tests.factories import actor_of, make_person
from tests.mailbox import collect, link_in, text_of

NEW = "herons like quiet water"


def test_the_profile_is_saved_rendered_once_and_shown(app: Flask, browser: Browser) -> None:
    person = make_member("mira")
    browser.sign_in(person)
    browser.get("/settings/profile")
    browser.submit(
        "/settings/profile",
        {"display_name": "Mira  Lund", "website": "mira.example", "about": "I **like** pumps. <script>x</script>"},
    )
    db.session.refresh(person)
    assert (person.display_name, person.website) == ("Mira Lund", "https://mira.example")
    assert "<strong>like</strong>" in person.about_html and "<script" not in person.about_html
    page = Browser(app).get("/people/mira").text
    assert "<strong>like</strong>" in page and "Mira Lund" in page


def test_a_refused_profile_keeps_what_was_typed(browser: Browser) -> None:
    browser.sign_in(make_member("mira"))
    browser.get("/settings/profile")
    page = browser.submit("/settings/profile", {"website": "javascript:alert(1)", "about": "my words"}, status=400).text
    assert "does not look like a web address" in page and "my words" in page
    page = browser.submit("/settings/profile", {"about": "w" * 2001}, status=400).text
    assert "at most 2,000" in page and "w" * 2001 in page


def test_only_the_owner_edits_a_profile_and_not_while_suspended(app: Flask) -> None:
    owner, other = make_person("mira"), make_person(role="admin")
    about = render_markdown("hello")
    with pytest.raises(Forbidden), unit_of_work():
        profiles.update_profile(actor_of(other), person_id=owner.id, display_name="x", about=about)
    suspended = make_person("nova", suspended_until=now() + timedelta(days=1))
    with pytest.raises(Forbidden, match="suspended"), unit_of_work():
        profiles.update_profile(actor_of(suspended), person_id=suspended.id, display_name="x", about=about)
    with pytest.raises(NotFound), unit_of_work():
        profiles.update_profile(actor_of(other), person_id=other.id + 999, display_name="x", about=about)
    with pytest.raises(Invalid), unit_of_work():
        profiles.update_profile(actor_of(owner), person_id=owner.id, display_name="x" * 61, about=about)
    with unit_of_work():
        assert profiles.update_profile(actor_of(owner), person_id=owner.id, display_name="", about=about).display_name == "mira"


def test_visitors_are_asked_to_sign_in_and_come_back(browser: Browser) -> None:
    for path in ("/settings/profile", "/settings/account", "/settings/notifications", "/notifications"):
        assert browser.get(path, status=302).headers["Location"] == f"/login?next={path}"


def test_a_new_password_needs_the_old_one_and_ends_all_other_sessions(app: Flask) -> None:
    make_member("mira")
    here, elsewhere = sign_in(app, "mira"), sign_in(app, "mira")
    here.get("/settings/account")
    assert (
        "This is not your password"
        in here.submit("/settings/password", {"old_password": "wrong wrong", "password": NEW}, status=400).text
    )
    close = here.submit("/settings/password", {"old_password": PASSWORD, "password": "miramiramira"}, status=400)
    assert "too close to your name" in close.text
    here.submit("/settings/password", {"old_password": PASSWORD, "password": NEW})
    assert is_signed_in(here) and not is_signed_in(elsewhere)
    sign_in(app, "mira", status=400)
    assert is_signed_in(sign_in(app, "mira", NEW))
    assert "was changed" in collect(app)[0]["Subject"]


def test_a_password_changed_meanwhile_is_a_conflict(app: Flask) -> None:
    person = make_member("mira")
    with pytest.raises(Conflict), unit_of_work():
        credentials.change_password(actor_of(person), old_hash="an older hash", new_hash="$x$")
    with pytest.raises(Forbidden), unit_of_work():
        credentials.change_password(ANONYMOUS, old_hash=None, new_hash="$x$")


def test_sign_ins_are_listed_and_can_all_be_ended(app: Flask) -> None:
    make_member("mira")
    here, elsewhere = sign_in(app, "mira"), sign_in(app, "mira")
    page = here.get("/settings/account")
    assert page.text.count("(this one)") == 1 and page.text.count("signed in <time") == 2
    here.post("/settings/sessions/end", {"keep": "1"})
    assert is_signed_in(here) and not is_signed_in(elsewhere)
    third = sign_in(app, "mira")
    assert here.post("/settings/sessions/end").headers["Location"] == "/login"
    assert not is_signed_in(here) and not is_signed_in(third)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonSession)) == 0


def test_ending_ones_sessions_leaves_those_of_others_alone(app: Flask) -> None:
    make_member("mira")
    make_member("nova")
    here, other = sign_in(app, "mira"), sign_in(app, "nova")
    here.post("/settings/sessions/end")
    assert is_signed_in(other)


def test_a_new_address_counts_once_confirmed_and_the_old_one_is_warned(app: Flask) -> None:
    person = make_member("mira")
    browser = sign_in(app, "mira")
    browser.get("/settings/account")
    assert (
        "not your password"
        in browser.submit("/settings/address", {"email": "new@example.com", "current_password": "wrong wrong"}, status=400).text
    )
    assert (
        "your address already"
        in browser.submit("/settings/address", {"email": "mira@example.com", "current_password": PASSWORD}, status=400).text
    )
    browser.submit("/settings/address", {"email": "New@example.com", "current_password": PASSWORD})
    db.session.refresh(person)
    assert (person.email, person.pending_email) == ("mira@example.com", "new@example.com")
    mails = {mail["To"]: mail for mail in collect(app)}
    assert "another mail address" in text_of(mails["mira@example.com"])
    link = link_in(mails["new@example.com"], "/settings/confirm-address/")
    browser.get(link)
    assert browser.submit(link, {}).headers["Location"] == "/settings/account"
    db.session.refresh(person)
    assert (person.email, person.pending_email) == ("new@example.com", None)


def test_asking_for_a_taken_address_tells_nothing_and_confirming_it_is_impossible(app: Flask) -> None:
    make_person("owner", email="taken@example.com")
    person = make_member("mira")
    browser = sign_in(app, "mira")
    browser.get("/settings/account")
    browser.submit("/settings/address", {"email": "taken@example.com", "current_password": PASSWORD})
    mails = {mail["To"]: text_of(mail) for mail in collect(app)}
    assert "/settings/confirm-address/" not in mails["taken@example.com"]
    db.session.refresh(person)
    assert person.email == "mira@example.com"


def test_the_link_can_be_sent_again_and_the_change_dropped(app: Flask) -> None:
    person = make_member("mira", pending_email="new@example.com")
    browser = sign_in(app, "mira")
    browser.post("/settings/address/resend")
    assert [mail["To"] for mail in collect(app)] == ["new@example.com"]
    browser.post("/settings/address/drop")
    db.session.refresh(person)
    assert person.pending_email is None
    browser.post("/settings/address/resend", status=409)
