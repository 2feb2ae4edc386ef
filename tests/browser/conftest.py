"""A real browser (the system's Chromium, driven by Playwright) on a real server."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.server.running import AGENT, Server

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "correct horse battery 9"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    """The system's Chromium; without one the browser tests are skipped. It ends with them: while it is there, no other event loop runs."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium found: install it (Debian: apt-get install chromium) to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with an admin and nothing else."""
    place = Server(tmp_path_factory.mktemp("prepared") / "instance")
    place.run("init")
    place.run("user", "create", "boss", "--email", "boss@example.com", "--role", "admin", "--password-stdin", given=PASSWORD)
    return place.instance


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Server]:
    """A new production site with an admin and nothing else."""
    instance = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("browsed") / "instance"))
    running = Server(instance, extra={"RATE_LIMITS": "off"})
    yield running.start()
    running.kill()


@pytest.fixture
def page(chromium: Chromium, server: Server) -> Iterator[Page]:
    """A phone-sized window in which every script error fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, base_url=server.url)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert not problems


def execute(server: Server, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Run one statement on the site's database (to let time pass, for example)."""
    with sqlite3.connect(server.instance / "threadwell.sqlite3", timeout=20) as connection:
        return connection.execute(statement, values).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site with the demo community in it. Tests that share it write nothing."""
    running = Server(tmp_path_factory.mktemp("fitting") / "instance", extra={"RATE_LIMITS": "off"})
    running.run("init")
    running.run("demo")
    yield running.start()
    running.stop()


@pytest.fixture
def context(chromium: Chromium, demo: Server) -> Iterator[BrowserContext]:
    """A wide window of the demo's, without anybody signed in."""
    made = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800}, user_agent=AGENT, locale="en")
    made.set_default_timeout(10_000)
    yield made
    made.close()


def sign_in_as_admin(context: BrowserContext, server: Server) -> None:
    """Sign in with the name and password that the demo wrote beside its database."""
    found = re.search(r"^admin\s+(\S+)\s+(\S+)", (server.instance / "demo-signins.txt").read_text(), re.MULTILINE)
    assert found
    page = context.new_page()
    page.goto("/login")
    page.locator("main input[name=login]").fill(found.group(1))
    page.locator("main input[name=password]").fill(found.group(2))
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.close()


def sign_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.get_by_label("Name or e-mail address").or_(page.locator("main input[name=login]")).first.fill(name)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "/login" not in url)


def sign_up(page: Page, name: str) -> None:
    page.goto("/signup")
    page.locator("main input[name=name]").fill(name)
    page.locator("main input[name=email]").fill(f"{name}@example.com")
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "/signup" not in url)


def new_page(chromium: Chromium, server: Server) -> Page:
    """A wide window of a browser that does not call itself headless: such readers count as programs."""
    return chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 900}, user_agent=AGENT).new_page()
