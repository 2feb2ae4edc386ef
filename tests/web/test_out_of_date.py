"""A form that was sent after its sign-in had ended: nothing typed is lost, and one press leads back to where it was typed."""

from __future__ import annotations

import lxml.html
import pytest
import sqlalchemy as sa

from app.accounts.models import PersonSession
from app.core.db import db
from app.core.uow import unit_of_work
from tests.factories import make_person, make_question

TYPED = "Prime the pump first."


def links(text: str) -> dict[str, str]:
    page = lxml.html.document_fromstring(text)
    return {link.text_content().strip(): link.get("href") for link in page.xpath("//main//a[contains(@class, 'btn')]")}


def kept(text: str) -> dict[str, str]:
    page = lxml.html.document_fromstring(text)
    (box,) = page.xpath("//*[@data-unsent]")
    return {
        "": box.get("data-unsent"),
        **{area.get("name"): area.text_content().removeprefix("\n") for area in box.xpath(".//textarea")},
    }


@pytest.mark.parametrize("where", ["in another window", "on another device"])
def test_who_signed_out_signs_in_again_and_is_back_with_the_text(browser, where: str):
    browser.sign_in(make_person("tom"))
    thread = make_question()
    path, token = f"/questions/{thread.id}/answers", browser.token()
    if where == "in another window":
        browser.client.delete_cookie(browser.app.config["SESSION_COOKIE_NAME"])
    else:
        with unit_of_work():
            db.session.execute(sa.delete(PersonSession))
    sent = {"csrf_token": token, "body": TYPED}
    answer = browser.client.post(path, data=sent, headers={"Referer": f"http://localhost{thread.path}"})
    assert answer.status_code == 400 and "Your sign-in ended" in answer.text
    assert links(answer.text)["Sign in again"] == f"/login?next={thread.path}"
    assert kept(answer.text) == {"": path, "body": TYPED}


def test_who_is_signed_in_anew_only_loads_the_page_again(browser):
    browser.sign_in(make_person("tom"))
    thread = make_question()
    sent = {"csrf_token": "old", "body": TYPED}
    answer = browser.client.post(
        f"/questions/{thread.id}/answers", data=sent, headers={"Referer": f"http://localhost{thread.path}"}
    )
    assert links(answer.text) == {"Load the page again": thread.path, "To the start page": "/"}
    assert kept(answer.text)["body"] == TYPED


def test_forms_for_everybody_ask_for_no_sign_in_and_no_link_leads_away(browser):
    answer = browser.client.post("/signup", data={"csrf_token": "old"}, headers={"Referer": "http://localhost/signup"})
    assert links(answer.text) == {"Load the page again": "/signup", "To the start page": "/"}
    away = browser.client.post("/signup", data={"csrf_token": "old"}, headers={"Referer": "https://evil.example/signup"})
    assert links(away.text)["Load the page again"] == "/"
