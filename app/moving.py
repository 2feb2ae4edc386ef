"""The command that brings a whole site from its SQLite file into PostgreSQL: every row of every table, as it is, or nothing.

The file is read only. Images and the secret key stay in the instance folder; the search index is made anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from app.accounts.models import Person
from app.core.db import Base, db
from app.kb.models import Section
from app.migrate import is_prepared
from app.search.cli import rebuild_index

_ROWS = 500
_FOREIGN_KEYS = sa.text(
    "SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS rule"
    " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


@click.command("move")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@with_appcontext
def move_command(file: Path) -> None:
    """Bring what is in FILE, a SQLite database, into PostgreSQL.

    FILE is that of this site; DATABASE_URL says where it goes. Run `threadwell init` on both before, and serve the site from
    neither meanwhile. FILE stays as it is.
    """
    source = sa.create_engine(sa.URL.create("sqlite", database=str(file.absolute())))
    _ensure_ready(source, file)
    try:
        with source.connect() as old, db.engine.begin() as new, _without_rules(new):
            count = _copy(old, new)
    except (sa.exc.DataError, sa.exc.IntegrityError) as error:
        raise click.ClickException(
            f"Nothing was moved, because PostgreSQL refuses a row that SQLite has: {error.orig}"
        ) from error
    finally:
        source.dispose()
    click.echo(f"{count:,} rows are in PostgreSQL now. {file} is as it was: keep it until you looked at the site.")
    click.echo(f"{rebuild_index():,} threads and articles are searchable.")


def _ensure_ready(source: sa.Engine, file: Path) -> None:
    """Raise ClickException unless there is something to move, of this version, and an empty place for it."""
    if db.engine.dialect.name != "postgresql":
        raise click.ClickException("Please set DATABASE_URL to the PostgreSQL that the site moves to.")
    if not is_prepared(db.engine):
        raise click.ClickException("The database is not prepared for this version. Please run `threadwell init` first.")
    try:
        is_same = is_prepared(source)
    except sa.exc.DatabaseError as error:
        raise click.ClickException(f"{file} is damaged, or no database of Threadwell.") from error
    if not is_same:
        raise click.ClickException(
            f"{file} is no database of this version. Please run `threadwell init` on it first, without DATABASE_URL."
        )
    # Not by the session: what it reads stays locked, and the tables are altered.
    with db.engine.connect() as connection:
        is_used = any(connection.scalar(sa.select(sa.exists().select_from(table))) for table in (Person, Section))
    if is_used:
        raise click.ClickException("This PostgreSQL holds people or articles already. Please choose an empty database.")


@contextmanager
def _without_rules(new: sa.Connection) -> Iterator[None]:
    """Suspend foreign keys and triggers: rows come table by table, and what refers to each other goes both ways.

    All in one transaction: the keys are checked when they come back, and nobody else sees the tables without them.
    """
    keys = new.execute(_FOREIGN_KEYS).all()
    names = [new.dialect.identifier_preparer.format_table(table) for table in Base.metadata.tables.values()]
    for place, name, _rule in keys:
        new.exec_driver_sql(f"ALTER TABLE {place} DROP CONSTRAINT {name}")
    for name in names:
        new.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    new.exec_driver_sql(f"TRUNCATE {', '.join(names)}")
    yield
    for name in names:
        new.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    for place, name, rule in keys:
        new.exec_driver_sql(f"ALTER TABLE {place} ADD CONSTRAINT {name} {rule}")


def _copy(old: sa.Connection, new: sa.Connection) -> int:
    """Copy all rows as they are at one moment, even if somebody serves the old site meanwhile; return how many there are."""
    old.exec_driver_sql("BEGIN")  # Python's driver begins by itself only for what writes
    tables = list(Base.metadata.tables.values())
    sizes = [old.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]
    with click.progressbar(length=sum(sizes), label="Moving") as bar:
        for table in tables:
            for rows in old.execute(sa.select(table)).mappings().partitions(_ROWS):
                new.execute(sa.insert(table), [dict(row) for row in rows])
                bar.update(len(rows))
            _count_on(table, new)
    return sum(sizes)


def _count_on(table: sa.Table, new: sa.Connection) -> None:
    """Let the next row get the id after the last one that came along."""
    column: Any = table.autoincrement_column
    if column is not None:
        name = new.dialect.identifier_preparer.format_table(table)
        sequence = sa.func.pg_get_serial_sequence(name, column.name)
        last = sa.select(sa.func.max(column)).scalar_subquery()
        new.execute(sa.select(sa.func.setval(sequence, last)).where(last.is_not(None), sequence.is_not(None)))
