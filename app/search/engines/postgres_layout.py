"""The tables of the PostgreSQL index: how they are made, named, and what a process knows of them. Must not hold connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.heavy import psycopg
from app.core.heavy import psycopg_sql as sql
from app.core.records import Struct
from app.search.engines.postgres_rows import Cell

if TYPE_CHECKING:
    Connection = psycopg.Connection[Any]
else:
    Connection = Any

REGISTRY = """
    CREATE SCHEMA IF NOT EXISTS {schema};
    CREATE TABLE IF NOT EXISTS {schema}.generation (
        number bigint PRIMARY KEY, is_current boolean NOT NULL, commits bigint NOT NULL DEFAULT 0,
        documents bigint NOT NULL DEFAULT 0, version text NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS generation_current ON {schema}.generation (is_current) WHERE is_current;
    CREATE TABLE IF NOT EXISTS {schema}.changed (key text PRIMARY KEY)
"""
# Vectors are kept outside the row, uncompressed: counting and sorting read the narrow rows only, and ranking reads few vectors.
TABLES = """
    CREATE TABLE {document} (
        number bigint PRIMARY KEY, cell integer NOT NULL, stamp bigint NOT NULL, created bigint NOT NULL, votes integer NOT NULL,
        views bigint NOT NULL, prior real NOT NULL, title bigint,
        terms tsvector NOT NULL, head tsvector NOT NULL, card tsvector, words text[] NOT NULL
    ) WITH (toast_tuple_target = 128);
    ALTER TABLE {document} ALTER COLUMN terms SET STORAGE EXTERNAL, ALTER COLUMN head SET STORAGE EXTERNAL;
    CREATE TABLE {cell} (
        cell serial PRIMARY KEY, audience text NOT NULL, kind text NOT NULL, thread_kind text NOT NULL, category text NOT NULL,
        status text NOT NULL, is_solved boolean NOT NULL, UNIQUE (audience, kind, thread_kind, category, status, is_solved)
    );
    CREATE TABLE {word} (
        field text NOT NULL, word text COLLATE "C" NOT NULL, documents integer NOT NULL, PRIMARY KEY (field, word)
    ) WITH (fillfactor = 80)
"""
INDEXES = """
    CREATE INDEX ON {document} USING gin (terms) WITH (fastupdate = off);
    CREATE INDEX ON {document} USING gin (head) WITH (fastupdate = off);
    CREATE INDEX ON {document} (created, number);
    CREATE INDEX ON {document} (title) WHERE title IS NOT NULL;
    CREATE INDEX ON {document} USING gin (card) WITH (fastupdate = off) WHERE card IS NOT NULL
"""


class Tables:
    """The names of one generation's tables, ready to stand in statements."""

    def __init__(self, schema: str, number: int) -> None:
        self.names = {part: sql.Identifier(schema, f"{part}_{number}") for part in ("document", "cell", "word")}

    def fill(self, statement: str, **more: sql.Composable) -> sql.Composed:
        """A statement with the names in place of {document}, {cell} and {word}."""
        return sql.SQL(statement).format(**self.names, **more)  # type: ignore[arg-type]


class View(Struct, frozen=True):
    """What a process knows of the index at one moment. `number` 0: there is none."""

    number: int = 0
    commits: int = 0
    documents: int = 0
    version: str = ""
    cells: tuple[tuple[int, Cell], ...] = ()

    @property
    def name(self) -> str:
        """Names the state: another after each commit, '' for none."""
        return f"{self.number}/{self.commits}" if self.number else ""


NO_INDEX = View()


def read_cells(connection: Connection, tables: Tables) -> tuple[tuple[int, Cell], ...]:
    """All cells of a generation with their numbers."""
    statement = "SELECT cell, audience, kind, thread_kind, category, status, is_solved FROM {cell}"
    return tuple((row[0], Cell(*row[1:])) for row in connection.execute(tables.fill(statement)))
