"""axe-core in a real browser: every page, on a phone and on a screen, light and dark, with menus closed and open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from bench.judges.site import Page, Site, Verdict
from bench.judges.tools import FLAGS, axe_source, program
from bench.serving import AGENT

WIDTHS = {360: 780, 1280: 900}
SCHEMES = ("light", "dark")
# Everything it has, those beyond WCAG as well; what it cannot decide ("incomplete") is not a fault.
# One rule is off by default there and on in Lighthouse: that targets are large enough for a finger. It has no sense where all menus
# are open at once, one above the other, which never happens.
RUN = """async (sized) =>
  (await axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: sized}}})).violations"""
OPEN = "() => { for (const part of document.querySelectorAll('details:not([open])')) part.open = true; }"
SEND_EMPTY = """() => {
  const form = document.querySelector("main form[method=post]");
  for (const field of form.elements) if (field.type !== "hidden" && "value" in field) field.value = "";
  form.noValidate = true; form.requestSubmit();
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's browser, until the block ends. Raises tools.Missing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


def violations(tab: Tab, source: str, is_unfolded: bool = False) -> list[str]:
    """What axe-core has against the page in this tab as it stands now."""
    if not tab.evaluate("() => typeof axe === 'object'"):
        tab.evaluate(source)
    return [_words(found) for found in tab.evaluate(RUN, not is_unfolded)]


def _words(found: dict[str, Any]) -> str:
    nodes = found["nodes"]
    first = nodes[0]
    why = "; ".join(check["message"] for check in [*first["any"], *first["all"], *first["none"]][:2])
    return f"{found['id']} ({found['impact']}, {len(nodes)}x): {' '.join(map(str, first['target']))}: {first['html'][:120]} {why}"


def judge(site: Site, pages: list[Page], tools: Path, say: Callable[[str], None]) -> list[Verdict]:
    """A verdict for each page, width and scheme. Raises tools.Missing."""
    source = axe_source(tools)
    found: list[Verdict] = []
    with chromium() as browser:
        for role in dict.fromkeys(page.role for page in pages):
            tab = _tab(browser, site, role)
            own = [page for page in pages if page.role == role]
            for number, page in enumerate(own, 1):
                verdicts = _judge_page(tab, page, source)
                found += verdicts
                faults = sum(len(verdict.faults) for verdict in verdicts)
                say(f"axe {role} {number}/{len(own)} {page.name}{f': {faults} faults' if faults else ''}")
            tab.context.close()
    return found


def _tab(browser: Browser, site: Site, role: str) -> Tab:
    """A tab of a browser with this role's session, which moves nothing and does not call itself headless."""
    context = browser.new_context(base_url=site.address, user_agent=AGENT, reduced_motion="reduce")
    if role in site.sessions:
        cookies = (pair.split("=", 1) for pair in site.sessions[role].cookie.split("; "))
        context.add_cookies([{"name": name, "value": value, "url": site.address} for name, value in cookies])
    return context.new_page()


def _judge_page(tab: Tab, page: Page, source: str) -> list[Verdict]:
    said: list[str] = []

    def note(error: Any) -> None:
        said.append(f"script error: {error}")

    tab.on("pageerror", note)
    tab.goto(page.path)
    if page.is_refused:
        with tab.expect_navigation():
            tab.evaluate(SEND_EMPTY)
    verdicts = []
    for width, height in WIDTHS.items():
        tab.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            verdicts.append(Verdict("axe", page.name, f"{page.role} {width} {scheme}", tuple(violations(tab, source))))
    tab.evaluate(OPEN)
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        verdicts.append(
            Verdict(
                "axe", page.name, f"{page.role} {width} {scheme}, all unfolded", tuple(violations(tab, source, is_unfolded=True))
            )
        )
    tab.remove_listener("pageerror", note)
    return [*verdicts, Verdict("axe", page.name, f"{page.role}, scripts", tuple(said))]
