"""Lighthouse on the pages that most people meet, as on a phone of middling speed on a slow network."""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.judges.site import Page, Site, Verdict
from bench.judges.tools import FLAGS, lighthouse, program

LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
# A page whose policy is to stay out of the index fails this one audit because it says so; all others count for it as well.
INDEXED = "is-crawlable"
ENDPOINTS = {
    "home": ("pages.home", "visitor"), "list": ("forum.questions", "visitor"), "question": ("forum.thread_page", "visitor"),
    "article": ("kb.show_article", "visitor"), "search": ("search, found much", "visitor"), "ask": ("forum.new_thread", "member"),
}  # fmt: skip


def choose(pages: list[Page]) -> dict[str, Page]:
    """The page of each kind that has most to show; of those that may be listed by search engines, where there are such."""

    def worth(page: Page) -> tuple[bool, int]:
        return not is_kept_out(page), len(page.html)

    own = [page for page in pages if not page.is_refused]
    found = {name: [page for page in own if (page.kind, page.role) == wanted] for name, wanted in ENDPOINTS.items()}
    return {name: max(some, key=worth) for name, some in found.items() if some}


def judge(site: Site, pages: list[Page], tools: Path, runs: int, say: Callable[[str], None]) -> list[Verdict]:
    """A verdict for each page: the median of some runs, as the speed of a busy machine swings. Raises tools.Missing."""
    command = lighthouse(tools)
    verdicts = []
    for name, page in choose(pages).items():
        reports = [_run(command, site, page) for _ in range(runs)]
        verdicts.append(_verdict(name, page, reports))
        say(f"lighthouse {name} {page.path}: {verdicts[-1].note}")
    return verdicts


def _run(command: list[str], site: Site, page: Page) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="judged-lighthouse-") as folder:
        headers, report = Path(folder) / "headers.json", Path(folder) / "report.json"
        headers.write_text(json.dumps({k: v for k, v in site.headers(page.role).items() if k == "Cookie"}))
        flags = " ".join((*FLAGS, f"--user-data-dir={folder}/profile"))
        asked = ["--output=json", f"--output-path={report}", "--quiet", f"--chrome-flags={flags}", f"--extra-headers={headers}"]
        skipped = [f"--skip-audits={INDEXED}"] if is_kept_out(page) else []
        only = f"--only-categories={','.join(LEAST)}"
        environ = {**os.environ, "CHROME_PATH": program("chromium"), "CI": "1"}
        done = subprocess.run(
            [*command, site.address + page.path, *asked, *skipped, only], env=environ, capture_output=True, text=True, check=False
        )
        if not report.exists():
            raise RuntimeError(f"Lighthouse gave no report of {page.path}: {done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def is_kept_out(page: Page) -> bool:
    """Whether the page asks search engines not to list it."""
    return 'name="robots" content="noindex' in page.html


def _verdict(name: str, page: Page, reports: list[dict[str, Any]]) -> Verdict:
    scores = {key: _score(reports, key) for key in LEAST}
    faults = []
    for key, score in scores.items():
        if score < LEAST[key]:
            faults.append(f"{key} {score:.0f}, at least {LEAST[key]}: {'; '.join(_failed(reports[-1], key))}")
    note = " / ".join(f"{score:.0f}" for score in scores.values())
    note += f", machine {statistics.median(report['environment']['benchmarkIndex'] for report in reports):.0f}"
    if is_kept_out(page):
        note += f" ({INDEXED} not asked: the page is kept out of the index on purpose)"
    return Verdict("lighthouse", f"{name} {page.path}", page.role, tuple(faults), note)


def _score(reports: list[dict[str, Any]], category: str) -> float:
    return statistics.median((report["categories"][category]["score"] or 0) * 100 for report in reports)


def _failed(report: dict[str, Any], category: str) -> list[str]:
    """The audits that took points, with what Lighthouse shows of them."""
    weighed = {ref["id"] for ref in report["categories"][category]["auditRefs"] if ref["weight"]}
    audits = [report["audits"][name] for name in sorted(weighed)]
    return [
        f"{audit['id']} {audit.get('displayValue', '')} {_where(audit)}".strip()
        for audit in audits
        if audit["score"] is not None and audit["score"] < (0.9 if category == "performance" else 1)
    ]


def _where(audit: dict[str, Any]) -> str:
    items = (audit.get("details") or {}).get("items") or []
    return json.dumps(items[0].get("node", {}).get("snippet") or items[0])[:200] if items else ""
