"""TypeScript on every script: what the notes of types in it say, holds. The scripts are sent as they are; nothing is compiled."""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

from bench.judges.site import Verdict
from bench.judges.tools import type_checker

STATIC = Path(__file__).resolve().parents[2] / "app" / "static" / "js"
OPTIONS = (
    "--noEmit",
    "--allowJs",
    "--checkJs",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--lib",
    "es2022,dom,dom.iterable",
)
FAULT = re.compile(r"^(?P<file>[^\s(]+)\((?P<line>\d+),\d+\): error (?P<words>.+)$", re.MULTILINE)


def judge(tools: Path, scripts: Path = STATIC) -> list[Verdict]:
    """One verdict for each script under the folder; the service worker is none of the page's and judged by its tests. Raises tools.Missing."""
    files = [path for path in sorted(scripts.rglob("*.js")) if path.name != "worker.js"]
    names = [path.relative_to(scripts).as_posix() for path in files]
    done = subprocess.run([*type_checker(tools), *OPTIONS, *names], cwd=scripts, capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = defaultdict(list)
    for fault in FAULT.finditer(done.stdout):
        found[fault["file"]].append(f"line {fault['line']}: {fault['words']}")
    assert bool(done.returncode) == bool(found) and set(found) <= set(names), (
        f"The checker did not finish: {done.stdout or done.stderr}"
    )
    return [Verdict("script", name, "", tuple(found[name])) for name in names]
