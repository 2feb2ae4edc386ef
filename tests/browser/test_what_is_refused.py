"""What is wrong with a form is told where the reader is: the focus goes to what says it, with and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in_as_admin
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Blanks pass the browser's own check and are refused by the server, like much else.
BLANKS = "   "


@pytest.fixture
def writer(context: BrowserContext, demo: Server) -> Page:
    sign_in_as_admin(context, demo)
    page = context.new_page()
    for kept in ("**/drafts/*", "**/claim"):  # the site is shared with other tests
        page.route(kept, lambda route: route.fulfill(json={"message": ""}))
    return page


def refuse_an_answer(page: Page) -> None:
    page.goto("/questions/5")
    page.locator("#answer textarea").fill(BLANKS)
    page.get_by_role("button", name="Post your answer").click()
    field = page.locator("#answer textarea")
    expect(field).to_be_in_viewport()
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "Say what to do, step by step, and how one sees that it worked. Please write something."
    )


def test_a_refused_answer_is_in_sight_and_has_the_focus(writer: Page) -> None:
    """Its form stands below everything that was answered before."""
    refuse_an_answer(writer)


def test_a_refused_answer_is_in_sight_without_a_script(chromium: Chromium, demo: Server) -> None:
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, java_script_enabled=False, locale="en")
    context.set_default_timeout(10_000)
    sign_in_as_admin(context, demo)
    refuse_an_answer(context.new_page())
    context.close()


def test_a_refused_comment_has_the_focus(writer: Page) -> None:
    writer.goto("/questions/5")
    form = writer.locator(".comment-form").last
    form.locator("summary").click()
    form.locator("textarea").fill(BLANKS)
    form.get_by_role("button", name="Post comment").click()
    field = writer.locator(".comment-form textarea[aria-invalid]")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(field).to_have_accessible_description("Please write something.")


def test_a_page_that_opens_at_a_place_still_tells(writer: Page) -> None:
    """The desk's form leads to #answer, and going there takes the focus from what had it."""
    writer.goto("/desk/questions/9")
    writer.locator("main textarea[name=body]").fill(BLANKS)
    writer.get_by_role("button", name="Post answer").click()
    expect(writer.get_by_role("alert").filter(has_text="Please write something.")).to_be_focused()


def test_a_refused_decision_has_the_focus(writer: Page) -> None:
    writer.goto("/moderation/queue?item=post-162")
    writer.locator(".inbox-actions summary[data-key=f]").click()
    form = writer.locator("form[action$=decline]")
    form.locator("textarea").fill(BLANKS)
    form.get_by_role("button").click()
    expect(writer.get_by_role("alert").filter(has_text="Please give a reason")).to_be_focused()


def test_choices_say_what_is_wrong_with_them(writer: Page) -> None:
    writer.goto("/comments/6/flag")
    writer.locator("main form").evaluate("(form) => { form.noValidate = true; }")
    writer.get_by_role("button", name="Send the report").click()
    expect(writer.get_by_role("alert")).to_be_focused()
    expect(writer.get_by_role("group", name="What is wrong?")).to_have_accessible_description("Please choose what is wrong.")
    writer.get_by_role("alert").get_by_role("link").first.click()
    expect(writer.get_by_role("group", name="What is wrong?")).to_be_focused()


def test_a_short_form_leads_to_its_first_fault(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/login")
    page.locator("main input[name=login]").fill("somebody")
    page.locator("main input[name=password]").fill("")
    page.locator("main form").evaluate("(form) => { form.noValidate = true; }")
    page.locator("main form button").click()
    expect(page.locator("main input[name=password]")).to_be_focused()
