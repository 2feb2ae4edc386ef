"""The travel questions of the sample data as search documents, and their judged queries."""

from __future__ import annotations

import csv
import html
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from defusedxml.ElementTree import iterparse

from app.search.documents import SearchDocument


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def load_documents(data: Path) -> list[SearchDocument]:
    """All questions with their answers."""
    questions: dict[int, dict[str, str]] = {}
    answers: defaultdict[int, list[str]] = defaultdict(list)
    with lzma.open(data / "stackexchange" / "travel" / "Posts.xml.xz") as file:
        for _, row in iterparse(file):
            if row.get("PostTypeId") == "1":
                questions[int(row.get("Id"))] = dict(row.attrib)
            elif row.get("PostTypeId") == "2" and row.get("ParentId"):
                answers[int(row.get("ParentId"))].append(_plain(row.get("Body", "")))
            row.clear()
    return [_document(number, row, answers[number]) for number, row in questions.items()]


def _document(number: int, row: dict[str, str], answers: list[str]) -> SearchDocument:
    created = datetime.fromisoformat(row["CreationDate"]).replace(tzinfo=UTC)
    is_solved = "AcceptedAnswerId" in row
    return SearchDocument(
        kind="thread",
        id=number,
        audience="public",
        category="travel",
        status="solved" if is_solved else "answered" if answers else "unanswered",
        thread_kind="question",
        tags=tuple(re.findall(r"[^<>|]+", row.get("Tags", ""))),
        title=row["Title"],
        body=_plain(row["Body"]),
        answers="\n".join(answers),
        asked_as="",
        author="",
        votes=int(row["Score"]),
        views=int(row.get("ViewCount", 0)),
        created_at=created,
        active_at=created,
        is_solved=is_solved,
    )


def _rows(path: Path) -> Iterator[list[str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def load_queries(data: Path) -> list[tuple[str, dict[int, int]]]:
    """Titles asked later, each with the grades of the questions that answer it."""
    grades: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for query_id, document_id, grade in _rows(data / "relevance" / "travel-full.qrels.dev.tsv.xz"):
        grades[query_id][int(document_id)] = int(grade)
    return [(row[1], grades[row[0]]) for row in _rows(data / "relevance" / "travel-full.queries.dev.tsv.xz") if row[0] in grades]
