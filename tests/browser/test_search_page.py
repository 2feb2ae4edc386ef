"""Searching and checking for answers in a real browser, with the keyboard and without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Drip pump hums but no water comes"


@pytest.fixture
def phone(chromium: Chromium, demo: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor's phone. Tests write nothing but notes of searches."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 780}, base_url=demo.url, user_agent=AGENT, java_script_enabled=request.param
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


@pytest.mark.parametrize("phone", [True], indirect=True)
def test_the_search_box_is_a_combobox_for_the_keyboard(phone: Page) -> None:
    phone.goto("/search")
    box = phone.get_by_role("combobox")
    phone.locator("main input[name=q]").focus()
    box.press_sequentially("pump")
    options = phone.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    box.press("Escape")
    expect(phone.get_by_role("listbox")).to_be_hidden()
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    path = options.first.get_attribute("data-path")
    box.press("Enter")
    phone.wait_for_url(f"**{path}")


@pytest.mark.parametrize(("phone", "has_script"), [(True, True), (False, False)], indirect=["phone"], ids=["script", "no script"])
def test_an_ask_ends_with_what_solved_it(phone: Page, has_script: bool) -> None:
    phone.goto("/ask")
    title = phone.locator("main input[name=title]")
    title.press_sequentially(TITLE)
    if has_script:
        expect(phone.locator("#similar li").first).to_be_visible()
    else:
        title.press("Enter")
    row = phone.locator("#similar li", has_text="Drip pump hums")
    row.locator("summary").click()
    row.get_by_role("button", name="This solved it").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Good that it is solved")
    expect(phone.get_by_role("link", name="Drip pump hums but no water comes out")).to_be_visible()
    phone.get_by_role("link", name="Ask your question").click()
    expect(phone.locator("main input[name=title]")).to_have_value(TITLE)
