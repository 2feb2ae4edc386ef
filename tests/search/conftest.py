"""Sources of search that forget themselves after each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search import documents, engines
from app.search.documents import ARTICLE, THREAD
from app.search.engines.whoosh import WhooshEngine
from tests.search.places import Place, postgres_place, start_postgres, whoosh_place
from tests.search.samples import MemorySource, restore_sources


@pytest.fixture
def sources() -> Iterator[tuple[MemorySource, MemorySource]]:
    """Empty sources of threads and articles, registered for one test."""
    saved, names = dict(documents._sources), list(documents._category_names)
    documents._category_names.clear()
    yield MemorySource(THREAD).register(), MemorySource(ARTICLE).register()
    restore_sources(saved)
    documents._category_names[:] = names


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """An empty engine, in use for one test."""
    before = engines._current
    engine = WhooshEngine(tmp_path / "search")
    engines.use_engine(engine)
    yield engine
    engines._current = before


@pytest.fixture(scope="session")
def postgres_url(testrun_uid: str) -> str:
    """A real PostgreSQL: the one of the run (TEST_DATABASE=postgresql), else one that all test processes share."""
    return os.environ.get("TEST_SERVER") or start_postgres(testrun_uid)


@pytest.fixture(params=["whoosh", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place for an index of each engine in turn."""
    if request.param == "whoosh":
        with whoosh_place(tmp_path) as found:
            yield found
    else:
        with postgres_place(request.getfixturevalue("postgres_url")) as found:
            yield found
