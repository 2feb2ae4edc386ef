"""Migrations lead from nothing to exactly the tables of the models, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.core.db import db
from app.core.settings import PROJECT_ROOT, Settings
from app.core.uow import unit_of_work
from app.factory import create_app
from app.migrate import newest_migrations
from app.pagecache.models import PageChange

MIGRATIONS = str(PROJECT_ROOT / "migrations")


@pytest.fixture
def empty_site(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    url = "" if settings.is_sqlite else settings.database_url
    site = create_app(replace(settings, instance_path=tmp_path / "instance", database_url=url))
    with site.app_context():
        drop_everything()
        yield site
        db.session.remove()
        drop_everything()
        db.create_all()
        db.session.remove()
        db.engine.dispose()


def drop_everything() -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    db.drop_all()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_is_upgraded_to_the_tables_of_the_models(empty_site: Flask):
    upgrade(directory=MIGRATIONS)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        differences = compare_metadata(context, db.metadata)
    assert differences == []
    upgrade(directory=MIGRATIONS)
    assert tables() == set(db.metadata.tables)


def conditions() -> dict[str, dict[str, str]]:
    """Return the CHECKs of every table by name, which Alembic does not compare."""
    inspector = sa.inspect(db.engine)
    return {
        table: {str(check["name"]): str(check["sqltext"]) for check in inspector.get_check_constraints(table)}
        for table in sorted(db.metadata.tables)
    }


def partial_indexes() -> dict[str, str]:
    """Return the conditions of the indexes that hold only some rows."""
    inspector = sa.inspect(db.engine)
    found = {}
    for table in db.metadata.tables:
        for index in inspector.get_indexes(table):
            options = index.get("dialect_options", {})
            where = options.get("sqlite_where", options.get("postgresql_where"))
            if where is not None:
                found[str(index["name"])] = str(where)
    return found


def triggers() -> dict[str, str]:
    """Return the triggers that write down what changed, with what they do."""
    if db.engine.dialect.name == "sqlite":
        found = db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    else:
        found = db.session.execute(
            sa.text(
                "SELECT t.tgname, pg_get_triggerdef(t.oid) || p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE NOT t.tgisinternal"
            )
        )
    rows = {str(name): str(text) for name, text in found if str(name).startswith("page_change")}
    db.session.rollback()
    return rows


def test_an_upgraded_database_writes_down_the_same_changes(empty_site: Flask):
    db.create_all()
    wanted = triggers()
    drop_everything()
    upgrade(directory=MIGRATIONS)
    assert triggers() == wanted
    assert len(wanted) > 40


def test_an_upgraded_database_never_gives_the_number_of_a_change_again(empty_site: Flask):
    upgrade(directory=MIGRATIONS)
    numbers = []
    for _ in range(2):
        with unit_of_work():
            db.session.add(PageChange(tag="site"))
            db.session.flush()
            numbers.append(db.session.scalars(sa.select(PageChange.id)).one())
        with unit_of_work():
            db.session.execute(sa.delete(PageChange))
    assert numbers[0] < numbers[1]


def test_an_upgraded_database_has_the_conditions_of_the_models(empty_site: Flask):
    db.create_all()
    wanted = conditions(), partial_indexes()
    drop_everything()
    upgrade(directory=MIGRATIONS)
    assert (conditions(), partial_indexes()) == wanted
    assert wanted[0]["moderation_log"] and wanted[1]


def test_every_step_can_be_taken_back(empty_site: Flask):
    upgrade(directory=MIGRATIONS)
    downgrade(directory=MIGRATIONS, revision="base")
    assert tables() == set()


def fill(table: sa.Table, **values: object) -> None:
    """Add a row; what is not given and must not be empty gets something of its type."""
    row: dict[str, object] = {}
    for column in table.columns:
        if column.name in values:
            row[column.name] = values[column.name]
        elif not column.nullable and column.server_default is None:
            kind = column.type.python_type
            row[column.name] = (
                datetime(2026, 1, 2)  # noqa: DTZ001 (reflected columns know no zone)
                if kind is datetime
                else False
                if kind is bool
                else 1
                if kind is int
                else []
                if kind in (dict, list)
                else ""
            )
    db.session.execute(table.insert().values(row))


def first_version_site() -> None:
    """Write what a site of the first version may hold, in its tables."""
    tables = sa.MetaData()
    tables.reflect(db.engine)
    of = tables.tables
    fill(of["person"], id=1, name="ada", name_key="ada", display_name="Ada", role="moderator")
    fill(of["category"], id=1, slug="water", name="Water", audience="public")
    thread = {"id": 1, "kind": "question", "title": "Why?", "slug": "why", "category_id": 1, "author_id": 1, "status": "answered"}
    fill(of["thread"], **thread, excerpt="")
    fill(of["post"], id=1, thread_id=1, kind="opening", author_id=1, body_source="It hums.")
    fill(of["flag"], id=1, thread_id=1, post_id=1, reporter_id=1, reason="spam", state="open")
    fill(of["moderation_log"], id=1, action="lock", actor_id=1, thread_id=1)
    fill(of["moderation_log"], id=2, action="undo", actor_id=1, thread_id=1, undoes_id=1)
    fill(of["notification"], id=1, person_id=1, kind="answer", thread_id=1)
    fill(of["mail_preference"], person_id=1, kind="answer")
    db.session.commit()


def test_a_site_of_the_first_version_keeps_everything(empty_site: Flask):
    upgrade(directory=MIGRATIONS, revision="01")
    first_version_site()
    kept = ("person", "thread", "post", "flag", "moderation_log", "notification", "mail_preference")
    counts = {name: db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in kept}
    db.session.remove()
    upgrade(directory=MIGRATIONS)
    assert {name: db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in kept} == counts
    flag = db.session.execute(sa.text("SELECT weight, person_id, thread_id FROM flag")).one()
    assert tuple(flag) == (100, None, 1)
    assert db.session.execute(sa.text("SELECT level, muted_until FROM person")).one() == (0, None)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.text("UPDATE moderation_log SET reason = 'another'"))
    db.session.rollback()
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.text("DELETE FROM moderation_log"))
    db.session.rollback()
    downgrade(directory=MIGRATIONS, revision="01")
    assert {name: db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in kept} == counts


def test_migrations_are_one_line_and_named_by_date():
    names = sorted(path.name for path in (PROJECT_ROOT / "migrations" / "versions").glob("*.py"))
    assert names and all(name[:8].isdigit() and name[8] == "_" and name[9:11].isdigit() for name in names)
    downs = [
        line
        for name in names
        for line in (PROJECT_ROOT / "migrations" / "versions" / name).read_text().splitlines()
        if line.startswith("down_revision")
    ]
    assert len(set(downs)) == len(names)


def test_what_is_the_newest_migration_is_known_without_alembic() -> None:
    assert newest_migrations() == set(ScriptDirectory(MIGRATIONS).get_heads())
