"""The main job in a real browser: ask, answer, accept, read by many, propose, promote, publish, find."""

from __future__ import annotations

import time
import urllib.request

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.conftest import execute, new_page, sign_in, sign_up
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def read_by_many(server: Server, path: str, readers: int) -> None:
    """Visit a page as so many different people."""
    for number in range(readers):
        request = urllib.request.Request(server.url + path, headers={"User-Agent": f"{AGENT} reader/{number}"})
        urllib.request.urlopen(request, timeout=20).close()


def views_of(server: Server, thread_id: int) -> int:
    rows = execute(server, "SELECT COALESCE(SUM(views), 0) FROM pageview_day WHERE kind = 'thread' AND target_id = ?", thread_id)
    return int(str(rows[0][0]))


def test_from_a_question_to_an_article_that_search_finds_first(chromium: Chromium, server: Server, page: Page):
    boss = new_page(chromium, server)
    sign_in(boss, "boss")
    boss.goto("/admin/categories")
    boss.get_by_label("Name", exact=True).fill("Greenhouse help")
    boss.get_by_role("button", name="Add the category").click()
    expect(boss.get_by_text("is ready")).to_be_visible()
    boss.goto("/kb/sections")
    boss.locator("main input[name=title]").first.fill("Pumps")
    boss.locator("main form button.btn-primary").first.click()
    boss.wait_for_load_state()

    sign_up(page, "asker")
    page.goto("/ask")
    page.locator("main input[name=title]").fill("Drip pump hums but no water arrives")
    page.locator("main textarea[name=body]").fill("The **Drip** pump hums since Monday.\n\n- hose is full\n- Firmware 4.2")
    page.locator("main select[name=category]").select_option(label="Greenhouse help")
    page.locator("main input[name=tags]").fill("pump, water")
    page.get_by_role("button", name="Post your question").click()
    page.wait_for_url("**/questions/**")
    path = page.url.removeprefix(server.url).split("#")[0]
    thread_id = int(path.split("/")[2])
    expect(page.get_by_role("heading", level=1)).to_have_text("Drip pump hums but no water arrives")
    expect(page.get_by_text("Needs an answer").first).to_be_visible()

    helper = new_page(chromium, server)
    sign_up(helper, "helper")
    helper.goto(path)
    helper.locator("#answer textarea[name=body]").fill(
        "Turn the impeller by hand, then **rinse the intake** and start it dry for two seconds."
    )
    expect(helper.locator(".preview strong").first).to_have_text("rinse the intake", timeout=10_000)
    helper.get_by_role("button", name="Post your answer").click()
    expect(helper.locator(".post-answer")).to_contain_text("Turn the impeller")

    page.goto(path)
    page.get_by_role("button", name="This solved it").first.click()
    expect(page.get_by_text("Solved").first).to_be_visible()
    expect(page.locator(".solution")).to_contain_text("Turn the impeller")
    helper.goto("/notifications")
    expect(helper.locator("main")).to_contain_text("Drip pump hums")

    read_by_many(server, path, 100)
    deadline = time.monotonic() + 30
    while views_of(server, thread_id) < 100 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert 100 <= views_of(server, thread_id) <= 103
    execute(server, "UPDATE thread SET created_at = datetime(created_at, '-5 days') WHERE id = ?", thread_id)
    assert "Drip pump hums" in server.run("promotions", "scan")

    boss.goto("/moderation/promotions")
    expect(boss.locator("main")).to_contain_text("views in 30 days")
    boss.get_by_role("link", name="Make an article").first.click()
    boss.locator("main select[name=section_id]").select_option(label="Pumps")
    boss.get_by_role("button", name="Build the draft").click()
    boss.wait_for_url("**/edit**")
    solution = boss.locator("textarea.block-body").filter(has_text="impeller")
    expect(solution).to_have_count(1)
    expect(boss.locator("[data-blocks-preview]")).to_contain_text("rinse the intake")
    solution.fill(f"{solution.input_value()}\n\nThen close the lid.")
    expect(boss.locator("[data-blocks-preview]")).to_contain_text("close the lid", timeout=10_000)
    boss.get_by_role("button", name="Save as draft").click()
    boss.wait_for_url(lambda url: not url.split("?")[0].endswith("/edit"))
    article = execute(server, "SELECT s.slug, a.slug, a.state FROM article a JOIN section s ON s.id = a.section_id")[0]
    assert article[2] == "draft"
    boss.goto(f"/kb/{article[0]}/{article[1]}")
    boss.get_by_role("button", name="Publish").click()
    expect(boss.locator("main")).to_contain_text("Built from")
    expect(boss.locator("main")).to_contain_text("helper", ignore_case=True)

    page.goto(path)
    expect(page.locator(".banner").filter(has_text="article")).to_be_visible()
    visitor = new_page(chromium, server)
    for _ in range(40):
        visitor.goto("/search?q=drip+pump+hums+water")
        if visitor.locator(".result").count() and "Article" in visitor.locator(".result").first.inner_text():
            break
        time.sleep(0.5)
    first = visitor.locator(".result").first
    expect(first).to_contain_text("Article")
    expect(first).to_contain_text("Drip pump hums")
    first.get_by_role("link").first.click()
    visitor.get_by_role("button", name="Yes").first.click()
    expect(visitor.locator("main")).to_contain_text("Thank")
    helper.goto("/notifications")
    expect(helper.locator("main")).to_contain_text("article", ignore_case=True)


def test_everything_works_without_javascript(chromium: Chromium, server: Server):
    context = chromium.new_context(base_url=server.url, java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_up(page, "plain")
    page.goto("/ask")
    page.locator("main input[name=title]").fill("Does the hub work without the internet?")
    page.get_by_role("button", name="Check for answers").click()
    assert page.locator("main input[name=title]").input_value() == "Does the hub work without the internet?"
    page.locator("main textarea[name=body]").fill("My line is down twice a week.")
    page.get_by_role("button", name="Preview").click()
    assert page.locator("main textarea[name=body]").input_value() == "My line is down twice a week."
    page.locator("main select[name=category]").select_option(label="Greenhouse help")
    page.get_by_role("button", name="Post your question").click()
    page.wait_for_url("**/questions/**")
    page.get_by_role("button", name="Follow").or_(page.get_by_role("button", name="Following")).first.click()
    page.wait_for_load_state()
    page.goto("/search?q=internet")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("header details summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login**")
    page.goto("/settings/profile")
    assert "/login" in page.url
    context.close()


def test_the_keyboard_reaches_search_and_suggestions(server: Server, page: Page):
    page.goto("/questions")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("drip pu", delay=30)
    option = page.locator("[role=listbox] [role=option]").first
    expect(option).to_be_visible(timeout=10_000)
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert page.url.rstrip("/") != server.url
