"""A test browser: follows the forms of real pages and checks every page on the way."""

from __future__ import annotations

import contextvars
from typing import Any

import lxml.html
from flask import Flask, has_app_context, session
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.accounts.models import Person
from app.accounts.session import start_session
from app.core.db import db
from app.core.uow import unit_of_work


class IsolatedClient(FlaskClient):
    """A client whose requests share nothing with the test or with each other.

    Flask reuses an application context that is already there, and with it `flask.g` (and so who is signed in); a real
    server never does. Each request therefore runs in an empty context of its own, and afterwards the test's database
    session forgets what it knew.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return response


class Browser:
    """Gets pages, submits their forms with the CSRF token they carry, and refuses malformed pages."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: lxml.html.HtmlElement | None = None
        self._tokens: dict[str, str] = {}

    def sign_in(self, person: Person) -> Browser:
        """Sign in without the form (the form has tests of its own)."""
        value = contextvars.Context().run(self._signed_cookie, person.id)
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], value)
        return self

    def _signed_cookie(self, person_id: int) -> str:
        with self.app.test_request_context("/login"):
            with unit_of_work():
                start_session(db.session.get_one(Person, person_id))
            return str(_serializer(self.app).dumps(dict(session)))

    def get(self, path: str, status: int = 200, **options: Any) -> TestResponse:
        """Get a page and check it."""
        response = self.client.get(path, **options)
        assert response.status_code == status, f"{path}: {response.status_code}\n{response.text[:2000]}"
        if response.mimetype == "text/html":
            self.page = lxml.html.document_fromstring(response.text)
            check_page(self.page, path)
        return response

    def token(self, path: str = "/settings/profile") -> str:
        """Return the CSRF token of the session, read from a page. A session keeps its secret, so one page is enough."""
        if (known := self._tokens.get(self._secret())) is not None:
            return known
        token = self._token_on(path)
        if secret := self._secret():
            self._tokens[secret] = token
        return token

    def _secret(self) -> str:
        """What tokens of the session are made of; empty before there is any."""
        cookie = self.client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        if cookie is None:
            return ""
        _, value = _serializer(self.app).loads_unsafe(cookie.value)
        return str((value or {}).get("csrf_token", ""))

    def _token_on(self, path: str) -> str:
        page = lxml.html.document_fromstring(self.client.get(path).text)
        tokens = page.xpath("//meta[@name='csrf-token']/@content") or page.xpath("//input[@name='csrf_token']/@value")
        return str(tokens[0]) if tokens else ""

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 303, **options: Any) -> TestResponse:
        """Post to an address with a valid token and check the answer."""
        values = {"csrf_token": self.token(), **(data or {})}
        response = self.client.post(path, data=values, **options)
        assert response.status_code == status, f"{path}: {response.status_code}\n{response.text[:3000]}"
        if response.mimetype == "text/html" and response.status_code < 300:
            self.page = lxml.html.document_fromstring(response.text)
            check_page(self.page, path)
        return response

    def submit(self, action: str, data: dict[str, Any], status: int = 303) -> TestResponse:
        """Submit the form of the current page whose action contains `action`, with its hidden fields and defaults."""
        assert self.page is not None, "get a page first"
        forms = [form for form in self.page.forms if action in (form.action or "")]
        assert forms, f"no form for {action} on the page"
        values: dict[str, Any] = {}
        for name, value in forms[0].form_values():  # a name that stands there more than once is sent as often
            values[name] = (
                [*values[name], value]
                if isinstance(values.get(name), list)
                else [values[name], value]
                if name in values
                else value
            )
        values.update(data)
        response = self.client.post(forms[0].action, data=values)
        assert response.status_code == status, f"{action}: {response.status_code}\n{response.text[:3000]}"
        return response

    def text(self) -> str:
        """Return the visible text of the current page, with single spaces."""
        assert self.page is not None
        for element in self.page.xpath("//script|//style"):
            element.drop_tree()
        return " ".join(self.page.text_content().split())


def _serializer(app: Flask) -> URLSafeTimedSerializer:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert serializer is not None
    return serializer  # type: ignore[no-any-return]


def check_page(page: lxml.html.HtmlElement, path: str) -> None:
    """Check what every page must have."""
    titles = page.xpath("//head/title")
    assert len(titles) == 1 and titles[0].text_content().strip(), f"{path}: one title"
    assert len(page.xpath("//h1")) == 1, f"{path}: one h1, not {len(page.xpath('//h1'))}"
    assert page.get("lang"), f"{path}: language"
    ids = page.xpath("//@id")
    doubles = {i for i in ids if ids.count(i) > 1}
    assert not doubles, f"{path}: doubled ids {doubles}"
    assert not page.xpath("//*[@style]"), f"{path}: inline style"
    assert not page.xpath("//script[not(@src) and not(@type='application/ld+json')]"), f"{path}: inline script"
    for form in page.xpath("//form[translate(@method,'POST','post')='post']"):
        exempt = form.get("data-visitor") is not None
        assert exempt or form.xpath(".//input[@name='csrf_token']"), f"{path}: form {form.get('action')} without CSRF token"
    for field in page.xpath("//input[not(@type='hidden' or @type='submit' or @type='button')]|//textarea|//select"):
        labelled = field.get("aria-label") or field.get("aria-labelledby") or field.xpath("ancestor::label")
        if not labelled and field.get("id"):
            labelled = page.xpath(f"//label[@for='{field.get('id')}']")
        assert labelled, f"{path}: field {field.get('name')} without label"
        is_needed = field.get("required") is not None and field.get("type") != "radio"
        said = " ".join(label.text_content() for label in field.xpath("ancestor::label"))
        assert not is_needed or "(optional)" not in said, f"{path}: {field.get('name')} is called optional and needed"
    for image in page.xpath("//img"):
        assert image.get("alt") is not None, f"{path}: image without alt"
    named = " ".join(page.xpath("//@aria-labelledby|//@aria-describedby|//@aria-controls|//label/@for|//@form|//@list")).split()
    assert set(named) <= set(ids), f"{path}: {set(named) - set(ids)} is nowhere"
    inside = page.xpath("//span//*[self::form or self::div or self::p or self::ul or self::ol or self::table]")
    assert not inside, f"{path}: <{inside[0].tag}> in a span"
