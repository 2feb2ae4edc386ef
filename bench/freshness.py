"""How long a changed thread takes until everybody finds it: answers are posted to an idle server, and their new word is searched for.

    python bench/freshness.py [--threads 300] [--changes 20] [--workers 1] [--external] [--json]

Seconds on the clock from the answer to the post until a search shows the thread. With several workers any of them may answer
the search, whoever wrote the index; with --external a `threadwell worker` does the background work.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.db import db
from bench.generating import add_size, parser, writer_name
from bench.load import percentile
from bench.pages import Site, prepare, say
from bench.processes import machine
from bench.serving import READING, ROOT, Server, SignedIn, sign_in, threadwell

PATIENCE = 30.0
PAUSE = 0.05  # between two searches: what is measured is at most this much too long
IDLE = 1.5  # between two changes, so that the server is idle again


@contextmanager
def background(site: Site, is_external: bool) -> Iterator[None]:
    """The worker beside the server, where one is wanted."""
    if not is_external:
        yield
        return
    command = [str(Path(sys.executable).parent / "threadwell"), "worker"]
    process = subprocess.Popen(command, env=site.environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def seconds_until_found(server: Server, session: SignedIn, thread: int, number: int) -> float:
    """Post an answer with a word of its own, and search for it."""
    word = f"zq{number}qz"
    form = {"csrf_token": session.token, "body": f"The number on our ramp is {word}, and that is all I can say about it."}
    answer = server.ask(f"/questions/{thread}/answers", session.headers, form)
    if answer.status != 303:
        raise SystemExit(f"The answer was not taken: {answer.status}")
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        plain = {key: value for key, value in READING.items() if key != "Accept-Encoding"}
        if f"/questions/{thread}/" in server.ask(f"/search?q={word}", plain).text:
            return time.monotonic() - begun
        time.sleep(PAUSE)
    raise SystemExit(f"Nothing was found within {PATIENCE} seconds.")


def run(given: argparse.Namespace) -> dict[str, object]:
    """Make the site, serve it, change threads one after the other."""
    with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as place:
        site = prepare(Path(place), given, given.workers, JOBS="external" if given.external else "inline")
        with threadwell(site.environ, Path(place) / "server.log") as server, background(site, given.external):
            session, times = sign_in(server, writer_name(1)), []
            say("Measuring ...")
            for number in range(given.changes):
                thread = site.places.thread_ids[number % len(site.places.thread_ids)]
                times.append(seconds_until_found(server, session, thread, number))
                time.sleep(IDLE)
        with site.app.app_context():
            db.engine.dispose()
    times.sort()
    figures = {"p50_seconds": percentile(times, 0.5), "p95_seconds": percentile(times, 0.95), "most_seconds": times[-1]}
    how = {"bench": "freshness", "workers": given.workers, "external": given.external, "changes": len(times)}
    return {**how, **{name: round(value, 2) for name, value in figures.items()}, "noise": machine()}


def main() -> None:
    options = parser(__doc__ or "")
    add_size(options, threads=300, users=100)
    options.add_argument("--changes", type=int, default=20)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--external", action="store_true")
    given = options.parse_args()
    report = run(given)
    print(json.dumps(report) if given.json else "\n".join(f"{name}: {value}" for name, value in report.items()))


if __name__ == "__main__":
    main()
