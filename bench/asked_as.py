"""What wordings of duplicates are worth: how often a wording that the index does not know finds its original, with and without the
other wordings of the same original indexed as "asked as".

    python bench/asked_as.py --data DIR [--task full|titles] [--folds 5] [--json]

DIR is the folder of the shared sample data (with `relevance/` and `stackexchange/travel/`). Originals with two known duplicates or
more take part. Their duplicates are dealt into folds; the titles of one fold are the queries while those of the others are indexed.
No duplicate is a document of its own, so that only the original can be found. The same index answers both arms, except for the
field. Differences carry a 95 % interval: a bootstrap over originals, whose queries are not independent.
"""

import argparse
import csv
import html
import json
import lzma
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import fmean

from defusedxml.ElementTree import iterparse

from app.core.records import replace
from app.search import querying
from app.search.documents import ARTICLE, THREAD, SearchDocument
from app.search.engines.whoosh import WhooshEngine
from app.search.querying import SearchForm
from bench.generating import parser
from bench.measuring import table

SEEN = 10
CUTS = (1, 5, 10)
RESAMPLES = 2_000
EVERYBODY = ("public",)
DUPLICATE = "2"
DAY = datetime(2017, 8, 31, tzinfo=UTC)
Groups = dict[int, list[tuple[int, str]]]


@dataclass(frozen=True)
class Answer:
    """One query: its original, and the place at which that was found without and with the other wordings (0: not in the first ten)."""

    original: int
    without: int
    with_wordings: int


