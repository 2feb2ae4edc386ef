"""The blocks of an article are moved in place, and what is read out of them follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.browser.conftest import sign_in_as_admin
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_moved_block_can_go_on_and_back(chromium: Chromium, demo: Server) -> None:
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, locale="en")
    context.set_default_timeout(10_000)
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.route("**/drafts/*", lambda route: route.fulfill(json={}))  # the site is shared with other tests
    page.goto("/kb/wifi/connect-the-hub-to-wifi")
    page.locator("a[href$='/edit']").first.click()
    page.wait_for_load_state("networkidle")  # before its script is there, a button sends the form
    blocks = page.locator("[data-block]")
    first = page.locator(f"[id='{blocks.first.get_attribute('id')}']")
    expect(first.get_by_role("button", name="Up")).to_be_hidden()
    first.get_by_role("button", name="Down").press("Enter")
    assert blocks.nth(1).get_attribute("id") == first.get_attribute("id")
    expect(first).to_have_accessible_name("Block 2: Problem")
    expect(first.get_by_role("group", name="Block 2", exact=True)).to_be_visible()
    expect(first.get_by_role("textbox", name="Words of block 2")).to_be_visible()
    expect(blocks.first).to_have_accessible_name("Block 1: Environment")
    expect(blocks.first.get_by_role("button", name="Up")).to_be_hidden()
    expect(first.get_by_role("button", name="Down")).to_be_focused()
    first.get_by_role("button", name="Up").press("Enter")
    assert blocks.first.get_attribute("id") == first.get_attribute("id")
    expect(first).to_have_accessible_name("Block 1: Problem")
    expect(first.get_by_role("button", name="Down")).to_be_focused()  # there is no way up any more
    context.close()
