"""Reading and writing with the keyboard alone, what completes itself while writing, and what is there without a connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in_as_admin
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What shows where the focus is: an outline, or a shadow of its own.
FOCUS = """() => {
  const node = document.activeElement, box = node.getBoundingClientRect(), look = getComputedStyle(node);
  return {
    what: `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 40)}`, is_page: node === document.body,
    shows: (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1) || look.boxShadow !== "none",
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture
def writer(context: BrowserContext, demo: Server) -> Page:
    """A question with its answer form, open for somebody who may write."""
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.goto("/questions/48")
    return page


def test_the_focus_is_seen_wherever_it_goes(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/questions/5")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate(FOCUS)["what"].lower()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.goto("/questions/5")
    met = []
    for _ in range(200):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["is_page"]:
            break
        met.append(focus)
    assert len(met) > 40 and focus["is_page"], "the keyboard is caught in the page"
    assert not [one["what"] for one in met if not (one["shows"] and one["seen"])]


def test_question_mark_shows_the_keys_and_escape_takes_them_away(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/questions/5")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("input[name=q]").first).to_be_focused()
    page.keyboard.type("?")
    expect(dialog).to_be_hidden()


def test_single_keys_can_be_turned_off_and_on_again(context: BrowserContext, demo: Server) -> None:
    """Who speaks to the computer would press them with every word (WCAG 2.1.4)."""
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.goto("/keys")
    choice = page.get_by_role("checkbox", name="Use keys without Ctrl or Alt")
    expect(choice).to_be_checked()
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    expect(choice).to_have_count(1)  # the list is here already; a second box would have the same id
    choice.uncheck()
    page.goto("/moderation/queue")
    page.locator("h1").click()
    for key in ("/", "?", "j"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.matches('body, main')")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto("/keys")
    expect(choice).not_to_be_checked()
    choice.check()
    page.goto("/moderation/queue")
    page.keyboard.press("j")
    expect(page.locator("[data-queue] a:focus")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_role("checkbox", name="Use keys without Ctrl or Alt")).to_be_checked()


def test_what_is_chosen_shows_where_the_system_gives_the_colours(chromium: Chromium, demo: Server) -> None:
    context = chromium.new_context(
        base_url=demo.url, viewport={"width": 1280, "height": 800}, user_agent=AGENT, locale="en", forced_colors="active"
    )
    context.set_default_timeout(10_000)
    sign_in_as_admin(context, demo)
    page = context.new_page()
    for path, places in (
        ("/questions/5", ".top-links [aria-current]"),
        ("/moderation/queue", ".tabs [aria-current], .inbox-list [aria-current], .side-nav [aria-current]"),
    ):
        page.goto(path)
        styles = page.locator(places).evaluate_all("(nodes) => nodes.map((node) => getComputedStyle(node).outlineStyle)")
        assert styles == ["solid"] * len(places.split(","))
    page.locator(".top-search input").click()
    page.locator(".top-search input").press_sequentially("pump")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    styles = page.get_by_role("option").evaluate_all("(nodes) => nodes.map((node) => getComputedStyle(node).outlineStyle)")
    assert styles[0] == "solid" and styles[1] == "none"
    context.close()


def test_escape_closes_a_menu_and_leads_back_to_what_opened_it(writer: Page) -> None:
    opener = writer.locator(".top details[data-menu] > summary")
    opener.focus()
    writer.keyboard.press("Enter")
    writer.keyboard.press("Tab")
    expect(writer.locator(".top details[data-menu] a:focus")).to_be_visible()
    writer.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert writer.locator(".top details[data-menu]").get_attribute("open") is None


def test_names_and_titles_complete_themselves(writer: Page) -> None:
    area = writer.locator("[data-editor] textarea").last
    area.click()
    options = writer.get_by_role("listbox", name="Names and titles that fit").get_by_role("option")
    area.press_sequentially("Thanks @shed")
    expect(options.first).to_be_visible()
    expect(options.first).to_have_attribute("aria-selected", "true")
    field, first = area.bounding_box(), options.first.bounding_box()
    assert field and first and field["y"] < first["y"] < field["y"] + 80, (
        "the list stands under the line that is written, not below the field"
    )
    area.press("Enter")
    expect(area).to_have_value("Thanks @shedlogic ")
    area.press_sequentially("see #drip pump")
    expect(options.nth(1)).to_be_visible()
    area.press("ArrowDown")
    title = options.nth(1).locator("span").text_content()
    assert area.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    area.press("Tab")
    assert area.input_value().startswith(f"Thanks @shedlogic see [{title}](/")
    area.press_sequentially("@shed")
    expect(options.first).to_be_visible()
    area.press("Escape")
    expect(options.first).to_be_hidden()
    area.fill("")


def test_the_tools_of_the_editor_are_one_stop_on_the_way_to_the_text(writer: Page) -> None:
    tools = writer.locator("#answer").get_by_role("toolbar", name="Formatting").get_by_role("button")
    expect(tools.first).to_have_attribute("tabindex", "0")
    tools.first.focus()
    writer.keyboard.press("ArrowRight")
    expect(tools.nth(1)).to_be_focused()
    writer.keyboard.press("ArrowLeft")
    writer.keyboard.press("ArrowLeft")
    expect(tools.last).to_be_focused()
    writer.keyboard.press("Home")
    expect(tools.first).to_be_focused()
    writer.keyboard.press("Tab")
    expect(writer.locator("#answer textarea")).to_be_focused()


def test_what_is_similar_is_told_in_one_line(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/ask")
    page.locator("main input[name=title]").fill("Hub stays on breathing blue")
    expect(page.locator("#similar a").first).to_be_visible()
    expect(page.locator("[data-similar-said][role=status]")).to_have_text("Already asked? Have a look before you write:")
    assert not page.locator("[aria-live]").count()


def test_without_a_connection_a_page_says_so_and_comes_back_by_itself(context: BrowserContext, demo: Server) -> None:
    page = context.new_page()
    page.goto("/")
    assert not page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)")
    page.goto("/questions", referer=f"{demo.url}/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.goto("/kb")
    expect(page.get_by_role("heading", level=1)).to_contain_text("offline", ignore_case=True)
    context.set_offline(False)
    expect(page).to_have_title("Knowledge base · Threadwell", timeout=10_000)
    assert page.url.endswith("/kb")


def test_without_a_connection_what_is_pressed_leaves_the_page_as_it_is(writer: Page) -> None:
    """Votes are sent in place: where that failed, the browser's own page of errors came, and what was typed was gone."""
    area = writer.locator("#answer textarea")
    area.fill("Half an answer")
    writer.context.set_offline(True)
    writer.locator("form[data-vote] button, form[data-toggle] button").first.click()
    expect(writer.get_by_text("You are offline.")).to_be_visible()
    expect(area).to_have_value("Half an answer")
    area.fill("")
    writer.context.set_offline(False)


def test_without_a_script_the_link_to_a_comment_leads_to_its_form(chromium: Chromium, demo: Server) -> None:
    """Where a browser opens the form by itself, it is there; elsewhere what opens it is, which nobody sees otherwise."""
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, java_script_enabled=False)
    context.set_default_timeout(10_000)
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.goto("/questions/48")
    form = page.locator(".comment-form:has(> .sr)").first
    page.locator(f"a[href='#comment-body-{(form.get_attribute('id') or '').rpartition('-')[2]}']").click()
    opener = form.locator("summary").bounding_box()
    assert opener is not None and opener["height"] > 20 and opener["width"] > 40
    context.close()