def _rows(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def load_groups(data: Path, task: str) -> Groups:
    """The (id, title) of the known duplicates of each original that has at least two."""
    titles = {row[0]: row[1] for row in _rows(data / "relevance" / f"travel-{task}.queries.dev.tsv.xz")}
    groups: Groups = defaultdict(list)
    for query, original, grade in _rows(data / "relevance" / f"travel-{task}.qrels.dev.tsv.xz"):
        if grade == DUPLICATE and query in titles:
            groups[int(original)].append((int(query), titles[query]))
    return {original: sorted(found) for original, found in sorted(groups.items()) if len(found) > 1}


def load_documents(data: Path, task: str) -> dict[int, SearchDocument]:
    """The corpus: all titles, or the questions of the dump with their text and answers."""
    if task == "titles":
        rows = _rows(data / "relevance" / "travel-titles.tsv.xz")
        next(rows)
        return {int(row[0]): _document(int(row[0]), row[1], votes=int(row[2] or 0), views=int(row[3] or 0)) for row in rows}
    found: dict[int, SearchDocument] = {}
    answers: dict[int, list[str]] = defaultdict(list)
    with lzma.open(data / "stackexchange" / "travel" / "Posts.xml.xz") as file:
        for _, row in iterparse(file):
            if row.get("PostTypeId") == "1":
                number = int(row.get("Id"))
                found[number] = _document(number, row.get("Title"), _plain(row.get("Body")), _tags(row.get("Tags", "")))
            elif row.get("PostTypeId") == "2" and row.get("ParentId"):
                answers[int(row.get("ParentId"))].append(_plain(row.get("Body", "")))
            row.clear()
    return {number: replace(document, answers="\n".join(answers[number])) for number, document in found.items()}


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def _tags(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^<>|]+", text))


def _document(
    number: int, title: str, body: str = "", tags: tuple[str, ...] = (), votes: int = 0, views: int = 0
) -> SearchDocument:
    return SearchDocument(
        kind=THREAD, id=number, audience="public", category="travel", status="answered", thread_kind="question", tags=tags,
        title=title, body=body, answers="", asked_as="", author="", votes=votes, views=views, created_at=DAY, active_at=DAY,
        is_solved=False, lang="en",
    )  # fmt: skip


def _articles(documents: dict[int, SearchDocument], groups: Groups) -> list[SearchDocument]:
    """The corpus without duplicates; the originals stand in it as the articles they would have become."""
    dropped = {number for found in groups.values() for number, _title in found}
    return [
        replace(document, kind=ARTICLE, thread_kind="") if number in groups else document
        for number, document in documents.items()
        if number not in dropped or number in groups
    ]


def _place(engine: WhooshEngine, title: str, original: int) -> int:
    query = querying.build(querying.parse(title), SearchForm(), EVERYBODY, limit=SEEN)
    keys = [(hit.kind, hit.id) for hit in engine.search(query).hits]
    return keys.index((ARTICLE, original)) + 1 if (ARTICLE, original) in keys else 0


def ask(documents: dict[int, SearchDocument], groups: Groups, folds: int, folder: Path) -> list[Answer]:
    """Ask for each duplicate's title twice: with no wordings indexed, and with those of the other folds."""
    engine = WhooshEngine(folder / "search")
    corpus = _articles(documents, groups)
    engine.rebuild(corpus, lambda _keys: ([], []))
    originals = {document.id: document for document in corpus if document.kind == ARTICLE}
    known = {original: found for original, found in groups.items() if original in originals}
    dealt = {number: place % folds for found in known.values() for place, (number, _title) in enumerate(found)}
    bare = {number: _place(engine, title, original) for original, found in known.items() for number, title in found}
    answers = []
    for fold in range(folds):
        taught = [
            replace(originals[original], asked_as="\n".join(title for number, title in found if dealt[number] != fold))
            for original, found in known.items()
        ]
        engine.apply(taught, [])
        for original, found in known.items():
            for number, title in found:
                if dealt[number] == fold:
                    answers.append(Answer(original, bare[number], _place(engine, title, original)))
    return answers


def recall(places: Sequence[int], cut: int) -> float:
    """The share of queries whose original is among the first `cut`."""
    return fmean(0 < place <= cut for place in places)


def reciprocal(places: Sequence[int]) -> float:
    """The mean reciprocal place among the first ten."""
    return fmean(1 / place if place else 0.0 for place in places)


def interval(answers: Sequence[Answer], figure: Callable[[Sequence[int]], float]) -> tuple[float, float]:
    """The 95 % interval of the difference with minus without, by a bootstrap over originals."""
    random, by_original = Random(4), defaultdict(list)
    for answer in answers:
        by_original[answer.original].append(answer)
    clusters, found = list(by_original.values()), []
    for _ in range(RESAMPLES):
        drawn = [answer for cluster in random.choices(clusters, k=len(clusters)) for answer in cluster]
        found.append(figure([one.with_wordings for one in drawn]) - figure([one.without for one in drawn]))
    found.sort()
    return found[round(0.025 * RESAMPLES)], found[round(0.975 * RESAMPLES) - 1]


def summarise(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    """All figures without and with wordings, the difference and its interval."""
    figures: dict[str, Callable[[Sequence[int]], float]] = {
        f"recall@{cut}": lambda places, cut=cut: recall(places, cut)  # type: ignore[misc]
        for cut in CUTS
    }
    figures["MRR@10"] = reciprocal
    summary = {}
    for name, figure in figures.items():
        without, taught = figure([one.without for one in answers]), figure([one.with_wordings for one in answers])
        low, high = interval(answers, figure)
        values = {"without": without, "with": taught, "difference": taught - without, "low": low, "high": high}
        summary[name] = {key: round(value, 4) for key, value in values.items()}
    return summary


def run(data: Path, task: str, folds: int) -> dict[str, object]:
    """Measure one task."""
    groups = load_groups(data, task)
    with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as folder:
        documents = load_documents(data, task)
        answers = ask(documents, groups, folds, Path(folder))
    counts = {"documents": len(documents), "originals": len({one.original for one in answers}), "queries": len(answers)}
    moved = {
        "better": sum(_rank(one.with_wordings) < _rank(one.without) for one in answers),
        "worse": sum(_rank(one.with_wordings) > _rank(one.without) for one in answers),
    }
    return {"bench": "asked_as", "task": task, "folds": folds, **counts, **moved, "figures": summarise(answers)}


def _rank(place: int) -> int:
    return place or SEEN + 1


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser(__doc__ or "")
    options.add_argument("--data", type=Path, required=True, help="the folder of the shared sample data")
    options.add_argument("--task", choices=("full", "titles"), action="append", help="default: both")
    options.add_argument("--folds", type=int, default=5)
    given: argparse.Namespace = options.parse_args(arguments)
    reports = [run(given.data, task, given.folds) for task in given.task or ("full", "titles")]
    if given.json:
        print(json.dumps(reports))
        return
    for report in reports:
        print(
            f"{report['task']}: {report['queries']} queries for {report['originals']} originals among {report['documents']:,} documents"
        )
        rows = [(name, *values.values()) for name, values in report["figures"].items()]  # type: ignore[attr-defined]
        print(table(("figure", "without", "with", "difference", "95 % from", "to"), rows))
        print(f"Places better: {report['better']}, worse: {report['worse']}.\n")


if __name__ == "__main__":
    main()
