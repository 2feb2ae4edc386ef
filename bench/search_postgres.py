"""What search inside PostgreSQL costs its server: the real threads, then threads made of their sentences, a part of them in German.

    python bench/search_postgres.py [--threads 100000] [--queries 100] [--exact 50] [--german 0.1] [--data DIR] [--json]
    python bench/search_postgres.py --database-url postgresql://... --schema NAME [--keep | --kept]

CPU milliseconds are those of the server process that answers (on another host: 0), wall milliseconds those of the caller. `--exact`
queries are asked again with every row ranked: how many of the best ten are the same. Of `--keep` the index stays, `--kept` asks it.
"""

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import mean

from app.core.records import replace
from app.search import querying
from app.search.documents import SearchDocument
from app.search.engines import postgres_query
from app.search.engines.base import EngineQuery
from app.search.engines.postgres import PostgresEngine
from app.search.querying import SearchForm
from app.search.suggest import similar_words
from bench.corpus import Corpus, Query
from bench.generating import parser
from bench.judged import SHARED, load_faq
from bench.load import percentile
from bench.measuring import table
from bench.pages import say
from bench.processes import machine
from bench.relevance import own_server

AUDIENCES = ("public",)
GERMAN_IDS = 900_000_000
COMMITS = 30
EVERY_ROW = 10**9


@dataclass(frozen=True)
class Cost:
    """One kind of call: CPU milliseconds of the server process and wall milliseconds of the caller."""

    name: str
    mean_ms: float
    p95_ms: float
    most_ms: float
    wall_p50_ms: float
    wall_p95_ms: float
    calls: int


@dataclass(frozen=True)
class Same:
    """How far ranking few rows finds what ranking all finds."""

    name: str
    of_ten: float
    first: float
    queries: int


class Meter:
    """The CPU of the one server process behind an engine that is used by one thread."""

    def __init__(self, engine: PostgresEngine) -> None:
        with engine._store.connection() as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
        self._path = Path(f"/proc/{row[0] if row else 0}")

    def milliseconds(self) -> float:
        """Time on a core since the process began, once it waits for the next statement; 0 where it runs on another host."""
        if not self._path.exists():
            return 0.0
        while (self._path / "stat").read_text().rpartition(") ")[2][:1] != "S":
            time.sleep(0.0005)
        return int((self._path / "schedstat").read_text().split()[0]) / 1e6

    def cost(self, name: str, calls: Iterable[Callable[[], object]]) -> Cost:
        """Call each once and note what it cost."""
        cpu, wall = [], []
        for call in calls:
            begun, started = self.milliseconds(), time.perf_counter()
            call()
            wall.append((time.perf_counter() - started) * 1000)
            cpu.append(self.milliseconds() - begun)
        cpu.sort()
        wall.sort()
        figures = (mean(cpu), percentile(cpu, 0.95), cpu[-1], percentile(wall, 0.5), percentile(wall, 0.95))
        return Cost(name, *(round(figure, 1) for figure in figures), len(cpu))


