"""What search costs: real threads up to about 5,000, beyond that resampled from their sentences, beside other ways to search.

    python bench/search.py [--threads 5000] [--queries 300] [--data DIR] [--against own,fts5,library] [--json]

For each kind of call CPU milliseconds of the process and wall milliseconds (p50 / p95); rate of a rebuild, size of the index,
memory. "own" is Whoosh's own searcher over our files, "library" is Whoosh as its documentation shows it (slow to build: by
default only up to 20,000 threads), "fts5" is SQLite's. Each is written and asked in a process of its own, one after the other.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any, TypeVar

from app.core.records import replace
from app.search import querying
from app.search.documents import SearchDocument
from app.search.engines.base import EngineQuery
from app.search.engines.whoosh import WhooshEngine
from app.search.querying import SearchForm
from app.search.suggest import similar_words
from bench.corpus import Corpus, Query
from bench.generating import parser
from bench.judged import SHARED
from bench.load import percentile
from bench.measuring import table
from bench.pages import say
from bench.processes import machine, pss_mib
from bench.search_rivals import Fts5, Library, OwnSearcher, Searching

AUDIENCES = ("public",)
COMMITS = 30
LARGEST_FOR_LIBRARY = 20_000
RIVALS = ("own", "fts5", "library")
T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """One kind of call: CPU milliseconds of the process, mean and p95, and wall milliseconds."""

    name: str
    mean_ms: float
    p95_ms: float
    wall_p50_ms: float
    wall_p95_ms: float
    calls: int


@dataclass(frozen=True)
class Written:
    """What writing all documents took (without making them up) and left on disk."""

    documents: int
    cpu_seconds: float
    per_cpu_second: float
    wall_seconds: float
    mib: float
    peak_mib: float


class Threadwell:
    """The engine in use, asked as pages ask it: with totals and, for searches, counts of all filters."""

    def __init__(self, folder: Path) -> None:
        self.engine = WhooshEngine(folder)

    def build(self, documents: Iterable[SearchDocument]) -> None:
        self.engine.rebuild(documents, lambda keys: ([], []))

    def open(self) -> None:
        self.engine.generation()

    def _query(self, text: str, **form: str) -> EngineQuery:
        return querying.build(querying.parse(text), SearchForm.cleaned(**form), AUDIENCES)

    def any_word(self, query: Query) -> object:
        return self.engine.search(self._query(query.words))

    def all_words(self, query: Query) -> object:
        return self.engine.search(replace(self._query(query.words), match_all=True))

    def filtered(self, query: Query) -> object:
        return self.engine.search(self._query(query.words, tag=query.tag, status=query.status))

    def similar(self, query: Query) -> object:
        return self.engine.similar(similar_words(query.title), (), AUDIENCES)

    def similar_text(self, query: Query) -> object:
        return self.engine.similar(similar_words(query.title), similar_words(query.body), AUDIENCES)

    def prefix(self, query: Query) -> object:
        return self.engine.complete((), query.prefix.lower(), AUDIENCES)

    def newest(self, query: Query) -> object:
        return self.engine.search(self._query(query.words, sort="newest"))

    def commit(self, document: SearchDocument) -> None:
        self.engine.apply([document], ())


def cost(name: str, calls: Iterable[Callable[[], object]]) -> Cost:
    """Call each once and note what it cost."""
    cpu, wall = [], []
    for call in calls:
        begun, started = time.process_time(), time.perf_counter()
        call()
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - begun) * 1000)
    cpu.sort()
    wall.sort()
    figures = (mean(cpu), percentile(cpu, 0.95), percentile(wall, 0.5), percentile(wall, 0.95))
    return Cost(name, *(round(figure, 3) for figure in figures), len(cpu))


def write(way: Searching, folder: Path, corpus: Corpus) -> Written:
    """Write all documents; what making them up costs is not counted."""
    spent, count = [0.0, 0.0], 0

    def documents() -> Iterator[SearchDocument]:
        nonlocal count
        iterator = iter(corpus)
        while True:
            begun, started = time.process_time(), time.perf_counter()
            found = next(iterator, None)
            spent[0] += time.process_time() - begun
            spent[1] += time.perf_counter() - started
            if found is None:
                return
            count += 1
            yield found

    begun, started = time.process_time(), time.perf_counter()
    way.build(documents())
    cpu = time.process_time() - begun - spent[0]
    wall = time.perf_counter() - started - spent[1]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Written(count, round(cpu, 2), round(count / max(cpu, 0.001), 1), round(wall, 1), round(size / 2**20, 1), round(peak))


def ask(way: Searching, queries: Sequence[Query], changed: Sequence[SearchDocument]) -> dict[str, Any]:
    """Open the index and ask everything once, the first kind twice; then commit documents one by one."""
    before = pss_mib([os.getpid()])
    begun = time.process_time()
    way.open()
    opened = (time.process_time() - begun) * 1000
    kinds: list[tuple[str, Callable[[Query], object]]] = [
        ("any word", way.any_word), ("any word, asked again", way.any_word), ("all words", way.all_words),
        ("filtered", way.filtered), ("newest", way.newest), ("prefix", way.prefix), ("similar, title", way.similar),
    ]  # fmt: skip
    if isinstance(way, Threadwell):
        kinds.append(("similar, title and text", way.similar_text))
    calls = [cost(name, [lambda call=call, query=query: call(query) for query in queries]) for name, call in kinds]  # type: ignore[misc]
    memory = pss_mib([os.getpid()]) - before
    if not isinstance(way, OwnSearcher):
        calls.append(cost("commit of one document", [lambda d=found: way.commit(d) for found in changed]))  # type: ignore[misc]
        if isinstance(way, Threadwell):
            calls.append(cost("any word after these commits", [lambda q=query: way.any_word(q) for query in queries[:50]]))  # type: ignore[misc]
    return {"open_ms": round(opened, 1), "memory_mib": round(memory, 1), "calls": [asdict(found) for found in calls]}


def apart(work: Callable[..., T], *arguments: object) -> T:
    """Run something in a process of its own, so that its memory is its own, and return what it returned."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        sender.send(work(*arguments))

    process = context.Process(target=run)
    process.start()
    sender.close()
    try:
        result: T = receiver.recv()
    except EOFError:
        raise SystemExit("A measuring process ended early; see above.") from None
    finally:
        process.join()
    return result


