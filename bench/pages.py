"""What each kind of page costs the whole server, as CPU per request and as a multiple of a bare Flask page in the same run.

    python bench/pages.py [--threads 5000] [--users 2000] [--seconds 3] [--rounds 2] [--workers 2] [--connections 1,8,32] [--json]

Makes a fresh installation in a temporary folder (RATE_LIMITS=off), serves it with `threadwell serve`, and visits it in slices
that alternate with slices of the baseline (bench/hello.py under gunicorn, as many workers). Rows whose name ends in "cached" are copies
of pages kept ready. Other pages of visitors are made anew for each request, by a second server that keeps no page (PAGE_CACHE_MB=0,
PAGE_SHARING_MB=0). What members see, and results of searches, come from the first: for these it keeps no copies, but pages that
readers share; "search, anew" is the second's. `--site` takes a folder made by
bench/generating.py and works on a copy of it. It never fails because something is slow.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from app.core.db import db
from app.factory import create_app
from app.jobs.process import MOST_IDLE_SECONDS
from bench import words
from bench.generating import Made, add_size, asked_size, generate, parser, writer_name
from bench.load import Request
from bench.measuring import HELLO, Bench, Kind, Row, page_table, yes_or_no
from bench.processes import pss_mib
from bench.serving import READING, Server, SignedIn, baseline, free_port, sign_in, site_environ, start_cpu, threadwell
from bench.targets import PSS_MIB, START_CPU_SECONDS
from bench.visiting import MEMBER_PAGES, Places, count_statements, find_places

NOT_MODIFIED = "304 answer"
BARE = "bare Flask, granian"
KEPT = ("home", "question", "question, 20 posts", "list", "category", "tag", "article")
# So few addresses that asking for them a few times leaves a copy of each in every process.
MOST_KEPT = 20
POSTING = "posting an answer"
POSTS = 400
CRAWLING = {**READING, "User-Agent": "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://crawler.example/)"}


@dataclass
class Site:
    """A generated installation: its environment, and where to go in it."""

    app: Flask
    environ: dict[str, str]
    places: Places
    made: Made | None


def say(*parts: object) -> None:
    """Progress, for people; standard output is for results."""
    print(*parts, file=sys.stderr, flush=True)


def prepare(folder: Path, given: argparse.Namespace, workers: int, long_threads: tuple[int, ...] = (), **settings: str) -> Site:
    """A new site in `folder`, or a copy of `--site`, with its addresses."""
    instance = folder / "instance"
    environ = site_environ(instance, free_port(), workers, **settings)
    source = getattr(given, "site", None)
    if source:
        shutil.copytree(source, instance)
    app, made = create_app(environ={**environ, "PAGE_CACHE_MB": "0"}), None  # statements are counted of pages that are made
    if not source:
        say(f"Writing {given.threads:,} threads ...")
        made = generate(app, asked_size(given, long_threads))
    places = find_places(app)
    with app.app_context():
        db.engine.dispose()
    return Site(app, environ, places, made)


def visitor_kinds(server: Server, places: Places) -> list[Kind]:
    """The pages of visitors, and the answer to a crawler who has the page already."""
    kinds = [Kind(name, [Request(path, headers=READING) for path in paths]) for name, paths in places.paths.items()]
    etag = server.ask(places.quiet, CRAWLING).header("ETag")
    return [*kinds, Kind(NOT_MODIFIED, [Request(places.quiet, headers={**CRAWLING, "If-None-Match": etag})])]


def member_kinds(session: SignedIn, places: Places) -> list[Kind]:
    """The pages of somebody who is signed in."""
    return [
        Kind(f"{name}, member", [Request(path, headers=session.headers) for path in places.paths[name]]) for name in MEMBER_PAGES
    ]


def answers(session: SignedIn, places: Places, count: int, seed: int = 5) -> list[Request]:
    """Requests that each post another answer of usual length, all over the site."""
    random, found = Random(seed), []
    for number in range(count):
        body = f"{words.markdown(random)}\n\nNote {seed}-{number}."
        found.append(posted(session, f"/questions/{places.thread_ids[number % len(places.thread_ids)]}/answers", {"body": body}))
    return found


def posted(session: SignedIn, path: str, form: dict[str, str]) -> Request:
    """A form sent from a page of ours."""
    pairs = Request.form({"csrf_token": session.token, **form})
    return Request(path, "POST", session.headers, pairs)


def kept_kinds(server: Server, places: Places) -> list[Kind]:
    """Visitors' pages of which the server holds copies: of one page each form, of the others what browsers ask for."""
    found = []
    for name in KEPT:
        for form in ("identity", "gzip", "br") if name == "question, 20 posts" else ("gzip",):
            headers = {**READING, "Accept-Encoding": form}
            requests = [Request(path, headers=headers) for path in places.paths.get(name, ())[:MOST_KEPT]]
            if requests:
                found.append(Kind(f"{name}, {form}, cached", requests))
    etag = server.ask(places.quiet, CRAWLING).header("ETag")
    return [*found, Kind(f"{NOT_MODIFIED}, cached", [Request(places.quiet, headers={**CRAWLING, "If-None-Match": etag})])]


