"""What happened to one question is found by indexes: its cost must not grow with the acceptances of the whole site."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.forum.queries.resolution import resolution_of


def test_no_index_is_built_to_read_one_question(app: Flask):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("another database plans by its own statistics")
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    resolution_of(1)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    statement, values = sent[-1]
    with db.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert any("ix_outcome_thread" in step for step in plan), plan
    assert not any("AUTOMATIC" in step or step.startswith("SCAN") for step in plan), plan