def measure(name: str, way: Searching, folder: Path, corpus: Corpus, queries: Sequence[Query]) -> dict[str, Any]:
    """Write and ask one way to search."""
    say(f"Measuring {name} ...")
    found: dict[str, Any] = {"name": name}
    if not isinstance(way, OwnSearcher):
        found["index"] = asdict(apart(write, way, folder, corpus))
    found |= apart(ask, way, queries, corpus.changed(COMMITS))
    return {**found, "noise": machine()}


def run(given: argparse.Namespace) -> dict[str, object]:
    """Measure every way on one corpus."""
    corpus = Corpus(given.data, given.threads)
    queries = corpus.queries(given.queries)
    with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as place:
        folder = Path(place)
        ways: dict[str, Searching] = {
            "own": OwnSearcher(folder / "search"), "fts5": Fts5(folder / "fts5"), "library": Library(folder / "library"),
        }  # fmt: skip
        measured = [measure("threadwell", Threadwell(folder / "search"), folder / "search", corpus, queries)]
        measured += [measure(name, ways[name], folder / name, corpus, queries) for name in given.against]
    return {"bench": "search", "threads": given.threads, "real": len(corpus.real), "ways": measured}


def show(report: dict[str, Any]) -> None:
    """Print a table of calls, one of indexes, and the noise."""
    print(f"{report['threads']:,} threads, {min(report['real'], report['threads']):,} of them real")
    heads = ("way", "call", "mean CPU ms", "p95 CPU ms", "p50 ms", "p95 ms", "n")
    print(table(heads, [(way["name"], *call.values()) for way in report["ways"] for call in way["calls"]]))
    heads = ("way", "documents", "CPU s", "documents per CPU s", "wall s", "MiB on disk", "peak MiB writing")
    print("\n" + table(heads, [(way["name"], *way["index"].values()) for way in report["ways"] if "index" in way]))
    for way in report["ways"]:
        print(f"{way['name']}: {way['memory_mib']} MiB for reading, opened in {way['open_ms']} ms CPU; noise {way['noise']}")


def options() -> argparse.ArgumentParser:
    """The options of this measurement."""
    made = parser(__doc__ or "")
    made.add_argument("--threads", type=int, default=5000)
    made.add_argument("--queries", type=int, default=300)
    made.add_argument("--data", type=Path, default=SHARED)
    made.add_argument("--against", type=lambda text: [name for name in text.split(",") if name], help=", ".join(RIVALS))
    return made


def main() -> None:
    given = options().parse_args()
    if given.against is None:
        given.against = [name for name in RIVALS if name != "library" or given.threads <= LARGEST_FOR_LIBRARY]
    if unknown := set(given.against) - set(RIVALS):
        raise SystemExit(f"There is no {', '.join(sorted(unknown))} to compare with: choose of {', '.join(RIVALS)}.")
    report = run(given)
    if given.json:
        print(json.dumps(report))
    else:
        show(report)


if __name__ == "__main__":
    main()
