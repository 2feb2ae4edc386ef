"""What is typed before the scripts are there (a slow line, a busy machine) is kept and shown like what is typed later."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import execute, sign_in, sign_in_as_admin
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(chromium: Chromium, server: Server) -> Iterator[Page]:
    context = chromium.new_context(base_url=server.url, user_agent=AGENT, service_workers="block")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    sign_in(opened, "boss")
    if not execute(server, "SELECT 1 FROM category"):
        opened.goto("/admin/categories")
        opened.get_by_label("Name", exact=True).fill("Greenhouse help")
        opened.get_by_role("button", name="Add the category").click()
        expect(opened.get_by_text("is ready")).to_be_visible()
    yield opened
    context.close()


@pytest.fixture
def late(page: Page) -> Callable[[], None]:
    """Hold the modules back until this is called."""
    held: list[str] = []
    page.route("**/modules/*.js*", lambda route: held.append(route.request.url))

    def arrive() -> None:
        assert held, "the page asked for no module: nothing would be late"
        page.unroute("**/modules/*.js*")  # those that wait go on

    return arrive


def test_a_draft_is_kept(server: Server, page: Page, late: Callable[[], None]) -> None:
    page.goto("/ask")
    page.locator("main textarea[name=body]").fill("Typed on a train.")
    late()
    expect(page.locator("[data-draft-note]").first).not_to_be_empty()
    assert "Typed on a train." in str(execute(server, "SELECT fields FROM draft"))


def test_what_was_discarded_stays_away_on_the_way_back(server: Server, page: Page) -> None:
    """The browser puts the text back into its field; it is no draft until somebody types."""
    page.goto("/ask")
    page.locator("main textarea[name=body]").fill("Asked and answered.")
    expect(page.locator("[data-draft-note]").first).not_to_be_empty()
    execute(server, "DELETE FROM draft")
    page.goto("/questions")
    page.go_back()
    expect(page.locator("main textarea[name=body]")).to_have_value("Asked and answered.")
    page.wait_for_timeout(3_000)
    assert not execute(server, "SELECT 1 FROM draft")


def test_what_is_discarded_while_it_is_typed_stays_away(server: Server, page: Page) -> None:
    """Leaving a page keeps what was typed last, but not what is discarded by that."""
    page.goto("/kb/articles/new")
    page.locator("main textarea[name=body]").fill("Begun.")
    expect(page.locator("[data-draft-note]").first).not_to_be_empty()
    page.reload()
    page.locator("main textarea[name=body]").press_sequentially("More.")
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("button", name="Discard it")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert not execute(server, "SELECT 1 FROM draft")


def test_a_refused_form_is_there_on_the_way_back(page: Page) -> None:
    """With what was corrected since; browsers ask nobody to send it again."""
    page.goto("/ask")
    page.locator("main input[name=title]").fill("The pump hums")
    page.get_by_role("button", name="Post your question").click()
    expect(page.get_by_text("Nothing you typed is lost").first).to_be_visible()
    page.locator("main textarea[name=body]").fill("Since Tuesday.")
    page.get_by_role("link", name="Tags").first.click()
    page.wait_for_url("**/tags")
    page.go_back()
    expect(page.locator("main input[name=title]")).to_have_value("The pump hums")
    expect(page.locator("main textarea[name=body]")).to_have_value("Since Tuesday.")


def test_the_preview_of_an_article_follows(page: Page, late: Callable[[], None]) -> None:
    page.goto("/kb/sections")
    page.locator("main input[name=title]").first.fill("Pumps")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_load_state()
    page.goto("/kb/articles/new")
    page.locator("main input[name=title]").fill("Descale the pump")
    page.locator("main select[name=section_id]").select_option(label="Pumps")
    page.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/edit")
    page.reload()
    page.locator("textarea.block-body").first.fill("Rinse it twice.")
    late()
    expect(page.locator("[data-blocks-preview]")).to_contain_text("Rinse it twice.")


def test_the_usual_wait_is_said(chromium: Chromium, demo: Server) -> None:
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, service_workers="block", locale="en")
    context.set_default_timeout(10_000)
    sign_in_as_admin(context, demo)
    page = context.new_page()
    held: list[Route] = []
    page.route("**/drafts/*", lambda route: route.fulfill(json={}))  # the site is shared with other tests
    page.route("**/modules/waits.js*", lambda route: held.append(route))
    page.goto("/ask")
    page.locator("main select[name=category]").select_option(label="Setup and pairing")
    assert held and not page.locator("[data-waits-said]").inner_text()
    held[0].continue_()
    expect(page.locator("[data-waits-said]")).to_contain_text("Setup and pairing")
    context.close()
