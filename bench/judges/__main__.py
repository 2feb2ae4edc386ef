"""The command: `python -m bench.judges [lighthouse] [axe] [html] [data] [feeds] [script] [--role ROLE] [--page TEXT] [--json]`."""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from bench.judges import axe, data, feeds, html, lighthouse, script
from bench.judges.site import ROLES, Page, Site, Verdict, demo_site
from bench.judges.tools import PINNED, Missing, default_folder
from bench.judges.walking import walk
from bench.measuring import table

JUDGES = ("lighthouse", "html", "data", "feeds", "script", "axe")
ENDED = {"clean": 0, "faults": 1, "missing": 2}


def say(*parts: object) -> None:
    """Progress, for people; standard output is for results."""
    print(*parts, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    given = argparse.ArgumentParser(prog="python -m bench.judges", description=__doc__)
    given.add_argument("judges", nargs="*", choices=[*JUDGES, []], help="which of them; all unless named")
    given.add_argument("--role", action="append", choices=ROLES, help="judge what these see; all roles unless named")
    given.add_argument("--page", default="", help="judge only pages whose address or kind has this in it")
    given.add_argument("--runs", type=int, default=3, help="of Lighthouse; the median counts (default: 3)")
    given.add_argument("--tools", type=Path, default=default_folder(), help="folder for the tools (default: %(default)s)")
    given.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    return given.parse_args()


def _judge(site: Site, pages: list[Page], given: argparse.Namespace) -> list[Verdict]:
    chosen = [page for page in pages if given.page in page.path or given.page in page.kind]
    found: list[Verdict] = []
    for name in given.judges or JUDGES:
        say(f"{name}: {len(chosen)} pages")
        if name == "lighthouse":
            found += lighthouse.judge(site, pages, given.tools, given.runs, say)
        elif name == "axe":
            found += axe.judge(site, chosen, given.tools, say)
        elif name == "html":
            found += html.judge(chosen, given.tools)
        elif name == "data":
            found += data.judge(chosen)
        elif name == "script":
            found += script.judge(given.tools)
        else:
            found += feeds.judge(site, chosen)
    return found


def _print(verdicts: list[Verdict], unseen: set[str]) -> None:
    """A table for each judge: a row for each page with its faults in all settings, then the faults in words, each once."""
    for judge in dict.fromkeys(verdict.judge for verdict in verdicts):
        rows: dict[str, list[Verdict]] = defaultdict(list)
        for verdict in (one for one in verdicts if one.judge == judge):
            rows[verdict.page].append(verdict)
        lines = [
            (page, len(own), sum(len(one.faults) for one in own), next((one.note for one in own if one.note), ""))
            for page, own in rows.items()
        ]
        print(f"\n## {judge}\n\n{table(('page', 'judged', 'faults', 'note'), lines)}\n")
        told: dict[str, list[str]] = defaultdict(list)
        for verdict in (one for own in rows.values() for one in own):
            for fault in verdict.faults:
                told[fault].append(f"{verdict.page} ({verdict.setting})")
        for fault, places in told.items():
            print(f"- {fault}\n  {len(places)}x: {', '.join(places[:4])}")
        print(f"{judge}: {len(rows)} pages, {sum(len(own) for own in rows.values())} verdicts, {len(told)} different faults")
    if unseen:
        print(f"\nAddresses of which no page was seen (files, fragments, or nothing to show): {', '.join(sorted(unseen))}")


def main() -> int:
    """Judge, print, and return how the command ends: 0 clean, 1 faults, 2 a tool is missing."""
    given = _arguments()
    roles = tuple(given.role or ROLES)
    with tempfile.TemporaryDirectory(prefix="judged-site-") as folder, demo_site(Path(folder)) as site:
        pages = walk(site, roles)
        say(f"{len(pages)} pages of {len({page.kind for page in pages})} kinds")
        try:
            verdicts = _judge(site, pages, given)
        except Missing as missing:
            say(missing)
            return ENDED["missing"]
    if given.json:
        print(json.dumps({"tools": PINNED, "verdicts": [asdict(one) for one in verdicts], "unseen": sorted(site.unseen)}))
    else:
        _print(verdicts, site.unseen)
    return ENDED["faults" if any(one.faults for one in verdicts) else "clean"]


if __name__ == "__main__":
    sys.exit(main())
