"""Accounts for admins, in the browser and on the command line."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.accounts.queries import find_person_by_name
from app.core.db import db
from tests.accounts.people import PASSWORD, is_signed_in, make_member, sign_in
from tests.client import Browser
from tests.factories import make_person
from tests.mailbox import collect


def run(app: Flask, *arguments: str, stdin: str = ""):  # type: ignore[no-untyped-def]
    return app.test_cli_runner().invoke(args=["user", *arguments], input=stdin)


@pytest.mark.parametrize("role", ["member", "staff", "moderator"])
def test_others_than_admins_do_not_learn_that_the_pages_exist(app: Flask, role: str) -> None:
    person = make_person(role=role)
    browser = Browser(app).sign_in(person)
    browser.get("/admin/people", status=404)
    browser.get(f"/admin/people/{person.id}", status=404)
    browser.post(f"/admin/people/{person.id}/role", {"role": "admin"}, status=404)
    browser.post(f"/admin/people/{person.id}/claim", {"email": "x@example.com"}, status=404)
    db.session.refresh(person)
    assert person.role == role and person.pending_email is None


def test_an_admin_finds_people_by_name_address_and_page(app: Flask) -> None:
    browser = Browser(app).sign_in(make_person("boss", role="admin"))
    make_person("mira_1", email="mira@post.example")
    make_person("miraX1")
    for number in range(51):
        make_person(f"crowd{number}")
    assert "crowd50" in browser.get("/admin/people").text
    assert "mira_1" in browser.get("/admin/people?page=2").text
    browser.get("/admin/people?page=3", status=404)
    found = browser.get("/admin/people?q=MIRA_").text
    assert "mira_1" in found and "miraX1" not in found
    assert "mira_1" in browser.get("/admin/people?q=post.example").text
    assert "Nobody found" in browser.get("/admin/people?q=%25%25%25").text


def test_an_admin_changes_a_role_and_mails_a_claim(app: Flask) -> None:
    browser = Browser(app).sign_in(make_person("boss", role="admin"))
    person = make_person("gina", email=None)
    page = f"/admin/people/{person.id}"
    browser.get(page)
    browser.submit("/role", {"role": "staff"})
    browser.get(page)
    browser.submit("/claim", {"email": "gina@example.com"})
    db.session.refresh(person)
    assert (person.role, person.pending_email) == ("staff", "gina@example.com")
    assert [mail["To"] for mail in collect(app)] == ["gina@example.com"]
    browser.get(page)
    assert "boss has confirmed this address" in browser.submit("/claim", {"email": "boss@example.com"}, status=400).text
    browser.get("/admin/people/999999", status=404)


def test_the_first_admin_is_made_on_the_command_line_with_a_password_that_works(app: Flask) -> None:
    result = run(app, "create", "root-1", "--email", "Root@Example.com", "--role", "admin")
    assert result.exit_code == 0, result.output
    password = re.search(r"Password: (\S+)", result.output)[1]  # type: ignore[index]
    assert is_signed_in(sign_in(app, "root@example.com", password))
    person = find_person_by_name("root-1")
    assert person is not None and person.role == "admin"


def test_a_password_can_come_from_standard_input_and_is_not_printed(app: Flask) -> None:
    result = run(app, "create", "admin", "--role", "admin", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert result.exit_code == 0 and PASSWORD not in result.output
    assert is_signed_in(sign_in(app, "admin"))
    assert run(app, "create", "other", "--password-stdin", stdin="short\n").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["create", "mira"], "has this name already"),
        (["create", "new1", "--email", "mira@example.com"], "has confirmed this address"),
        (["create", "new1", "--email", "nonsense"], "mail address"),
        (["create", "two words"], "no spaces"),
        (["role", "nobody", "staff"], "nobody called nobody"),
        (["role", "mira", "member"], "last admin"),
        (["reset-password", "nobody"], "nobody called nobody"),
        (["reset-password", "mira", "--email", "nonsense"], "mail address"),
    ],
)
def test_refusals_are_one_line_and_an_exit_code(app: Flask, arguments: list[str], words: str) -> None:
    make_person("mira", role="admin")
    result = run(app, *arguments)
    assert result.exit_code == 1
    assert words in result.output and "Traceback" not in result.output


def test_a_role_is_given_on_the_command_line(app: Flask) -> None:
    person = make_person("mira")
    assert run(app, "role", "MIRA", "staff").output == "mira is now staff.\n"
    db.session.refresh(person)
    assert person.role == "staff"
    assert run(app, "role", "mira", "emperor").exit_code == 2


def test_the_printed_and_the_mailed_reset_link_set_a_password(app: Flask) -> None:
    make_member("mira")
    output = run(app, "reset-password", "mira").output
    link = re.search(r"http://community\.test(/reset-password/\S+)", output)[1]  # type: ignore[index]
    assert "one hour" in output and [mail["To"] for mail in collect(app)] == ["mira@example.com"]
    browser = Browser(app)
    browser.get(link)
    browser.submit(link, {"password": "herons like quiet water"})
    assert is_signed_in(sign_in(app, "mira", "herons like quiet water"))


def test_an_imported_person_without_address_gets_a_printed_link_only_and_with_one_a_claim(app: Flask) -> None:
    person = make_person("gina", email=None)
    assert "no address is known" in run(app, "reset-password", "gina").output
    assert collect(app) == []
    output = run(app, "reset-password", "gina", "--email", "gina@example.com").output
    link = re.search(r"http://community\.test(/reset-password/\S+)", output)[1]  # type: ignore[index]
    browser = Browser(app)
    browser.get(link)
    browser.submit(link, {"password": "herons like quiet water"})
    db.session.refresh(person)
    assert person.email == "gina@example.com"
