"""What most tests of the knowledge base need: people in every role, an empty search index, texts and places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.search import engines
from app.search.engines.whoosh import WhooshEngine
from tests.factories import actor_of, make_person


@pytest.fixture(autouse=True)
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """An empty search engine, in use for one test."""
    before = engines._current
    engine = WhooshEngine(tmp_path / "search")
    engines.use_engine(engine)
    yield engine
    engines._current = before


@dataclass
class Crew:
    """One person of each role."""

    member: Person
    staff: Person
    moderator: Person
    admin: Person

    @property
    def curator(self) -> Actor:
        """A moderator, who curates without seeing staff-only text."""
        return actor_of(self.moderator)

    @property
    def agent(self) -> Actor:
        """Somebody of the staff."""
        return actor_of(self.staff)


@pytest.fixture
def crew(app: Flask) -> Crew:
    """People in every role."""
    return Crew(make_person("mia"), make_person("stan", "staff"), make_person("moe", "moderator"), make_person("ada", "admin"))
