"""How fast a Stack Exchange dump comes in: posts for each CPU second, and the most memory that took.

    python bench/imports.py DIR [--json]

Runs `threadwell import stackexchange DIR` into a new site in a temporary folder, then imports again (nothing may change), and
rebuilds the index. Fails only when a command does.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from app.core.db import db
from app.factory import create_app
from bench.generating import create_tables, parser
from bench.measuring import table
from bench.processes import machine
from bench.serving import site_environ

TABLES = ("person", "thread", "post", "comment", "tag", "acceptance")


@dataclass(frozen=True)
class Command:
    """What one command of the command line cost."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    said: str


def command(name: str, arguments: list[str], environ: dict[str, str]) -> Command:
    """Run a command and wait for it; raises SystemExit with what it said when it fails."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        program = str(Path(sys.executable).parent / "threadwell")
        process = subprocess.Popen([program, *arguments], env=environ, stdout=output, stderr=output)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise SystemExit(f"threadwell {' '.join(arguments)} failed:\n{said[-3000:]}")
    return Command(name, round(time.monotonic() - begun, 2), round(_cpu(used), 2), round(used.ru_maxrss / 1024, 1), said[-2000:])


def _cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _counts(environ: dict[str, str]) -> dict[str, int]:
    app = create_app(environ=environ)
    with app.app_context():
        counts = {name: sa.select(sa.func.count()).select_from(db.metadata.tables[name]) for name in TABLES}
        found = {name: db.session.scalar(count) or 0 for name, count in counts.items()}
        db.session.remove()
        db.engine.dispose()
    return found


def run(given: argparse.Namespace) -> dict[str, object]:
    """Import into a fresh site."""
    with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as folder:
        environ = site_environ(Path(folder) / "instance", 8000, JOBS="external")
        with create_app(environ=environ).app_context():
            create_tables()
            db.engine.dispose()
        dump = str(given.folder.resolve())
        words = ["import", "stackexchange", dump]
        first = command("import", words, environ)
        counts = _counts(environ)
        steps = [first, command("import again", words, environ), command("reindex", ["reindex"], environ)]
        posts = counts["post"]
        return {
            "bench": "imports", "dump": given.folder.name, "counts": counts, "steps": [asdict(step) for step in steps],
            "posts_per_cpu_second": round(posts / max(0.01, first.cpu_seconds), 1), "unchanged": _counts(environ) == counts,
            "noise": machine(),
        }  # fmt: skip


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("folder", type=Path, help="the folder with Posts.xml and so on, plain or .xz")
    given = options.parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
        return
    print("  ".join(f"{name} {count:,}" for name, count in report["counts"].items()))  # type: ignore[attr-defined]
    steps = [list(step.values())[:4] for step in report["steps"]]  # type: ignore[attr-defined]
    print(table(("step", "seconds", "CPU s", "peak MiB"), steps))
    print(f"\n{report['posts_per_cpu_second']} posts per CPU second; a second import changed nothing: {report['unchanged']}")
    print(f"Noise: {report['noise']}")


if __name__ == "__main__":
    main()
