"""The Nu HTML checker on every page: errors are faults, warnings and remarks are not."""

import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.judges.site import Page, Verdict
from bench.judges.tools import html_checker


def judge(pages: list[Page], tools: Path) -> list[Verdict]:
    """One verdict for each page. All go to one run of the checker: its start costs more than a page. Raises tools.Missing."""
    command = [*html_checker(tools), "--format", "json", "--stdout", "--exit-zero-always"]
    with tempfile.TemporaryDirectory(prefix="judged-html-") as folder:
        files = {f"{number:04}.html": page for number, page in enumerate(pages)}
        for name, page in files.items():
            (Path(folder) / name).write_text(page.html)
        done = subprocess.run([*command, folder], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = defaultdict(list)
    for message in json.loads(done.stdout)["messages"]:
        if message["type"] != "info":
            found[message.get("url", "").rpartition("/")[2]].append(_words(message))
    assert set(found) <= set(files), f"The checker did not finish: {found.keys() - files.keys()}"
    return [Verdict("html", page.name, page.role, tuple(found[name])) for name, page in files.items()]


def _words(message: dict[str, Any]) -> str:
    """What is wrong, and the text around it."""
    near = " ".join(message.get("extract", "").split())
    return f"line {message.get('lastLine', '?')}: {message['message']} Near: {near[-160:]}"
