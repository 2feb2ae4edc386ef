"""Fixtures of the flows: a search index of their own, and the demo community loaded and crawled once a module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import db
from app.core.settings import Settings
from app.importing.demo.loading import load_demo
from app.jobs.worker import run_until_idle
from app.pageviews import recorder
from app.search import engines
from app.search.engines.whoosh import WhooshEngine
from tests.conftest import context_of_a_test, empty_database
from tests.flows.crawling import Crawl
from tests.flows.oddities import add_oddities
from tests.saved import version_of_rows


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    """A search engine of this module, in use for all its tests."""
    before = engines._current
    engine = WhooshEngine(tmp_path_factory.mktemp("search"))
    engines.use_engine(engine)
    yield engine
    engines._current = before


@pytest.fixture
def index(tmp_path: Path) -> Iterator[WhooshEngine]:
    """An empty search engine, in use for one test."""
    before = engines._current
    engine = WhooshEngine(tmp_path / "search")
    engines.use_engine(engine)
    yield engine
    engines._current = before


@pytest.fixture(scope="module")
def ground(application: Flask) -> Iterator[Flask]:
    """The application, whose rows stay from test to test of this file: `world` puts back what was written."""
    yield application
    with application.app_context():
        empty_database()


@pytest.fixture
def kept_app(ground: Flask, settings: Settings) -> Iterator[Flask]:
    """As `app` of all tests, but for the rows: for files of many tests that mostly write none.

    They go where nobody can tell whether any were written.
    """
    with context_of_a_test(ground, settings):
        yield ground
        db.session.remove()
        if version_of_rows() is None:
            empty_database()


@pytest.fixture(scope="module")
def demo_site(application: Flask, settings: Settings, engine: WhooshEngine) -> Iterator[Flask]:
    """The application with the demo community and some oddities, indexed; not to be used together with `app`, which empties the database."""
    signins: Path = settings.instance_path / "demo-signins.txt"
    signins.unlink(missing_ok=True)
    with application.app_context():
        load_demo(settings)
        add_oddities()
        run_until_idle()
        recorder._buffer().take()
        yield application
        recorder._buffer().take()
        db.session.remove()
        empty_database()
        db.session.remove()
    signins.unlink(missing_ok=True)
    for folder in ("mail", "uploads"):
        shutil.rmtree(settings.instance_path / folder, ignore_errors=True)


@pytest.fixture(scope="module")
def crawl(demo_site: Flask) -> Crawl:
    """What a search engine finds on the demo site."""
    return Crawl(demo_site)
