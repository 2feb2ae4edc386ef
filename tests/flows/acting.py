"""What people do in the flows: sign up, follow where they are led, read. Only through pages, forms and mails."""

from __future__ import annotations

from flask import Flask
from werkzeug.test import TestResponse

from app.pageviews.recorder import flush
from tests.client import Browser
from tests.mailbox import collect, link_in

READER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "seven grey herons"


def sign_up(app: Flask, name: str) -> Browser:
    """Make an account by the form and confirm its address by the link in the mail."""
    browser = Browser(app)
    browser.get("/signup")
    browser.submit("/signup", {"name": name, "email": f"{name}@example.com", "password": PASSWORD})
    confirmation = next(mail for mail in reversed(collect(app)) if mail["To"] == f"{name}@example.com")
    browser.get(link_in(confirmation, "/settings/confirm-address/"))
    browser.submit("/settings/confirm-address/", {})
    return browser


def go(browser: Browser, path: str, hops: int = 3) -> TestResponse:
    """Get a page, led on by redirects like in a browser."""
    response = browser.client.get(path)
    while response.status_code in (301, 302, 303) and hops:
        path, hops = response.location.split("#")[0], hops - 1
        response = browser.client.get(path)
    return browser.get(path)


def read_as(app: Flask, path: str, readers: int, agent: str = READER) -> None:
    """Read a page as so many people at different addresses, and write the counts down."""
    for number in range(readers):
        client = app.test_client(use_cookies=False)
        address = {"REMOTE_ADDR": f"198.51.{number // 250}.{number % 250 + 1}"}
        assert client.get(path, headers={"User-Agent": agent}, environ_base=address).status_code == 200
    flush()


def told(app: Flask, since: int = 0) -> list[tuple[str, str]]:
    """Do the background work and return (recipient, subject) of all mails after the first `since`."""
    return [(str(mail["To"]).split("@")[0], str(mail["Subject"])) for mail in collect(app)[since:]]


def inbox(browser: Browser) -> str:
    """The page of notifications, as text."""
    browser.get("/notifications")
    return browser.text()