def measure(bench: Bench, bare: Bench, site: Site, connections: list[int]) -> list[Row]:
    """All kinds of pages at all numbers of connections, then posting. `bare` has a server that keeps no pages."""
    session = sign_in(bench.server, writer_name(1))
    kept = kept_kinds(bench.server, site.places)
    made = visitor_kinds(bare.server, site.places)
    searches = [kind for kind in made if kind.name == "search"]
    anew = [replace(kind, name=f"{kind.name}, anew") if kind in searches else kind for kind in made]
    shared = [*searches, *member_kinds(session, site.places)]
    rows = []
    for count in connections:
        for one, kind in [*((bench, kind) for kind in (*kept, *shared)), *((bare, kind) for kind in anew)]:
            say(f"  {kind.name}, {count} connections")
            if kind in kept:
                one.fill(kind)
            rows.append(one.measure(kind, count))
    most = max(2, min(POSTS, int(100 * bench.seconds * bench.rounds)))
    for seed, count in enumerate(connections, start=5):
        say(f"  {POSTING}, {count} connections")
        rows.append(ensure_posted(bench.measure(Kind(POSTING, answers(session, site.places, most, seed), once=True), count)))
    return rows


def ensure_posted(row: Row) -> Row:
    """Return a row of writing, unless anything was not written: a form that is shown again costs something else."""
    if row.errors or set(row.statuses) != {"303"}:
        raise RuntimeError(f"{row.name}, {row.connections} connections: {row.statuses}, {row.errors} errors; all should be 303.")
    return row


@contextmanager
def without_pages(site: Site, log: Path) -> Iterator[Server]:
    """A second server on the same site that keeps no page; background work is done by the first."""
    port = free_port()
    with threadwell(
        {**site.environ, "PORT": str(port), "PAGE_CACHE_MB": "0", "PAGE_SHARING_MB": "0", "JOBS": "external"}, log
    ) as server:
        yield server


def run(given: argparse.Namespace) -> dict[str, object]:
    """Make the site, serve it, measure it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="threadwell-bench-")))
        site = prepare(folder, given, given.workers)
        statements = count_statements(site.app, site.places)
        first = site.places.paths["question"][0]
        server = stack.enter_context(threadwell(site.environ, folder / "server.log", first))
        pss = pss_mib([server.process.pid])
        second = stack.enter_context(without_pages(site, folder / "second.log"))
        hello = stack.enter_context(baseline(given.workers, folder / "baseline.log"))
        bench = Bench(server, hello, given.seconds, given.rounds, given.client)
        bare = Bench(second, hello, given.seconds, given.rounds, given.client, bench.baselines)
        connections = [int(part) for part in given.connections.split(",")]
        granian = stack.enter_context(baseline(given.workers, folder / "granian.log", "granian"))
        same = Bench(granian, hello, given.seconds, given.rounds, given.client, bench.baselines)
        rows = [*(same.measure(Kind(BARE, HELLO), count) for count in connections), *measure(bench, bare, site, connections)]
        after = pss_mib([server.process.pid])
        time.sleep(MOST_IDLE_SECONDS + 3)
        quiet = pss_mib([server.process.pid])
        starts = {count: round(start_cpu(site.environ, folder / "starts.log", count), 2) for count in sorted({1, given.workers})}
        return {
            "bench": "pages", "workers": given.workers, "client": given.client,
            "site": site.made.counts if site.made else str(given.site), "pages": [asdict(row) for row in rows],
            "statements": statements, "first_pss_mib": round(pss, 1), "pss_mib": round(after, 1), "pss_target": PSS_MIB,
            "pss_met": after <= PSS_MIB, "quiet_pss_mib": round(quiet, 1),
            "baseline_pss_mib": round(pss_mib([hello.process.pid]), 1), "start_cpu_seconds": starts[given.workers],
            "start_cpu_by_workers": starts, "start_target": START_CPU_SECONDS, "start_met": starts[given.workers] <= START_CPU_SECONDS,
            "first_jobs_cpu_seconds": round(server.settled_cpu - server.started_cpu, 2),
            "start_seconds": round(server.started_seconds, 2), "noise": bench.noise(),
        }  # fmt: skip


def show(report: dict[str, Any], rows: list[Row], statements: dict[str, int]) -> None:
    """The report for people."""
    print(f"\n{report['workers']} workers; x hello = CPU per request against bare Flask under gunicorn (sync)\n")
    print(page_table(rows, statements))
    print(
        f"\nMemory (PSS, whole tree): {report['first_pss_mib']} MiB, after the load {report['pss_mib']} MiB, "
        f"at most {report['pss_target']}: {yes_or_no(report['pss_met'])}; when background work has ended {report['quiet_pss_mib']} MiB"
    )
    print(f"Memory of bare Flask: {report['baseline_pss_mib']} MiB")
    print(
        f"Start to first page, CPU seconds by workers: {report['start_cpu_by_workers']}, "
        f"at most {report['start_target']}: {yes_or_no(report['start_met'])}"
    )
    print(f"Daily jobs after the first start: {report['first_jobs_cpu_seconds']} s CPU")
    print(f"Noise: {report['noise']}")


def options() -> argparse.ArgumentParser:
    """The options of this script."""
    found = parser(__doc__ or "")
    add_size(found)
    found.add_argument("--site", type=Path, help="a folder made by bench/generating.py; a copy of it is measured")
    found.add_argument("--seconds", type=float, default=3.0, help="length of one slice")
    found.add_argument("--rounds", type=int, default=2)
    found.add_argument("--workers", type=int, default=2)
    found.add_argument("--connections", default="1,8,32")
    found.add_argument("--client", choices=("auto", "python", "wrk"), default="auto")
    return found


def main() -> None:
    given = options().parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
    else:
        show(report, [Row(**row) for row in report["pages"]], report["statements"])  # type: ignore[attr-defined, arg-type]


if __name__ == "__main__":
    main()
