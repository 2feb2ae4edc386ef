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
