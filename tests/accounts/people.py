"""People with passwords, for tests of signing in. Hashing is slow, so one hash is made once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask

from app.accounts.models import Person
from app.accounts.services.passwords import hash_password
from tests.client import Browser
from tests.factories import make_person

PASSWORD = "a heron in the reeds"


@lru_cache(maxsize=1)
def password_hash() -> str:
    return hash_password(PASSWORD)


def make_member(name: str = "", **values: Any) -> Person:
    return make_person(name, password_hash=password_hash(), **values)


def sign_in(app: Flask, login: str, password: str = PASSWORD, status: int = 303, **fields: str) -> Browser:
    """Sign in through the form and return the browser."""
    browser = Browser(app)
    browser.get("/login")
    browser.submit("/login", {"login": login, "password": password, **fields}, status=status)
    return browser


def is_signed_in(browser: Browser) -> bool:
    return browser.client.get("/settings/account").status_code == 200
