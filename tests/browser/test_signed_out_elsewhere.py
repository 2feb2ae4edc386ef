"""What is typed when the sign-in has ended comes back into its form, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TYPED = "\nI keep bees.\nAnd hubs."


@pytest.fixture
def page(chromium, server):
    context = chromium.new_context(viewport={"width": 390, "height": 800}, base_url=server.url)
    yield context.new_page()
    context.close()


def test_a_text_comes_back_into_its_form(page: Page) -> None:
    page.set_default_timeout(8_000)
    sign_in(page, "boss")
    page.goto("/settings/profile")
    about = page.locator("main textarea[name=about]")
    about.fill(TYPED)
    page.context.clear_cookies()
    about.locator("xpath=ancestor::form").locator("button.btn-primary").click()
    expect(page.get_by_text("your text into its form")).to_be_visible()
    expect(page.get_by_text("Copy it, go back")).to_be_hidden()
    page.get_by_role("link", name="Sign in again").click()
    page.locator("main input[name=login]").fill("boss")
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/settings/profile")
    expect(about).to_have_value(TYPED)
    page.reload()
    expect(about).to_have_value("")
