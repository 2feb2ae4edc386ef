"""Assertions that several packages share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.db import db

_NOT_COUNTED = ("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collect the SQL statements of the body, without transaction control."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(_NOT_COUNTED):
            found.append(statement)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@contextmanager
def assert_queries(at_most: int) -> Iterator[list[str]]:
    """Fail when the body sends more than `at_most` statements to the database; the message lists them."""
    with count_queries() as found:
        yield found
    listing = "\n\n".join(f"{number}. {statement}" for number, statement in enumerate(found, start=1))
    assert len(found) <= at_most, f"{len(found)} statements, at most {at_most} allowed:\n{listing}"


def assert_indexes(statement: str, *used: str) -> None:
    """Fail unless SQLite runs the statement by these parts of a plan, such as "SEARCH thread USING INDEX ix_thread_author".

    Skips on PostgreSQL, which chooses by the number of rows: in tests there are few.
    """
    if db.engine.dialect.name != "sqlite":
        pytest.skip("Plans of SQLite only.")
    explained = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (1,) * statement.count("?"))
    plan = [row.detail for row in explained]
    missing = [part for part in used if not any(line.startswith(part) for line in plan)]
    assert not missing, f"{missing} not in the plan {plan} of:\n{statement}"
