"""What writing costs: answers, comments and votes by one writer and by several at once, on SQLite or PostgreSQL.

    python bench/writes.py [--writers 1,4] [--count 200] [--database-url postgresql://...] [--database-pid PID] [--json]

The CPU is that of the whole server until its background work (index, mails) is done, for each write. Afterwards the rows are
counted: every write that was acknowledged must be there. --database-url names an empty database on this machine; its own CPU is
counted when --database-pid names its first process.
"""

import argparse
import json
import tempfile
from contextlib import ExitStack
from itertools import chain, zip_longest
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from app.core.db import db
from bench.generating import WRITERS, add_size, parser, writer_name
from bench.load import Request, Result, put_load
from bench.measuring import table
from bench.pages import Site, answers, posted, prepare, say
from bench.processes import machine, settled_cpu
from bench.serving import Server, SignedIn, sign_in, threadwell

TABLES = {"answer": "post", "comment": "comment", "vote": "vote"}
SECONDS = 120.0
HEADS = ("write", "writers", "CPU ms", "per second", "p50 ms", "p95 ms", "acknowledged", "stored", "errors")


def _comments(session: SignedIn, site: Site, count: int, seed: int) -> list[Request]:
    ids = site.places.post_ids
    bodies = [{"body": f"The gate agrees with this ({seed}-{number})."} for number in range(count)]
    return [posted(session, f"/posts/{ids[number % len(ids)]}/comments", body) for number, body in enumerate(bodies)]


def _votes(session: SignedIn, site: Site, start: int, count: int) -> list[Request]:
    """Every writer votes once for each post of a run; the next run takes other posts."""
    ids = site.places.post_ids[start : start + count]
    return [posted(session, f"/posts/{post}/vote", {"value": "1"}) for post in ids]


def _mixed(lists: list[list[Request]]) -> list[Request]:
    """Take turns, so that all writers write at the same time."""
    return [request for request in chain.from_iterable(zip_longest(*lists)) if request is not None]


def _requests(kind: str, sessions: list[SignedIn], site: Site, count: int) -> list[Request]:
    writers = len(sessions)
    share = -(-count // writers)
    if kind == "answer":
        return _mixed([answers(session, site.places, share, 10 * writers + n) for n, session in enumerate(sessions)])
    if kind == "comment":
        return _mixed([_comments(session, site, share, writers) for session in sessions])
    return _mixed([_votes(session, site, (writers - 1) * count, share) for session in sessions])


def _rows(site: Site, kind: str) -> int:
    """How many there are now."""
    with site.app.app_context():
        found = db.session.scalar(sa.select(sa.func.count()).select_from(db.metadata.tables[TABLES[kind]])) or 0
        db.session.remove()
    return found


def _measure(server: Server, site: Site, kind: str, sessions: list[SignedIn], given: argparse.Namespace) -> dict[str, object]:
    say(f"  {kind}, {len(sessions)} writers")
    roots = [server.process.pid, *([given.database_pid] if given.database_pid else [])]
    requests, rows = _requests(kind, sessions, site, given.count), _rows(site, kind)
    before = settled_cpu(roots)
    result = put_load(server.port, requests, connections=len(sessions), seconds=SECONDS, once=True, client="python")
    cpu = settled_cpu(roots) - before
    return _line(kind, len(sessions), result, cpu, _rows(site, kind) - rows)


def _line(kind: str, writers: int, result: Result, cpu: float, stored: int) -> dict[str, object]:
    done = result.statuses.get("303", 0)
    odd = {status: count for status, count in result.statuses.items() if status != "303"}
    return {
        "write": kind, "writers": writers, "cpu_ms": round(cpu * 1000 / max(1, done), 2),
        "per_second": round(result.requests / result.seconds, 1) if result.seconds else 0.0, "p50_ms": round(result.p50_ms, 2),
        "p95_ms": round(result.p95_ms, 2), "acknowledged": done, "stored": stored, "errors": result.errors + sum(odd.values()),
    }  # fmt: skip


def _ensure_local(url: str) -> None:
    if url and (urlsplit(url).hostname or "localhost") not in ("127.0.0.1", "localhost", "::1"):
        raise SystemExit("Only databases on this machine are measured.")


def run(given: argparse.Namespace) -> dict[str, object]:
    """Make the site, serve it, write into it."""
    _ensure_local(given.database_url)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="threadwell-bench-")))
        settings = {"DATABASE_URL": given.database_url} if given.database_url else {}
        site = prepare(folder, given, given.workers, **settings)
        server = stack.enter_context(threadwell(site.environ, folder / "server.log"))
        sessions = [sign_in(server, writer_name(number)) for number in range(1, WRITERS + 1)]
        put_load(server.port, answers(sessions[0], site.places, 3, 99), connections=1, seconds=SECONDS, once=True)
        lines = [
            _measure(server, site, kind, sessions[:writers], given)
            for kind in TABLES
            for writers in (min(WRITERS, int(part)) for part in given.writers.split(","))
        ]
        name = "postgresql" if given.database_url else "sqlite"
        report = {"bench": "writes", "database": name, "workers": given.workers, "writes": lines, "noise": machine()}
        with site.app.app_context():
            db.engine.dispose()
        return report


def options() -> argparse.ArgumentParser:
    """The options of this script."""
    found = parser(__doc__ or "")
    add_size(found, threads=1000, users=500)
    found.add_argument("--site", type=Path, help="a folder made by bench/generating.py; a copy of it is measured (SQLite)")
    found.add_argument("--writers", default="1,4", help=f"numbers of writers, at most {WRITERS}")
    found.add_argument("--count", type=int, default=200, help="writes of each kind")
    found.add_argument("--workers", type=int, default=2)
    found.add_argument("--database-url", default="")
    found.add_argument("--database-pid", type=int, default=0)
    return found


def main() -> None:
    given = options().parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
        return
    print(f"\n{report['database']}, {report['workers']} workers; CPU of the whole server with its background work\n")
    print(table(HEADS, [tuple(line.values()) for line in report["writes"]]))  # type: ignore[attr-defined]
    print(f"\nNoise: {report['noise']}")


if __name__ == "__main__":
    main()
