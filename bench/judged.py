"""Questions with known answers: the travel questions that later duplicates should find, the sections of a FAQ that their headings
should find, and the figures that tell how well a search did. Nothing here knows an engine.
"""

import csv
import html
import json
import lzma
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from defusedxml.ElementTree import iterparse

from app.search.documents import ARTICLE, THREAD, SearchDocument

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
TASKS = ("full", "titles")
FAQ = {"en": "en", "de": "de", "zh-cn": "zh"}  # name of the file and declared language
CUT = 10
EARLY = 5
_MARKUP = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Judged:
    """A query of each kind, the grade of each document that answers it, and documents that are left out of what was found."""

    id: int
    title: str
    keywords: str
    grades: Mapping[int, int]
    left_out: frozenset[int] = frozenset()


def _rows(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def folder_of(data: Path, name: str) -> Path:
    """Where a file of the sample data is: in DIR, in its subfolder or beside it; raises SystemExit when it is nowhere."""
    places = (data, data / "relevance", data.parent, data.parent / "relevance", SHARED, SHARED / "relevance")
    for place in places:
        if (place / name).exists():
            return place
    raise SystemExit(f"{name} is neither in {data} nor beside it: name the folder of the sample data with --data.")


def load_queries(data: Path, task: str, split: str) -> list[Judged]:
    """The judged queries of one half. Left out are the query itself and other duplicates of its originals, which are as right."""
    name = f"travel-{task}.queries.{split}.tsv.xz"
    folder = folder_of(data, name)
    grades: defaultdict[int, dict[int, int]] = defaultdict(dict)
    asking: defaultdict[int, set[int]] = defaultdict(set)
    for query, document, grade in _rows(folder / f"travel-{task}.qrels.{split}.tsv.xz"):
        grades[int(query)][int(document)] = int(grade)
        asking[int(document)].add(int(query))
    found = []
    for number, title, keywords in ((int(row[0]), row[1], row[2]) for row in _rows(folder / name)):
        if number in grades:
            others = {other for document in grades[number] for other in asking[document]} | {number}
            found.append(Judged(number, title, keywords, grades[number], frozenset(others - grades[number].keys())))
    return found


def load_documents(data: Path, task: str) -> Iterator[SearchDocument]:
    """The corpus of a task: whole questions with their answers, or titles alone."""
    if task == "full":
        yield from _travel(folder_of(data, "stackexchange") / "stackexchange" / "travel" / "Posts.xml.xz")
        return
    rows = _rows(folder_of(data, "travel-titles.tsv.xz") / "travel-titles.tsv.xz")
    next(rows)
    for number, title, score, views, _answers, accepted, created, _has_body in rows:
        row = {"Score": score, "ViewCount": views, "CreationDate": created, "Title": title}
        yield _question(int(number), row, [], is_solved=bool(accepted))


def _travel(path: Path) -> Iterator[SearchDocument]:
    questions: dict[int, dict[str, str]] = {}
    answers: defaultdict[int, list[str]] = defaultdict(list)
    with lzma.open(path) as file:
        for _, row in iterparse(file):
            if row.get("PostTypeId") == "1":
                questions[int(row.get("Id"))] = dict(row.attrib)
            elif row.get("PostTypeId") == "2" and row.get("ParentId"):
                answers[int(row.get("ParentId"))].append(plain(row.get("Body", "")))
            row.clear()
    for number, row in questions.items():
        yield _question(number, row, answers[number], is_solved="AcceptedAnswerId" in row)


def plain(markup: str) -> str:
    """HTML as text, well enough to be searched."""
    return html.unescape(_MARKUP.sub(" ", markup))


def _question(number: int, row: Mapping[str, str], answers: Sequence[str], is_solved: bool) -> SearchDocument:
    created = datetime.fromisoformat(row["CreationDate"]).replace(tzinfo=UTC)
    return SearchDocument(
        kind=THREAD, id=number, audience="public", category="travel",
        status="solved" if is_solved else "answered" if answers else "unanswered", thread_kind="question",
        tags=tuple(re.findall(r"[^<>|]+", row.get("Tags", ""))), title=row["Title"], body=plain(row.get("Body", "")),
        answers="\n".join(answers), asked_as="", author="", votes=int(row.get("Score") or 0), views=int(row.get("ViewCount") or 0),
        created_at=created, active_at=created, is_solved=is_solved,
    )  # fmt: skip


def load_faq(data: Path, language: str, titled: bool, first: int = 1) -> list[tuple[str, SearchDocument]]:
    """The headings of one language of the FAQ with their sections as articles, which are called after them only if `titled`."""
    name = f"debian-faq.{language}.jsonl.xz"
    with lzma.open(folder_of(data, "kb") / "kb" / name, "rt", encoding="utf-8") as file:
        sections = [json.loads(line) for line in file]
    day = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        (section["title"], SearchDocument(
            kind=ARTICLE, id=number, audience="public", category="", status="published", thread_kind="", tags=(),
            title=section["title"] if titled else "", body=section["body"], answers="", asked_as="", author="", votes=0, views=0,
            created_at=day, active_at=day, is_solved=True, lang=FAQ[language],
        ))
        for number, section in enumerate(sections, start=first)
    ]  # fmt: skip


def ndcg(found: Sequence[int], grades: Mapping[int, int], cut: int = CUT) -> float:
    """Normalised discounted cumulative gain of the first `cut`."""
    gain = sum(grades.get(number, 0) / math.log2(place + 2) for place, number in enumerate(found[:cut]))
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:cut]))
    return gain / best


def figures(found: Sequence[int], grades: Mapping[int, int]) -> dict[str, float]:
    """The figures of one query: nDCG@10, MRR@10, recall@10 and hit@5."""
    places = [place for place, number in enumerate(found[:CUT], start=1) if number in grades]
    return {
        "nDCG@10": ndcg(found, grades),
        "MRR@10": 1 / places[0] if places else 0.0,
        "recall@10": len(places) / len(grades),
        "hit@5": float(bool(places) and places[0] <= EARLY),
    }
