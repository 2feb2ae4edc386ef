"""What is remembered is never older than the last change before a request began, and is kept apart for each kind of reader."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.actor import ANONYMOUS, Actor, Role
from app.core.db import db
from app.pagecache.changes import Changes
from app.pagecache.memory import Memory, install_memory
from app.web.remembering import MEMORY, remember
from tests.asserts import assert_queries
from tests.factories import make_article, make_category, make_question, make_section
from tests.pagecache.installed import page_cache

STAFF = Actor(id=0, role=Role.STAFF)


class Told:
    """A log of changes that a test writes."""

    def __init__(self) -> None:
        self.fresh: list[str] = []

    def read(self) -> list[str]:
        fresh, self.fresh = self.fresh, []
        return fresh

    def close(self) -> None:
        pass


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def changes(told: Told) -> Changes:
    return Changes(told, lambda tag: (tag,))


class Counter:
    def __init__(self) -> None:
        self.value = 0

    def __call__(self) -> int:
        self.value += 1
        return self.value


@pytest.fixture(params=[True, False], ids=["looks first", "looks when asked"])
def web(request: pytest.FixtureRequest, changes: Changes) -> Flask:
    """An application that answers how often the value behind an address was made for its reader."""
    app, made = Flask(__name__), Counter()
    install_memory(app, Memory(changes, looks_first=request.param, most=3))

    @app.route("/<reader>/<name>", methods=["GET", "POST"])
    def show(reader: str, name: str) -> str:
        return str(remember(STAFF if reader == "staff" else ANONYMOUS, name, ("site", "threads"), made))

    return app


def ask(web: Flask, *paths: str) -> list[str]:
    return [web.test_client().get(path).text for path in paths]


def test_a_value_is_kept_until_one_of_its_tags_changes(web: Flask, told: Told):
    assert ask(web, "/staff/topics", "/staff/topics") == ["1", "1"]
    told.fresh = ["articles"]
    assert ask(web, "/staff/topics") == ["1"]
    told.fresh = ["threads"]
    assert ask(web, "/staff/topics", "/staff/topics") == ["2", "2"]


def test_readers_with_other_rights_and_whoever_writes_get_nothing_of_it(web: Flask):
    assert ask(web, "/staff/topics", "/all/topics", "/staff/tags", "/staff/topics", "/all/topics") == ["1", "2", "3", "1", "2"]
    assert [web.test_client().post("/all/topics").text for _time in range(2)] == ["4", "5"]
    assert ask(web, "/all/topics") == ["2"]


def test_what_was_asked_for_longest_ago_goes_first(web: Flask):
    assert ask(web, "/all/a", "/all/b", "/all/c", "/all/a", "/all/d") == ["1", "2", "3", "1", "4"]
    assert ask(web, "/all/a", "/all/b") == ["1", "5"]


def test_what_was_read_before_a_change_is_not_given_to_requests_after_it(web: Flask, told: Told, changes: Changes):
    memory, made = web.extensions[MEMORY], Counter()
    with web.test_request_context():
        memory.moment()
        told.fresh = ["site"]
        changes.look()  # by somebody else, while this request reads
        assert memory.get("topics", ("site",), made) == 1
    for _time in range(2):
        with web.test_request_context():
            memory.moment()
            assert memory.get("topics", ("site",), made) == 2


def test_a_request_that_nobody_looked_for_reads_for_itself(changes: Changes):
    memory, made = Memory(changes, looks_first=True), Counter()
    with Flask(__name__).test_request_context():
        assert [memory.get("topics", (), made), memory.get("topics", (), made), len(memory)] == [1, 2, 0]


@pytest.mark.parametrize(
    ("path", "most"),
    [("/questions", 0), ("/c/boards", 0), ("/tags/pump", 0), ("/", 0), ("/kb", 1), ("/kb/pumps/silence-a-pump", 0)],
)
def test_pages_read_only_what_is_theirs_again(app: Flask, path: str, most: int):
    look = int(db.engine.dialect.name != "sqlite")  # PostgreSQL is asked for what changed, SQLite tells without a statement
    make_question(category=make_category("boards"), tags=("pump",))
    make_article("Silence a pump", section=make_section("pumps"))
    asked_from = {"Referer": "http://localhost/ask"}  # such pages are not given from the cache
    with page_cache(app):
        app.test_client().get(path, headers=asked_from)
        with assert_queries(at_most=look + most):
            assert app.test_client().get(path, headers=asked_from).status_code == 200
