"""Reports in a real browser: two people report, the text goes out of sight, a moderator decides by keyboard, and takes it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, new_page, sign_in, sign_up
from tests.server.running import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Which of you gave me this useless advice?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A new site where two ordinary reports are enough to take a text out of sight."""
    running = Server(tmp_path_factory.mktemp("reported") / "instance", extra={"RATE_LIMITS": "off", "FLAG_THRESHOLD": "2"})
    running.run("init")
    running.run("user", "create", "boss", "--email", "boss@example.com", "--role", "admin", "--password-stdin", given=PASSWORD)
    yield running.start()
    running.kill()


def ask(boss: Page, writer: Page) -> str:
    """Let there be a category with one question, and return its address."""
    boss.goto("/admin/categories")
    boss.get_by_label("Name", exact=True).fill("Greenhouse help")
    boss.get_by_role("button", name="Add the category").click()
    writer.goto("/ask")
    writer.locator("main input[name=title]").fill(TITLE)
    writer.locator("main textarea[name=body]").fill("I did all of it, and all of you are fools who know nothing about pumps.")
    writer.locator("main form button.btn-primary").last.click()
    writer.wait_for_url(lambda url: "/questions/" in url)
    return writer.url


def report(page: Page) -> None:
    page.goto("/posts/1/flag")
    page.locator("main input[value=rude]").check()
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url(lambda url: "/flag" not in url)


def status(page: Page, url: str) -> int:
    """Return what somebody gets who opens an address."""
    return page.request.get(url).status


def test_what_two_report_is_decided_by_keyboard_told_and_taken_back(chromium: Chromium, server: Server):
    boss, *members = pages = [new_page(chromium, server) for _ in range(4)]
    sign_in(boss, "boss")
    for page, name in zip(members, ("writer", "ada", "bo"), strict=True):
        sign_up(page, name)
    writer, ada, bo = members
    question = ask(boss, writer)
    report(ada)
    assert status(bo, question) == 200
    report(bo)
    assert (status(bo, question), status(writer, question)) == (404, 200)

    boss.goto("/moderation/queue")
    expect(boss.locator(".inbox-list")).to_contain_text("Reported, out of sight")
    expect(boss.locator(".inbox-item")).to_contain_text("2 reports")
    panel = boss.locator(".inbox-actions details[open] textarea")
    expect(panel).to_have_count(0)
    boss.wait_for_load_state("networkidle")
    boss.keyboard.press("h")
    expect(panel).to_be_focused()
    boss.keyboard.type("Nobody here is a fool.")
    boss.keyboard.press("Tab")
    boss.keyboard.press("Enter")
    expect(boss.get_by_text("All clear")).to_be_visible()
    ada.goto("/settings/reports")
    expect(ada.locator("main .rows")).to_contain_text("Right")
    expect(ada.locator("main .rows")).to_contain_text("Nobody here is a fool.")

    boss.goto("/moderation/log")
    boss.locator("tr", has_text="Nobody here is a fool.").first.locator("summary").click()
    boss.locator("details[open] textarea").fill("They apologised.")
    boss.locator("details[open] form button").click()
    expect(boss.get_by_text("Undone.")).to_be_visible()
    ada.reload()
    expect(ada.locator("main .rows")).to_contain_text("Waits")
    boss.goto("/moderation/queue")
    expect(boss.locator(".inbox-list")).to_contain_text(TITLE)
    for page in pages:
        page.context.close()
