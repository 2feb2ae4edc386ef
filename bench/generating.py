"""Writes an invented community of any size straight into an installation: set-based inserts, then recount and index rebuild.

    python bench/generating.py FOLDER [--threads 5000] [--users 2000] [--json]

FOLDER becomes the instance folder (INSTANCE_PATH) of a new site; a folder that holds a database is refused.
"""

import argparse
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app.accounts.services.passwords import hash_password
from app.core.db import db
from app.core.settings import PROJECT_ROOT
from app.core.uow import unit_of_work
from app.factory import create_app
from app.forum.services.recounting import recount_all
from app.pageviews.recent import recount_recent
from app.search.engines import current_engine
from app.search.sync import rebuild
from bench.community import Community, Rows, Size, Texts

INSERT_BATCH = 2000
WRITERS = 4
PASSWORD = "a-long-password-for-measuring-8"


@dataclass(frozen=True)
class Made:
    """What was written, and CPU seconds by step."""

    counts: dict[str, int]
    cpu_seconds: dict[str, float]
    index_bytes: int


class _Steps:
    """CPU seconds of this process by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.process_time()

    def done(self, name: str) -> None:
        now = time.process_time()
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._last, 2)
        self._last = now


def writer_name(number: int) -> str:
    """The name of an account that can sign in (1 to WRITERS) with PASSWORD."""
    return f"measuring{number}"


def create_tables() -> None:
    """Bring an empty database to the present schema; raises SystemExit for one that holds tables."""
    if sa.inspect(db.engine).has_table("person"):
        raise SystemExit("This database is not empty: measurements write only into new ones.")
    upgrade(directory=str(PROJECT_ROOT / "migrations"))


def generate(app: Flask, size: Size) -> Made:
    """Fill the empty site of `app` and return what was written."""
    with app.app_context():
        create_tables()
        steps = _Steps()
        texts = Texts.render(size)
        steps.done("render")
        community = Community(size, texts, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
        _write({"person": community.people()})
        _write(community.places())
        for rows in community.threads():
            _write(rows)
        _write(community.articles())
        _mark_threads()
        _add_writers(size)
        steps.done("insert")
        _set_sequences()
        recount_all()
        recount_recent()
        db.session.remove()
        steps.done("recount")
        documents = rebuild()
        steps.done("index")
        _forget_jobs()
        db.session.remove()
        return Made({**_counts(), "documents": documents}, steps.seconds, current_engine().stats().bytes)


def _write(rows: Rows) -> None:
    tables = db.metadata.tables
    with unit_of_work():
        for table in db.metadata.sorted_tables:
            given = rows.get(table.name, [])
            for start in range(0, len(given), INSERT_BATCH):
                db.session.execute(sa.insert(tables[table.name]), given[start : start + INSERT_BATCH])
    if unknown := rows.keys() - tables.keys():
        raise LookupError(f"There are no tables {sorted(unknown)}.")


def _mark_threads() -> None:
    """Let threads say that an article maintains them."""
    tables = db.metadata.tables
    source, article, thread, section = (tables[name] for name in ("article_source", "article", "thread", "section"))
    statement = (
        sa.select(source.c.thread_id.label("key"), article.c.id, article.c.title, article.c.slug, section.c.slug.label("place"))
        .join(article, article.c.id == source.c.article_id)
        .join(section, section.c.id == article.c.section_id)
    )
    with unit_of_work():
        for row in db.session.execute(statement).all():
            values = {"article_id": row.id, "article_title": row.title, "article_path": f"/kb/{row.place}/{row.slug}"}
            db.session.execute(sa.update(thread).where(thread.c.id == row.key).values(values))


def _add_writers(size: Size) -> None:
    names = [writer_name(number) for number in range(1, WRITERS + 1)]
    password_hash = hash_password(PASSWORD)
    rows = [
        {"id": size.users + number, "name": name, "name_key": name, "display_name": name, "email": f"{name}@pierbook.example",
         "password_hash": password_hash, "trust": 2}
        for number, name in enumerate(names, start=1)
    ]  # fmt: skip
    _write({"person": rows})


def _set_sequences() -> None:
    """PostgreSQL does not notice ids that were given; SQLite does."""
    if db.engine.dialect.name != "postgresql":
        return
    with unit_of_work():
        for table in db.metadata.sorted_tables:
            if "id" in table.c and table.c.id.primary_key and isinstance(table.c.id.type, sa.BigInteger):
                ask = sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))")
                db.session.execute(ask)


def _forget_jobs() -> None:
    """The index is fresh: what the recount asked for is done."""
    with unit_of_work():
        db.session.execute(sa.delete(db.metadata.tables["job"]))


def _counts() -> dict[str, int]:
    names = ("person", "thread", "post", "comment", "vote", "tag", "article", "pageview_day")
    return {name: db.session.scalar(sa.select(sa.func.count()).select_from(db.metadata.tables[name])) or 0 for name in names}


def make_site(environ: dict[str, str], size: Size) -> Made:
    """Make the installation that `environ` describes and fill it."""
    app = create_app(environ=environ)
    made = generate(app, size)
    with app.app_context():
        db.engine.dispose()
    return made


def parser(doc: str) -> argparse.ArgumentParser:
    """A parser with the options that all measurements share."""
    options = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return options


def add_size(options: argparse.ArgumentParser, threads: int = 5000, users: int = 2000) -> None:
    """Options for the size of the community."""
    options.add_argument("--threads", type=int, default=threads)
    options.add_argument("--users", type=int, default=users)
    options.add_argument("--seed", type=int, default=7)


def asked_size(given: argparse.Namespace, long_threads: tuple[int, ...] = ()) -> Size:
    """The size that the options ask for; small sites need fewer distinct texts."""
    pool = max(20, min(2000, given.threads * 2))
    return Size(max(8, given.users), max(8, given.threads), pool, given.seed, long_threads)


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("folder", type=Path)
    add_size(options)
    given = options.parse_args()
    environ = {"INSTANCE_PATH": str(given.folder), "JOBS": "external", "LOG_LEVEL": "WARNING"}
    made = make_site(environ, asked_size(given))
    report: dict[str, Any] = {"counts": made.counts, "cpu_seconds": made.cpu_seconds, "index_bytes": made.index_bytes}
    if given.json:
        print(json.dumps(report))
        return
    print("  ".join(f"{name} {count:,}" for name, count in made.counts.items()))
    print("CPU seconds: " + "  ".join(f"{name} {seconds}" for name, seconds in made.cpu_seconds.items()))
    print(f"Serve it with: INSTANCE_PATH={given.folder} threadwell serve   ({writer_name(1)} signs in with {PASSWORD})")


if __name__ == "__main__":
    main()