class German:
    """Articles made of the sentences of the German FAQ, and questions of its long words and their parts."""

    def __init__(self, data: Path, count: int) -> None:
        self._faq = [article for _, article in load_faq(data, "de", titled=True)]
        self._count = count
        self._sentences = [part for found in self._faq for part in re.split(r"(?<=[.!?])\s+", found.body) if len(part) > 2]

    def __iter__(self) -> Iterator[SearchDocument]:
        random = Random(11)
        for number in range(GERMAN_IDS, GERMAN_IDS + self._count):
            like = random.choice(self._faq)
            body = " ".join(random.choices(self._sentences, k=1 + len(like.body) // 100))
            title = f"{like.title.partition(' ')[0]} {random.choice(self._faq).title.partition(' ')[2]}"
            yield replace(like, id=number, title=title, body=body)

    def questions(self, count: int) -> list[str]:
        """Titles of three; of the others, half are long words, half are two long words as one that nobody wrote."""
        random = Random(12)
        long = sorted({word for text in self._sentences for word in re.findall(r"[A-ZÄÖÜ][a-zäöüß]{7,}", text)})
        kinds = (
            lambda: random.choice(self._faq).title,
            lambda: f"{random.choice(long)} {random.choice(long)}",
            lambda: f"{random.choice(long)}{random.choice(long).lower()}",
        )
        return [kinds[place % 3]() for place in range(count)]


def built(text: str, **form: str) -> EngineQuery:
    """A query as the search page asks it, with total and counts of all filters."""
    return querying.build(querying.parse(text), SearchForm.cleaned(**form), AUDIENCES)


def commonest(engine: PostgresEngine, count: int) -> list[str]:
    """Queries of the words that most documents hold: none, the worst case, is rare."""
    words = [word for word, _ in sorted(engine.vocabulary(), key=lambda pair: -pair[1])[:60]]
    random = Random(13)
    return [" ".join(random.sample(words, random.choice((2, 4, 8)))) for _ in range(count)]


def ask(engine: PostgresEngine, meter: Meter, queries: Sequence[Query], german: Sequence[str]) -> list[Cost]:
    """Every kind of call."""
    common = commonest(engine, len(queries))
    for query in queries[:5]:
        engine.search(built(query.title))
    kinds: list[tuple[str, list[Callable[[], object]]]] = [
        ("any of 1-4 words", [lambda q=q: engine.search(built(q.words)) for q in queries]),
        ("whole titles", [lambda q=q: engine.search(built(q.title)) for q in queries]),
        ("commonest words, 2 to 8", [lambda t=t: engine.search(built(t)) for t in common]),
        ("German, compounds", [lambda t=t: engine.search(built(t)) for t in german]),
        ("all words", [lambda q=q: engine.search(replace(built(q.words), match_all=True)) for q in queries]),
        ("filtered", [lambda q=q: engine.search(built(q.words, tag=q.tag, status=q.status)) for q in queries]),
        ("newest with words", [lambda q=q: engine.search(built(q.words, sort="newest")) for q in queries]),
        ("all by votes", [lambda: engine.search(built("", sort="votes")) for _ in queries[:10]]),
        ("prefix", [lambda q=q: engine.complete((), q.prefix.lower(), AUDIENCES) for q in queries]),
        ("similar, title", [lambda q=q: engine.similar(similar_words(q.title), (), AUDIENCES) for q in queries]),
        ("similar, title and text",
         [lambda q=q: engine.similar(similar_words(q.title), similar_words(q.body), AUDIENCES) for q in queries]),
    ]  # fmt: skip
    return [meter.cost(name, calls) for name, calls in kinds]


def compare(engine: PostgresEngine, name: str, texts: Sequence[str]) -> Same:
    """Ask with the rows that are usually ranked, and with all."""
    usual, shared, first = postgres_query.BUDGET, 0.0, 0
    asked = 0
    for text in texts:
        query = replace(built(text), facets=False)
        found = [hit.key for hit in engine.search(query).hits]
        postgres_query.BUDGET = EVERY_ROW
        try:
            best = [hit.key for hit in engine.search(query).hits]
        finally:
            postgres_query.BUDGET = usual
        if best:
            asked += 1
            shared += len(set(found) & set(best)) / len(best)
            first += found[:1] == best[:1]
    return Same(name, round(shared / max(1, asked), 3), round(first / max(1, asked), 3), asked)


def write(engine: PostgresEngine, documents: Iterable[SearchDocument]) -> dict[str, float]:
    """Write the index; what making the documents up costs this process is counted, too."""
    begun, started = time.process_time(), time.perf_counter()
    count = engine.rebuild(documents, lambda _keys: ([], []))
    figures = {"documents": count, "cpu_s": time.process_time() - begun, "wall_s": time.perf_counter() - started}
    return {**{name: round(value, 1) for name, value in figures.items()}, "mib": round(engine.stats().bytes / 2**20, 1)}


def run(given: argparse.Namespace) -> dict[str, object]:
    """Write and ask the index."""
    made = int(given.threads * given.german)
    corpus, german = Corpus(given.data, given.threads - made), German(given.data, made)
    queries, questions = corpus.queries(given.queries), german.questions(given.queries)
    engine = PostgresEngine(given.database_url or own_server(), schema=given.schema)
    report: dict[str, object] = {"bench": "search in PostgreSQL", "threads": given.threads, "german": made}
    try:
        if not given.kept:
            say("Writing ...")
            report["index"] = write(engine, (found for part in (corpus, german) for found in part))
        say("Asking ...")
        meter = Meter(engine)
        calls = ask(engine, meter, queries, questions)
        texts = {"1-4 words": [q.words for q in queries], "whole titles": [q.title for q in queries], "German": questions}
        report["same"] = [asdict(compare(engine, name, found[: given.exact])) for name, found in texts.items() if given.exact]
        changed = corpus.changed(COMMITS)
        calls.append(meter.cost("commit of one document", [lambda d=found: engine.apply([d], ()) for found in changed]))
    finally:
        if not (given.keep or given.kept):
            engine.remove()
        engine.close()
    return {**report, "calls": [asdict(call) for call in calls], "noise": machine()}


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--threads", type=int, default=100_000)
    options.add_argument("--german", type=float, default=0.1, help="share of threads that are made of German sentences")
    options.add_argument("--queries", type=int, default=100)
    options.add_argument("--exact", type=int, default=50, help="queries asked again with every row ranked; 0: none")
    options.add_argument("--data", type=Path, default=SHARED)
    options.add_argument("--database-url", default="", help="an address that begins with postgresql://; else a server of its own")
    options.add_argument("--schema", default="bench_search", help="where the index is written")
    options.add_argument("--keep", action="store_true", help="leave the index in the database")
    options.add_argument("--kept", action="store_true", help="ask the index that was left")
    given = options.parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
        return
    print(", ".join(f"{name} {value}" for name, value in report.items() if not isinstance(value, list)))
    for part in ("calls", "same"):
        rows = report[part]
        assert isinstance(rows, list)
        if rows:
            print("\n" + table(tuple(rows[0]), [tuple(row.values()) for row in rows]))


if __name__ == "__main__":
    main()
