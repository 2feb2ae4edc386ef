"""Assertions that several packages share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
