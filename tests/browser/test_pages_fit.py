"""Every kind of page fits a phone and a desk: nothing sticks out sideways, no script fails, one title, every control named."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.browser.conftest import sign_in_as_admin
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESK, HEIGHT = 360, 1280, 780
FOR_VISITORS = {
    "home": "/",
    "questions": "/questions",
    "solved question": "/questions/5",
    "disputed question": "/questions/58",
    "long thread": "/questions/19?page=2",
    "question in Chinese": "/questions/44",
    "discussion": "/discussions/1",
    "category": "/c/ideas",
    "tags": "/tags",
    "knowledge base": "/kb",
    "article with a table": "/kb/articles/3",
    "article with code": "/kb/articles/5",
    "search": "/search?q=pump",
    "nothing found": "/search?q=zzzzqqqq",
    "profile": "/people/shedlogic",
    "sign up": "/signup",
    "no such page": "/nothing/here",
}
FOR_ADMINS = {
    "question": "/questions/58",
    "ask": "/ask",
    "edit": "/posts/21/edit",
    "changes": "/posts/21/history",
    "edit an article": "/kb/articles/4/edit",
    "sources": "/kb/articles/4/sources",
    "promotions": "/moderation/promotions",
    "promote": "/moderation/promotions/19/promote",
    "not found": "/moderation/gaps",
    "not found, called something else": "/moderation/gaps?state=alias",
    "same meaning": "/moderation/aliases",
    "wordings": "/kb/articles/5/wordings",
    "to verify": "/kb/verify",
    "sections": "/kb/sections",
    "asked before": "/moderation/duplicates",
    "queue": "/moderation/queue",
    "log": "/moderation/log",
    "people": "/admin/people",
    "categories": "/admin/categories",
    "account": "/settings/account",
    "notifications": "/notifications",
    "operations": "/admin",
    "style": "/style",
    "desk": "/desk",
    "all open at the desk": "/desk?view=open",
    "nothing escalated": "/desk?view=escalated",
    "disputed at the desk": "/desk/questions/58",
    "long title at the desk": "/desk/questions/48",
    "canned answers": "/desk/canned",
    "new canned answer": "/desk/canned/new",
    "rules": "/desk/rules",
    "groups": "/desk/groups",
    "hours": "/desk/hours",
    "mails": "/settings/notifications",
    "insights": "/insights",
    "insights of all time": "/insights?period=all",
    "behind a figure": "/insights/list/people_helped?period=all",
}
FACTS = """() => {
  const room = document.documentElement.clientWidth;
  const scrolls = "pre, .prose table, .tabs, .side-nav, .scroll-x, .table-wrap, .menu-list, .sr, .skip";
  const shown = (node) => node.checkVisibility({ visibilityProperty: true });
  const name = (node) => [
    node.innerText, node.getAttribute("aria-label"), node.querySelector("[aria-label]")?.getAttribute("aria-label"),
    node.querySelector("img[alt]")?.alt, ...[...(node.labels ?? [])].map((label) => label.innerText || label.textContent),
    document.getElementById(node.getAttribute("aria-labelledby") ?? "")?.innerText,
  ].some((text) => text?.trim());
  return {
    width: document.documentElement.scrollWidth - room,
    outside: [...document.querySelectorAll("body *")]
      .filter((node) => shown(node) && !node.closest(scrolls) && node.getBoundingClientRect().right > room + 1)
      .map((node) => `${node.tagName}.${node.className}`).slice(0, 5),
    titles: document.querySelectorAll("h1").length,
    nameless: [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, summary, a[href]")]
      .filter((node) => shown(node) && !name(node)).map((node) => node.outerHTML.slice(0, 160)),
  };
}"""


def misfits_of(page: Page, path: str) -> dict[str, object]:
    """Open a page, look at it on a phone and on a desk, and return what is wrong with it, by kind; empty when it fits."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" and "404" not in message.text else None,
    )
    answer = page.goto(path)
    expected = 404 if path == "/nothing/here" else 200
    found: dict[str, object] = {"status": answer.status if answer and answer.status != expected else None}
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        facts = page.evaluate(FACTS)
        found |= {
            f"too wide by, at {width}": facts["width"] if facts["width"] > 0 else None,
            f"sticking out at {width}": facts["outside"],
            f"titles at {width}": facts["titles"] if facts["titles"] != 1 else None,
            f"without a name at {width}": facts["nameless"],
        }
    found["script errors"] = problems
    return {kind: value for kind, value in found.items() if value}


@pytest.mark.parametrize(("reader", "paths"), [("visitor", FOR_VISITORS), ("admin", FOR_ADMINS)])
def test_pages_fit(chromium: Chromium, demo: Server, reader: str, paths: dict[str, str]) -> None:
    """Opened on a phone and then widened: scripts measure nothing but tables when a page opens, so one opening shows both."""
    context = chromium.new_context(viewport={"width": PHONE, "height": HEIGHT}, base_url=demo.url, user_agent=AGENT)
    if reader == "admin":
        sign_in_as_admin(context, demo)
    misfits: dict[str, object] = {}
    for name, path in paths.items():
        page = context.new_page()
        found = misfits_of(page, path)
        page.close()
        if found:
            misfits[f"{name} ({path})"] = found
    context.close()
    assert misfits == {}


def test_regular_expressions_in_code_are_visible(chromium: Chromium, demo: Server) -> None:
    """Pygments marks them with the class that our pages use for what only screen readers get."""
    page = chromium.new_page(base_url=demo.url, user_agent=AGENT)
    page.goto("/kb/articles/5")
    box = page.locator(".highlight .sr").first.bounding_box()
    assert box is not None and box["width"] > 5
    page.close()


def test_choosing_a_category_tells_how_soon_it_answers(chromium: Chromium, demo: Server) -> None:
    demo.run("recount")  # derives the usual waits, as the job does some time after the demo was loaded
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT)
    sign_in_as_admin(context, demo)
    page = context.new_page()
    page.goto("/ask")
    said = page.locator("[data-waits-said]")
    assert said.inner_text() == ""
    for row in page.locator("[data-waits] li").all()[:3]:
        page.locator("#category").select_option(row.get_attribute("data-value"))
        assert said.inner_text() == row.get_attribute("data-sentence") != ""
    context.close()


def test_a_mail_with_a_very_long_word_fits_a_phone(chromium: Chromium) -> None:
    source = (Path(__file__).parents[2] / "templates" / "email" / "_base.html").read_text()
    style = source[source.index("<style>") : source.index("</style>")] + "</style>"
    page = chromium.new_page(viewport={"width": PHONE, "height": HEIGHT})
    page.set_content(f"{style}<main><p>{'x' * 200}</p><a class=act href='/'>{'y' * 90}</a></main>")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    page.close()
