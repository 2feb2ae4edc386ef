"""What happened to one question is found by indexes: its cost must not grow with the acceptances of the whole site."""

from flask import Flask

from app.core.db import db
from app.forum.queries.resolution import _RESOLUTION


def test_no_index_is_built_to_read_one_question(app: Flask):
    if db.engine.dialect.name != "sqlite":
        return
    compiled = _RESOLUTION.params(thread_id=1).compile(db.engine, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    with db.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)]
    assert any("ix_acceptance_thread" in step or "ix_outcome_thread" in step for step in plan), plan
    assert not any("AUTOMATIC" in step or step.startswith("SCAN") for step in plan), plan

