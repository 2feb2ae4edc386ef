"""People at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Role
from app.desk.terms import DeskTerms, desk_terms, use_terms
from tests.factories import make_person


@pytest.fixture
def staff(app: Flask) -> Person:
    return make_person("mira", Role.STAFF, display_name="Mira Staff")


@pytest.fixture
def colleague(app: Flask) -> Person:
    return make_person("jonas", Role.STAFF, display_name="Jonas Staff")


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("ada", Role.ADMIN, display_name="Ada Admin")


@pytest.fixture
def terms() -> Iterator[DeskTerms]:
    """The usual terms, put back whatever a test does."""
    before = desk_terms()
    terms = DeskTerms(take_for=timedelta(minutes=30), escalate_after=timedelta(hours=8))
    use_terms(terms)
    yield terms
    use_terms(before)
