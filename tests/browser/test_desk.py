"""The desk's form in a real browser: its helpers work while nothing is written yet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in_as_admin
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press(page: Page, button: str) -> None:
    """Press one of the form's buttons and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(f".desk-form {button}").first.click()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_helpers_fill_an_empty_answer_and_an_empty_one_is_explained(chromium: Chromium, demo: Server, scripts: bool) -> None:
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, java_script_enabled=scripts)
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.goto("/desk/questions/70")
    press(page, "button[value=post]")
    expect(page.locator("#answer")).to_contain_text("Please write something.")
    page.locator("#canned").select_option(index=1)
    press(page, "button[value=insert]")
    expect(page.locator("#body")).not_to_be_empty()
    page.goto("/desk/questions/70")
    page.locator("#body").fill("")
    page.locator("#find").fill("webhook signature")
    press(page, "button[value=find]")
    press(page, "button[name=article]")
    expect(page.locator("#body")).to_have_value(re.compile("/kb/"))
    context.close()


def test_the_list_stays_beside_the_question_on_wide_screens_only_and_keys_go_through_it(chromium: Chromium, demo: Server) -> None:
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, viewport={"width": 1280, "height": 900})
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.goto("/desk?view=open")
    page.locator(".desk-rows .row-title a").nth(1).click()
    rows, current = page.locator(".inbox-list a"), page.locator(".inbox-list [aria-current]")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    title = rows.nth(2).locator("b").inner_text()
    page.keyboard.press("j")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    expect(current.locator("b")).to_have_text(title)
    assert re.search(r"\?view=open#item$", page.url)
    page.keyboard.press("Tab")
    expect(page.locator(".inbox-item :focus")).to_be_visible()  # past the list
    rows.last.click()
    expect(rows.last).to_have_attribute("aria-current", "true")
    expect(rows.last).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1000, "height": 900})
    expect(rows.first).to_be_hidden()
    page.set_viewport_size({"width": 360, "height": 760})
    expect(rows.first).to_be_hidden()
    page.locator(".crumbs a").first.click()
    expect(page).to_have_url(re.compile(r"/desk\?view=open$"))
    context.close()
