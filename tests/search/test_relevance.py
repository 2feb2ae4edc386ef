"""Relevance on real questions: later duplicates must find their original."""

from __future__ import annotations

import json
import lzma
import math
from pathlib import Path

import pytest

from app.search import querying, suggest
from app.search.engines.base import Scored, SearchHits
from app.search.engines.whoosh import WhooshEngine
from app.search.querying import SearchForm
from tests.search import travel
from tests.search.samples import EVERYBODY, document, engine_at

pytestmark = [pytest.mark.slow, pytest.mark.data]


def ndcg(found: list[int], grades: dict[int, int]) -> float:
    """Normalised discounted cumulative gain of the first ten."""
    gain = sum(grades.get(number, 0) / math.log2(place + 2) for place, number in enumerate(found[:10]))
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:10]))
    return gain / best


@pytest.fixture(scope="module")
def travel_engine(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    engine = WhooshEngine(tmp_path_factory.mktemp("travel") / "search")
    engine.rebuild(travel.load_documents(data_folder), lambda keys: ([], []))
    return engine


def mean_ndcg(queries: list[tuple[str, dict[int, int]]], ask) -> float:
    return sum(ndcg(ask(title), grades) for title, grades in queries) / len(queries)


def ids(hits: SearchHits | list[Scored]) -> list[int]:
    return [hit.id for hit in (hits.hits if isinstance(hits, SearchHits) else hits)]


def test_titles_of_later_duplicates_find_the_original(travel_engine: WhooshEngine, data_folder: Path) -> None:
    def ask(title: str) -> list[int]:
        return ids(travel_engine.search(querying.build(querying.parse(title), SearchForm(), EVERYBODY)))

    queries = travel.load_queries(data_folder)
    assert len(queries) == 186
    assert mean_ndcg(queries, ask) >= 0.63


def test_similar_questions_find_the_original_from_the_title_alone(travel_engine: WhooshEngine, data_folder: Path) -> None:
    def ask(title: str) -> list[int]:
        return ids(travel_engine.similar(suggest.similar_words(title), [], EVERYBODY, 10))

    assert mean_ndcg(travel.load_queries(data_folder), ask) >= 0.60


@pytest.mark.parametrize(("language", "code", "least"), [("en", "en", 0.65), ("de", "de", 0.58), ("zh-cn", "zh", 0.65)])
def test_sections_of_the_faq_are_found_from_their_heading(
    data_folder: Path, tmp_path: Path, language: str, code: str, least: float
) -> None:
    with lzma.open(data_folder / "kb" / f"debian-faq.{language}.jsonl.xz", "rt", encoding="utf-8") as file:
        sections = [json.loads(line) for line in file]
    texts = [document(number, "x", section["body"], lang=code) for number, section in enumerate(sections, start=1)]
    engine = engine_at(tmp_path, *texts)
    found = 0
    for number, section in enumerate(sections, start=1):
        asked = querying.build(querying.parse(section["title"]), SearchForm(), EVERYBODY, limit=5)
        found += number in ids(engine.search(asked))
    assert found / len(sections) >= least
