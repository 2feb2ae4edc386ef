"""What cost grows with what: the same pages on sites of different sizes, and threads with few and with many answers.

No page is kept, and there is no background work beside.

    python bench/growth.py [--sizes 1000,100000] [--answers 10,1000] [--seconds 2] [--rounds 2] [--json]

No page may grow with the size of the site, nor with answers that are not on it.
"""

import argparse
import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import sqlalchemy as sa

from app.core.db import db
from app.forum.models import Thread
from bench.generating import parser, writer_name
from bench.load import Request
from bench.measuring import Bench, Kind, table
from bench.pages import Site, member_kinds, prepare, say, visitor_kinds
from bench.serving import READING, baseline, sign_in, threadwell
from bench.visiting import count_statements

LEFT_OUT = ("style sheet",)


def _long_threads(site: Site, answers: tuple[int, ...]) -> list[Kind]:
    """Visits to the extra threads, which were written last."""
    with site.app.app_context():
        threads = list(db.session.scalars(sa.select(Thread).order_by(Thread.id.desc()).limit(len(answers))))
        db.session.remove()
        db.engine.dispose()
    found = zip(answers, reversed(threads), strict=True)
    return [Kind(f"{count} answers, page 1", [Request(thread.path, headers=READING)]) for count, thread in found]


def measure_size(threads: int, answers: tuple[int, ...], given: argparse.Namespace) -> dict[str, object]:
    """All pages of a site with so many threads, one after another."""
    given.threads, given.users, given.site = threads, max(20, threads // 3), None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="threadwell-bench-")))
        site = prepare(folder, given, given.workers, answers, PAGE_CACHE_MB="0", PAGE_SHARING_MB="0", JOBS="external")
        statements = count_statements(site.app, site.places)
        server = stack.enter_context(threadwell(site.environ, folder / "server.log"))
        hello = stack.enter_context(baseline(given.workers, folder / "baseline.log"))
        bench = Bench(server, hello, given.seconds, given.rounds, given.client)
        session = sign_in(server, writer_name(1))
        kinds = [*visitor_kinds(server, site.places), *member_kinds(session, site.places), *_long_threads(site, answers)]
        rows = []
        for kind in kinds:
            if kind.name not in LEFT_OUT:
                say(f"  {kind.name} of {threads:,} threads")
                rows.append(bench.measure(kind, 1))
        pages = [asdict(row) for row in rows]
        return {"threads": threads, "pages": pages, "statements": statements, "noise": bench.noise()}


def run(given: argparse.Namespace) -> dict[str, object]:
    """Measure every size; the long threads are on the first site only."""
    sizes = [int(part) for part in given.sizes.split(",")]
    answers = tuple(int(part) for part in given.answers.split(",") if part)
    found = [measure_size(threads, answers if number == 0 else (), given) for number, threads in enumerate(sizes)]
    return {"bench": "growth", "workers": given.workers, "sizes": found}


def options() -> argparse.ArgumentParser:
    """The options of this script."""
    found = parser(__doc__ or "")
    found.add_argument("--sizes", default="1000,100000", help="numbers of threads")
    found.add_argument("--answers", default="10,1000", help="answers of the extra threads")
    found.add_argument("--seconds", type=float, default=2.0)
    found.add_argument("--rounds", type=int, default=2)
    found.add_argument("--workers", type=int, default=2)
    found.add_argument("--seed", type=int, default=7)
    found.add_argument("--client", choices=("auto", "python", "wrk"), default="auto")
    return found


def show(sizes: list[dict[str, object]]) -> None:
    """One line a page: CPU per request at each size, and by what factor the multiple of the baseline grew."""
    by_size = [{row["name"]: row for row in size["pages"]} for size in sizes]  # type: ignore[attr-defined]
    heads = ["page", *(f"CPU ms at {size['threads']:,}" for size in sizes), "growth, x hello", "SQL"]
    lines = []
    for name, first in by_size[0].items():
        found = [rows.get(name) for rows in by_size]
        last = found[-1]
        growth = last["ratio"] / first["ratio"] if last and first["ratio"] else "-"
        counts = sizes[-1]["statements"].get(name, "-")  # type: ignore[attr-defined]
        lines.append([name, *(row["cpu_ms_least"] if row else "-" for row in found), growth, counts])
    print(table(heads, lines))
    print("\n" + "\n".join(f"Noise at {size['threads']:,}: {size['noise']}" for size in sizes))


def main() -> None:
    given = options().parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
    else:
        show(report["sizes"])  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
