"""Writing the PostgreSQL index: one commit, and the first filling of a new generation. Must not decide when.

The number of documents that hold a word is counted along with every commit, so that idf is exact at all times and costs a query
one look-up by key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from app.core.heavy import psycopg_sql as sql
from app.search.documents import SearchDocument, split_key
from app.search.engines.postgres_layout import Connection, Tables, read_cells
from app.search.engines.postgres_rows import Cell, Row, number_of, row_of
from app.search.engines.postgres_store import PostgresStore
from app.search.ranking import Priors

TERMS, WORDS = "terms", "words"  # the values of word.field: what ranks, and what "did you mean" offers
FILL_BATCH = 1_000  # documents of one COPY
MAINTENANCE_MEMORY = "128MB"  # for making the indexes of a new generation

_COLUMNS = ("number", "cell", "stamp", "created", "votes", "views", "prior", "title", "terms", "head", "card", "words")
_LISTED = ", ".join(_COLUMNS)
_COPY = f"COPY {{document}} ({_LISTED}) FROM STDIN"
_UPSERT = (
    f"INSERT INTO {{document}} ({_LISTED}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (number) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
)
_ADD_CELL = """
    INSERT INTO {cell} (audience, kind, thread_kind, category, status, is_solved) VALUES (%s, %s, %s, %s, %s, %s)
    RETURNING cell
"""
_COUNT = """
    INSERT INTO {word} AS old (field, word, documents)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::integer[])
    ON CONFLICT (field, word) DO UPDATE SET documents = old.documents + excluded.documents
"""
_FORGET = "DELETE FROM {word} WHERE documents <= 0 AND (field, word) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
_COUNT_ALL = """
    INSERT INTO {word} SELECT 'terms', word, ndoc FROM ts_stat({vectors});
    INSERT INTO {word} SELECT 'words', word, count(*) FROM {document}, unnest(words) AS word GROUP BY word
"""

Deltas = Counter[tuple[str, str]]


def batches(documents: Iterable[SearchDocument], size: int = FILL_BATCH) -> Iterator[list[SearchDocument]]:
    """Documents in lists of at most `size`."""
    iterator = iter(documents)
    while batch := list(islice(iterator, size)):
        yield batch


class _Cells:
    """The numbers of cells, which are made when a document needs them."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection, self._tables = connection, tables
        self._numbers = {cell: number for number, cell in read_cells(connection, tables)}

    def number(self, cell: Cell) -> int:
        """The number of a cell. Only the one writer calls this."""
        found = self._numbers.get(cell)
        if found is None:
            row = self._connection.execute(self._tables.fill(_ADD_CELL), cell).fetchone()
            found = self._numbers[cell] = int(row[0])  # type: ignore[index]
        return found


def _values(row: Row, cells: _Cells) -> tuple[object, ...]:
    return (
        row.number, cells.number(row.cell), row.stamp, row.created, row.votes, row.views, row.prior, row.title,
        row.terms, row.head, row.card, row.words,
    )  # fmt: skip


def _holdings(connection: Connection, tables: Tables, numbers: Sequence[int]) -> tuple[int, Deltas]:
    """How many of these documents are stored, and the words they hold."""
    statement = "SELECT tsvector_to_array(terms), words FROM {document} WHERE number = ANY(%s)"
    held: Deltas = Counter()
    count = 0
    for terms, words in connection.execute(tables.fill(statement), (list(numbers),)):
        count += 1
        held.update((TERMS, term) for term in terms)
        held.update((WORDS, word) for word in words)
    return count, held


def _recount(connection: Connection, tables: Tables, before: Deltas, after: Deltas) -> None:
    changes = {name: after[name] - before[name] for name in before.keys() | after.keys() if after[name] != before[name]}
    if not changes:
        return
    names = sorted(changes)
    fields, words = [field for field, _ in names], [word for _, word in names]
    connection.execute(tables.fill(_COUNT), (fields, words, [changes[name] for name in names]))
    lost = [name for name in names if changes[name] < 0]
    if lost:
        connection.execute(tables.fill(_FORGET), ([field for field, _ in lost], [word for _, word in lost]))


def commit(
    store: PostgresStore,
    connection: Connection,
    number: int,
    priors: Priors,
    upserts: Sequence[SearchDocument],
    deletes: Sequence[str],
) -> None:
    """Write and remove documents of one generation in the writer's transaction."""
    tables = store.tables(number)
    newest: Mapping[str, SearchDocument] = {document.key: document for document in upserts}
    written = [number_of(document.kind, document.id) for document in newest.values()]
    removed = [number_of(*split_key(key)) for key in deletes if key not in newest]
    old_count, before = _holdings(connection, tables, [*written, *removed])
    connection.execute(tables.fill("DELETE FROM {document} WHERE number = ANY(%s)"), (removed,))
    if newest:
        cells = _Cells(connection, tables)
        rows = [_values(row_of(document, priors), cells) for document in newest.values()]
        with connection.cursor() as cursor:
            cursor.executemany(tables.fill(_UPSERT), rows)
    new_count, after = _holdings(connection, tables, written)
    _recount(connection, tables, before, after)
    store.count_commit(connection, number, new_count - old_count)


def fill(store: PostgresStore, number: int, documents: Iterable[SearchDocument], priors: Priors) -> int:
    """Write the first rows of a new generation, then its indexes and counts; returns the number of rows."""
    tables = store.tables(number)
    seen: set[str] = set()
    with store.connection() as connection:
        cells = _Cells(connection, tables)
        for batch in batches(documents):
            fresh = {document.key: document for document in batch if document.key not in seen}
            seen.update(fresh)
            rows = [_values(row_of(document, priors), cells) for document in fresh.values()]
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(tables.fill(_COPY)) as copy:
                for row in rows:
                    copy.write_row(row)
        with connection.transaction():
            connection.execute(f"SET LOCAL maintenance_work_mem = '{MAINTENANCE_MEMORY}'")
            store.add_indexes(connection, number)
            vectors = tables.fill("SELECT terms FROM {document}").as_string(connection)
            connection.execute(tables.fill(_COUNT_ALL, vectors=sql.Literal(vectors)))
            store.count_commit(connection, number, len(seen))
        connection.execute(tables.fill("ANALYZE {document}, {word}"))
    return len(seen)
