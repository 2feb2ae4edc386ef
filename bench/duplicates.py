"""How well duplicates are found: real questions that people closed as duplicates of older ones, and how high these come.

    python bench/duplicates.py --data DIR [--sites travel,beer,...] [--json]

DIR holds `stackexchange/SITE` (dumps) and `relevance` (judged titles). Two tasks:

* `links`: all questions of a dump are indexed, none joined. Each one closed as a duplicate is compared as the job that proposes
  duplicates compares it (title and tags, words of its text); the original at the end of its chain should come first. Other known
  duplicates of the same original are taken out before, whoever finds those is not wrong.
* `titles`: 186 titles of later questions, as somebody types them, against the travel questions of the dump.

recall@5: share of them whose original is among the first five; MRR: mean of 1/rank of the original (0 when not among 60). `pairs`
are those that would be proposed, and `known` how many of them people had linked or closed; the others are not wrong for that.
"""

import argparse
import csv
import html
import json
import lzma
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

from app.core.settings import Settings
from app.forum.services.proposing import MOST_PROPOSALS, compared_words
from app.importing.reader import Dump, Skipped
from app.importing.stackexchange_rows import PostKind, PostRow
from app.search.documents import THREAD, SearchDocument, make_key
from app.search.engines.base import SearchEngine
from app.search.engines.whoosh import WhooshEngine
from app.search.suggest import closest, similar_words
from bench.measuring import table

SITES = ("travel", "beer", "bicycles-meta", "quantumcomputing")
PUBLIC = ("public",)
DEPTH = 60
_MARKUP = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Found:
    """How high the originals came, of one site and task."""

    task: str
    questions: int
    duplicates: int
    recall_1: float
    recall_5: float
    recall_10: float
    mrr: float


@dataclass(frozen=True)
class Proposals:
    """What would be proposed for a whole site at the bound of the settings."""

    site: str
    least: int
    pairs: int
    known: int
    duplicates_found: int
    duplicates: int


@dataclass
class Site:
    """The questions of a dump, their answers as text, and which were closed in favour of (or linked to) which."""

    questions: dict[int, PostRow]
    answers: dict[int, list[str]]
    originals: dict[int, int]
    related: set[frozenset[int]]


def plain(markup: str) -> str:
    """HTML as text, well enough to be compared."""
    return html.unescape(_MARKUP.sub(" ", markup))


def load(folder: Path) -> Site:
    """Read a dump."""
    dump, questions, answers = Dump(folder), {}, defaultdict(list)
    for row in dump.posts():
        if isinstance(row, Skipped):
            continue
        if row.kind == PostKind.QUESTION:
            questions[row.id] = row
        elif row.kind == PostKind.ANSWER and row.parent_id:
            answers[row.parent_id].append(plain(row.body_html))
    closed: dict[int, int] = {}
    related: set[frozenset[int]] = set()
    for link in dump.links():
        if (
            isinstance(link, Skipped)
            or not {link.post_id, link.related_id} <= questions.keys()
            or link.post_id == link.related_id
        ):
            continue
        related.add(frozenset((link.post_id, link.related_id)))
        if link.is_duplicate:
            closed.setdefault(link.post_id, link.related_id)
    originals = {question: _end(question, closed) for question in closed}
    originals = {question: original for question, original in originals.items() if question != original}
    return Site(questions, dict(answers), originals, related | {frozenset(pair) for pair in originals.items()})


def _end(question: int, closed: dict[int, int]) -> int:
    seen: set[int] = set()
    while question in closed and question not in seen:
        seen.add(question)
        question = closed[question]
    return question


def index(site: Site, folder: Path) -> WhooshEngine:
    """An index of all questions with their answers, none joined to another."""
    engine = WhooshEngine(folder / "search")
    engine.rebuild((_document(row, site.answers.get(row.id, [])) for row in site.questions.values()), lambda keys: ([], []))
    return engine


def _document(row: PostRow, answers: Sequence[str]) -> SearchDocument:
    is_solved = row.accepted_answer_id is not None
    return SearchDocument(
        kind=THREAD, id=row.id, audience="public", category="all", status="solved" if is_solved else "answered",
        thread_kind="question", tags=row.tags, title=row.title, body=plain(row.body_html), answers="\n".join(answers), asked_as="",
        author="", votes=row.score, views=row.views, created_at=row.created_at, active_at=row.created_at, is_solved=is_solved,
    )  # fmt: skip


