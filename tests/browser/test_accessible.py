"""axe-core on a few pages, where it was fetched before (`make judge` fetches it, and judges all pages of all roles)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium

from bench.judges.axe import violations
from bench.judges.tools import axe_source, default_folder, kept
from tests.server.running import AGENT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_axe_has_nothing_against_the_pages_that_most_people_meet(chromium: Chromium, demo: Server) -> None:
    if kept("axe-core", default_folder()) is None:
        pytest.skip("axe-core is not on this machine: `make judge` fetches it")
    source = axe_source(default_folder())
    context = chromium.new_context(base_url=demo.url, user_agent=AGENT, viewport={"width": 360, "height": 780})
    page = context.new_page()
    for path, scheme in (("/", "dark"), ("/questions/19", "light"), ("/kb/articles/3", "dark")):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(path)
        assert violations(page, source) == [], path
    context.close()
