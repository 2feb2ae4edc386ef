"""What search costs on an invented site: results pages and similar questions with the statements that load them, index commits.

    python bench/search_page.py [--threads 5000] [--queries 200] [--site FOLDER] [--json]

CPU milliseconds of this process for each call, without a server. The engine alone, on real texts and beside other ways to
search, is measured by bench/search.py.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import mean

import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.records import replace
from app.forum.models import Post, Tag, Thread
from app.search import querying
from app.search.documents import THREAD, source_of
from app.search.engines import current_engine
from app.search.engines.base import EngineQuery, Word
from app.search.querying import SearchForm
from app.search.results import find
from app.search.suggest import similar_questions
from app.search.sync import rebuild
from bench import words
from bench.generating import add_size, parser
from bench.load import percentile
from bench.measuring import table
from bench.pages import prepare, say
from bench.processes import machine

AUDIENCES = ("public",)
COMMITS = 20


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds of one kind of call."""

    name: str
    mean_ms: float
    p95_ms: float
    calls: int


def cost(name: str, calls: Iterable[Callable[[], object]]) -> Cost:
    """Call each once and note what it cost; the first call warms up and is not counted."""
    times = []
    for number, call in enumerate(calls):
        begun = time.process_time()
        call()
        if number:
            times.append((time.process_time() - begun) * 1000)
    p95 = percentile(sorted(times), 0.95)
    return Cost(name, round(mean(times), 3) if times else 0.0, round(p95, 3), len(times))


def _query(text: str, **form: str) -> EngineQuery:
    return querying.build(querying.parse(text), SearchForm.cleaned(**form), AUDIENCES)


def _asking(queries: list[EngineQuery]) -> Iterable[Callable[[], object]]:
    engine = current_engine()
    return (lambda query=query: engine.search(query) for query in queries)  # type: ignore[misc]


def query_costs(count: int) -> list[Cost]:
    """The engine's queries, and the whole results page without its template."""
    random = Random(11)
    texts = [words.query(random) for _ in range(count + 1)]
    tags = list(db.session.scalars(sa.select(Tag.name).order_by(Tag.thread_count.desc()).limit(10)))
    plain = [_query(text) for text in texts]
    engine = current_engine()
    prefixes = [text[: random.randint(3, 6)].split()[0] for text in texts]
    return [
        cost("any word", _asking(plain)),
        cost("any word, no facets", _asking([replace(query, facets=False) for query in plain])),
        cost("all words", _asking([replace(query, match_all=True) for query in plain])),
        cost("filtered", _asking([_query(text, tag=random.choice(tags), status="solved") for text in texts])),
        cost("newest first", _asking([_query(text, sort="newest") for text in texts])),
        cost("prefix", (lambda p=prefix: engine.complete((), p, AUDIENCES) for prefix in prefixes)),  # type: ignore[misc]
        cost("results page", (lambda t=text: find(engine, t, SearchForm(), ANONYMOUS) for text in texts)),  # type: ignore[misc]
    ]


def similar_costs(count: int) -> list[Cost]:
    """Questions like a draft: from its title alone, and with its text, as the ask page and the question page do."""
    statement = (
        sa.select(Thread.title, Post.body_text)
        .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == "opening"))
        .order_by(Thread.id)
        .limit(count + 1)
    )
    rows = list(db.session.execute(statement))
    engine = current_engine()
    titles = [[Word((word,)) for word in row.title.lower().split()[:12]] for row in rows]
    return [
        cost("similar, title", (lambda t=title: engine.similar(t, (), AUDIENCES) for title in titles)),  # type: ignore[misc]
        cost("similar, title and text", (lambda r=r: similar_questions(engine, r.title, r.body_text, ANONYMOUS) for r in rows)),  # type: ignore[misc]
    ]


def writing_costs() -> tuple[list[Cost], dict[str, float]]:
    """One document at a time, as edits do; then everything anew."""
    engine = current_engine()
    ids = list(db.session.scalars(sa.select(Thread.id).order_by(Thread.id.desc()).limit(COMMITS + 1)))
    documents = list(source_of(THREAD).load_many(ids).values())
    commits = cost("commit of one document", (lambda d=d: engine.apply([d], []) for d in documents))  # type: ignore[misc]
    fragmented = cost("any word after these commits", _asking([_query(words.query(Random(number))) for number in range(30)]))
    begun = time.process_time()
    count = rebuild()
    seconds = time.process_time() - begun
    size = engine.stats().bytes
    facts = {
        "documents": count,
        "rebuild_cpu_seconds": round(seconds, 2),
        "documents_per_cpu_second": round(count / max(0.001, seconds), 1),
        "index_mib": round(size / 2**20, 2),
        "bytes_per_document": round(size / max(1, count)),
    }
    return [commits, fragmented], facts


def run(given: argparse.Namespace) -> dict[str, object]:
    """Make the site (or copy one) and measure its index in this process."""
    with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as folder:
        site = prepare(Path(folder), given, 1)
        with site.app.test_request_context():
            say("Measuring ...")
            costs = [*query_costs(given.queries), *similar_costs(min(100, given.queries))]
            more, facts = writing_costs()
            db.session.remove()
            _close(site.app)
        calls = [asdict(found) for found in (*costs, *more)]
        return {"bench": "search_page", "engine": "whoosh", "calls": calls, "index": facts, "noise": machine()}


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def main() -> None:
    options = parser(__doc__ or "")
    add_size(options)
    options.add_argument("--queries", type=int, default=200)
    options.add_argument("--site", type=Path, help="a folder made by bench/generating.py; a copy of it is measured")
    given = options.parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
        return
    heads = ("call", "mean CPU ms", "p95 CPU ms", "n")
    print(table(heads, [tuple(call.values()) for call in report["calls"]]))  # type: ignore[attr-defined]
    print("\n" + "\n".join(f"{name}: {value}" for name, value in report["index"].items()))  # type: ignore[attr-defined]
    print(f"Noise: {report['noise']}")


if __name__ == "__main__":
    main()