def like(engine: SearchEngine, row: PostRow) -> list[tuple[int, float]]:
    """What the job that proposes duplicates finds for a question: (id, share of its own score)."""
    words = compared_words(row.title, row.tags)
    hits = closest(engine, make_key(THREAD, row.id), words, plain(row.body_html), PUBLIC, DEPTH) or []
    return [(hit.id, hit.score) for hit in hits]


def links_task(name: str, site: Site, engine: SearchEngine) -> Found:
    """How high the original of each question closed as a duplicate comes."""
    ranks = []
    for question, original in site.originals.items():
        siblings = {other for other, end in site.originals.items() if end == original and other != question}
        found = [number for number, _ in like(engine, site.questions[question]) if number not in siblings]
        ranks.append(found.index(original) + 1 if original in found else 0)
    return summary(f"links {name}", len(site.questions), ranks)


def titles_task(data: Path, site: Site, engine: SearchEngine) -> Found:
    """How high the original of each judged title comes."""
    ranks = []
    for title, wanted in judged_titles(data):
        hits = engine.similar(similar_words(title), (), PUBLIC, DEPTH)
        ranks.append(next((rank for rank, hit in enumerate(hits, start=1) if hit.id in wanted), 0))
    return summary("titles travel", len(site.questions), ranks)


def judged_titles(data: Path) -> list[tuple[str, set[int]]]:
    """Titles asked later, each with the questions that it was closed in favour of."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for query, document, grade in _rows(data / "relevance" / "travel-full.qrels.dev.tsv.xz"):
        if grade == "2":
            wanted[query].add(int(document))
    return [(row[1], wanted[row[0]]) for row in _rows(data / "relevance" / "travel-full.queries.dev.tsv.xz") if row[0] in wanted]


def _rows(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def summary(task: str, questions: int, ranks: Sequence[int]) -> Found:
    """The figures of a list of ranks; 0 is not found."""

    def recall(depth: int) -> float:
        return round(sum(0 < rank <= depth for rank in ranks) / max(1, len(ranks)), 3)

    mrr = round(mean(1 / rank if rank else 0.0 for rank in ranks), 3) if ranks else 0.0
    return Found(task, questions, len(ranks), recall(1), recall(5), recall(10), mrr)


def proposals(name: str, site: Site, engine: SearchEngine, least: int) -> Proposals:
    """Which pairs of a newer and an older question would be proposed for the whole site."""
    pairs: set[frozenset[int]] = set()
    for row in site.questions.values():
        older = [
            number for number, score in like(engine, row)[:20]
            if score >= least / 100 and (site.questions[number].created_at, number) < (row.created_at, row.id)
        ]  # fmt: skip
        pairs |= {frozenset((row.id, number)) for number in older[:MOST_PROPOSALS]}
    duplicates = {frozenset(pair) for pair in site.originals.items()}
    return Proposals(name, least, len(pairs), len(pairs & site.related), len(pairs & duplicates), len(duplicates))


def measure(data: Path, sites: Sequence[str], least: int) -> tuple[list[Found], list[Proposals]]:
    """All tasks of some sites."""
    found, proposed = [], []
    for name in sites:
        print(f"Reading {name} ...", file=sys.stderr)
        site = load(data / "stackexchange" / name)
        with tempfile.TemporaryDirectory(prefix="threadwell-bench-") as folder:
            engine = index(site, Path(folder))
            found.append(links_task(name, site, engine))
            if name == "travel":
                found.append(titles_task(data, site, engine))
            proposed.append(proposals(name, site, engine, least))
    return found, proposed


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with stackexchange/ and relevance/")
    parser.add_argument("--sites", default=",".join(SITES), help="dumps to read, separated by commas")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    least = Settings.from_env({"SECRET_KEY": "only-for-measuring-" * 2}).duplicate_min_score
    found, proposed = measure(given.data, given.sites.split(","), least)
    if given.json:
        print(json.dumps({"found": [asdict(one) for one in found], "proposals": [asdict(one) for one in proposed]}))
        return
    print(
        table(
            ("task", "questions", "duplicates", "recall@1", "recall@5", "recall@10", "MRR"),
            [tuple(asdict(one).values()) for one in found],
        )
    )
    print()
    heads = ("proposed", "least %", "pairs", "known", "duplicates among them", "duplicates")
    print(table(heads, [tuple(asdict(one).values()) for one in proposed]))


if __name__ == "__main__":
    main()
