"""Relevance on real questions: later duplicates must find their original, headings of a FAQ their section; in both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import pytest

from app.search import suggest
from app.search.engines.base import SearchEngine
from bench.judged import Judged, figures, load_documents, load_faq, load_queries
from bench.relevance import ask
from tests.search.places import Place, postgres_place, whoosh_place
from tests.search.samples import EVERYBODY

pytestmark = [pytest.mark.slow, pytest.mark.data]


@pytest.fixture(scope="module", params=["whoosh", "postgres"])
def travel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Iterator[SearchEngine]:
    """The travel questions in each engine in turn."""
    if request.param == "whoosh":
        kept = whoosh_place(tmp_path_factory.mktemp("relevance"))
    else:
        kept = postgres_place(request.getfixturevalue("postgres_url"))
    with kept as found:
        engine = found.open()
        engine.rebuild(load_documents(data_folder, "full"), lambda keys: ([], []))
        yield engine


@pytest.fixture(scope="module")
def queries(data_folder: Path) -> list[Judged]:
    return load_queries(data_folder, "full", "dev")


def test_titles_of_later_duplicates_find_the_original(travel: SearchEngine, queries: list[Judged]) -> None:
    assert len(queries) == 186
    assert mean(figures(ask(travel, one.title, one.left_out), one.grades)["nDCG@10"] for one in queries) >= 0.64


def test_similar_questions_find_the_original_from_the_title_alone(travel: SearchEngine, queries: list[Judged]) -> None:
    def like(title: str) -> list[int]:
        return [hit.id for hit in travel.similar(suggest.similar_words(title), [], EVERYBODY, 10)]

    assert mean(figures(like(one.title), one.grades)["nDCG@10"] for one in queries) >= 0.60


@pytest.mark.parametrize(("language", "least"), [("en", 0.70), ("de", 0.65), ("zh-cn", 0.70)])
def test_sections_of_the_faq_are_found_from_their_heading(place: Place, data_folder: Path, language: str, least: float) -> None:
    sections = load_faq(data_folder, language, titled=False)
    engine = place.open()
    engine.rebuild((document for _heading, document in sections), lambda keys: ([], []))
    assert mean(document.id in ask(engine, heading)[:5] for heading, document in sections) >= least
