"""Pages stay where they are while they are being read: nothing moves when the script comes late."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium

from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST = 0.02
LATE = """() => new Promise((done) => {
  const late = document.createElement("script");
  late.type = "module";
  late.src = document.querySelector("script[src*='site.js']").src + "?late";
  late.onload = () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    const ran = document.querySelector("[data-theme-toggle]:not([hidden])") !== null;
    done({ moved: window.moved, ran });
  }, 50)));
  document.head.append(late);
})"""
NOTE = """window.moved = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.moved += entry.value; })
  .observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_while_a_page_is_read(chromium: Chromium, demo: Server, width: int) -> None:
    """The script is kept back until the page stands as it is without one, the worst that a slow line can do."""
    context = chromium.new_context(viewport={"width": width, "height": 780}, base_url=demo.url, user_agent=AGENT)
    context.add_init_script(NOTE)
    context.route("**/js/site.js", lambda route: route.abort())
    moved: dict[str, object] = {}
    for path in ("/", "/questions", "/questions/5", "/kb/articles/3"):
        page = context.new_page()
        page.goto(path)
        found = page.evaluate(LATE)
        page.close()
        if not found["ran"] or found["moved"] >= MOST:
            moved[path] = found
    context.close()
    assert moved == {}
