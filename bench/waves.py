"""What putting a wave of spam away costs: finding it, the decision, the batches behind it, giving it back, removing it for good.

    python bench/waves.py [--texts 5000] [--people 200] [--threads 2000] [--site FOLDER] [--database-url postgresql://...] [--json]

The spam stands in the threads of an invented community, four answers for each comment. Each step says its seconds, statements and
transactions, and how long the longest of these held its locks. The figures of all threads are derived anew at the end and must be
right. --database-url names an empty database on this machine; --site is a folder made by bench/generating.py, of which a copy is used.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.factory import create_app
from app.forum.models import Comment, Post, PostRevision
from app.forum.services.recounting import recount_all
from app.jobs.worker import run_until_idle
from app.moderation.models import Wave
from app.moderation.waves.criteria import Criteria
from app.moderation.waves.ending import give_back, remove
from app.moderation.waves.finding import Found, find_everything_like
from app.moderation.waves.putting_away import put_away, put_away_again
from bench.community import body_columns
from bench.generating import add_size, asked_size, generate, parser
from bench.measuring import table

HOST = "pills.example"
HEADS = ("step", "seconds", "statements", "transactions", "longest s")


@dataclass
class Step:
    """What one step cost; `longest` is the time of its longest transaction, in seconds."""

    name: str
    seconds: float = 0.0
    statements: int = 0
    transactions: int = 0
    longest: float = 0.0


@contextmanager
def measured(name: str, steps: list[Step]) -> Iterator[None]:
    """Count what the body sends to the database."""
    step, begun, engine = Step(name), [0.0], db.engine

    def count(*_args: Any) -> None:
        step.statements += 1

    def begin(_connection: Any) -> None:
        begun[0] = perf_counter()

    def commit(_connection: Any) -> None:
        step.transactions += 1
        step.longest = max(step.longest, perf_counter() - begun[0])

    events = (("before_cursor_execute", count), ("begin", begin), ("commit", commit))
    for event, listener in events:
        sa.event.listen(engine, event, listener)
    start = perf_counter()
    try:
        yield
    finally:
        step.seconds = perf_counter() - start
        for event, listener in events:
            sa.event.remove(engine, event, listener)
        steps.append(step)


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    with unit_of_work():
        return list(db.session.scalars(sa.insert(model).returning(model.id, sort_by_parameter_order=True), rows))


def add_spam(texts: int, people: int, seed: int) -> Actor:
    """Write the wave into the threads that there are, and return a moderator."""
    random, moment = Random(seed), now() - timedelta(hours=1)
    names = [f"buyer{number:06}" for number in range(people)]
    by = _insert(Person, [{"name": name, "name_key": name, "display_name": name, "role": Role.MEMBER} for name in names])
    boss = {"name": "wave-moderator", "name_key": "wave-moderator", "display_name": "Moderator", "role": Role.MODERATOR}
    (moderator,) = _insert(Person, [boss])
    body = render_markdown(f"Zorblax tablets at half the price, ask for them at https://{HOST}/now and be quick.")
    threads = db.session.execute(sa.select(Post.thread_id, Post.id).where(Post.kind == "opening")).all()
    places = [(random.choice(threads), random.choice(by), moment + timedelta(milliseconds=n)) for n in range(texts)]
    answers, comments = [p for n, p in enumerate(places) if n % 5], [p for n, p in enumerate(places) if not n % 5]
    columns = body_columns(body)
    posts = _insert(
        Post,
        [
            {"thread_id": at.thread_id, "kind": "answer", "author_id": who, "created_at": when, **columns}
            for at, who, when in answers
        ],
    )
    kept = {"body_source": body.source, "body_hash": body.hash, "number": 1, "title": "", "tags": "", "reason": ""}
    _insert(
        PostRevision,
        [
            {"post_id": one, "editor_id": who, "created_at": when, **kept}
            for one, (_at, who, when) in zip(posts, answers, strict=True)
        ],
    )
    text = {key: columns[key] for key in ("body_source", "body_html", "body_text")}
    _insert(Comment, [{"post_id": at.id, "author_id": who, "created_at": when, **text} for at, who, when in comments])
    recount_all()
    return db.session.get_one(Person, moderator).as_actor(now())


def run(app: Flask, given: argparse.Namespace) -> dict[str, Any]:
    """Write the community and its wave, take all steps, and return what they cost."""
    if given.site is None:
        generate(app, asked_size(given))
    steps: list[Step] = []
    with app.app_context():
        moderator = add_spam(given.texts, given.people, given.seed)
        run_until_idle()
        criteria = Criteria(written_from=now() - timedelta(days=1), written_to=now(), hosts=(HOST,))
        with measured("find", steps):
            found = find_everything_like(moderator, criteria)
        db.session.rollback()
        wave_id = _take_all(moderator, criteria, found, steps)
        wrong = recount_all().total
        wave = db.session.get_one(Wave, wave_id, populate_existing=True)
        return {
            "database": db.engine.dialect.name, "texts": len(found.texts), "people": len(found.people), "state": wave.state,
            "wrong_figures": wrong, "steps": [asdict(step) for step in steps],
        }  # fmt: skip


def _take_all(moderator: Actor, criteria: Criteria, found: Found, steps: list[Step]) -> int:
    def decide(name: str, service: Callable[..., Wave], **values: Any) -> int:
        with measured(f"{name}: decision", steps), unit_of_work():
            wave_id = service(moderator, reason="A measurement", **values).id
        with measured(f"{name}: batches", steps):
            run_until_idle()
        return wave_id

    wave_id = decide("put away", put_away, criteria=criteria, found=found, left_out=())
    decide("give back", give_back, wave_id=wave_id)
    decide("put away again", put_away_again, wave_id=wave_id)
    return decide("remove", remove, wave_id=wave_id)


def main(arguments: list[str] | None = None) -> None:
    options = parser(__doc__ or "")
    add_size(options, threads=2000, users=500)
    options.add_argument("--texts", type=int, default=5000)
    options.add_argument("--people", type=int, default=200)
    among = options.add_mutually_exclusive_group()
    among.add_argument("--database-url", default="")
    among.add_argument("--site", type=Path, help="a folder made by bench/generating.py; the wave goes into a copy of it (SQLite)")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder, "instance")
        if given.site is not None:
            shutil.copytree(given.site, instance)
        environ = {"INSTANCE_PATH": str(instance), "JOBS": "external", "LOG_LEVEL": "ERROR", "DATABASE_URL": given.database_url}
        app = create_app(environ=environ)
        report = run(app, given)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    if given.json:
        print(json.dumps(report))
        return
    print(
        f"{report['texts']} texts of {report['people']} accounts on {report['database']}, wrong figures: {report['wrong_figures']}"
    )
    rows = [
        [one["name"], f"{one['seconds']:.2f}", one["statements"], one["transactions"], f"{one['longest']:.2f}"]
        for one in report["steps"]
    ]
    print(table(HEADS, rows))


if __name__ == "__main__":
    main()
