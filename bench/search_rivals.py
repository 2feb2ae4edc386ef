"""Other ways to search the same documents, for comparison: Whoosh's own searcher and SQLite's FTS5.

Each is used as its documentation shows, with our analysis only where it says so. All offer what `bench/search.py` asks: the best
ten documents of any of some words, of all of them, of those with a tag and a status, like a title, by a prefix, and the newest.
"""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from whoosh import fields, index, qparser, scoring
from whoosh.analysis import StemmingAnalyzer
from whoosh.query import And, ConstantScoreQuery, Every, Or, Prefix, Term

from app.search import analysis
from app.search.documents import SearchDocument
from app.search.engines.whoosh_plain import open_plain
from app.search.engines.whoosh_reader import PostingCache
from app.search.engines.whoosh_store import IndexStore
from app.search.languages import STOP_WORDS
from bench.corpus import Query

LIMIT = 10


class Searching(Protocol):
    """One way to search. `build` writes the index, `open` opens it in another process."""

    def build(self, documents: Iterable[SearchDocument]) -> None: ...
    def open(self) -> None: ...
    def any_word(self, query: Query) -> object: ...
    def all_words(self, query: Query) -> object: ...
    def filtered(self, query: Query) -> object: ...
    def similar(self, query: Query) -> object: ...
    def prefix(self, query: Query) -> object: ...
    def newest(self, query: Query) -> object: ...
    def commit(self, document: SearchDocument) -> None: ...


class OwnSearcher:
    """Whoosh's own searcher over the files that Threadwell wrote: same terms, one weighted field, no positions, uncompounded.

    These choices already make it several times faster than the library's usual way. Only the best ten are looked for, no total.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, documents: Iterable[SearchDocument]) -> None:
        """Nothing: the index of the engine is read."""

    def open(self) -> None:
        """Open the newest generation as the fall-back does."""
        current = IndexStore(self.folder).current()
        assert current is not None
        self.snapshot = open_plain(current, "bench", {}, PostingCache())
        self.searcher = self.snapshot.searcher

    def _words(self, text: str) -> list[Or]:
        return [Or([Term("text", stem) for stem in stems]) for stems in analysis.variants(text)]

    def any_word(self, query: Query) -> object:
        return self.searcher.search(Or(self._words(query.words)), limit=LIMIT)

    def all_words(self, query: Query) -> object:
        return self.searcher.search(And(self._words(query.words)), limit=LIMIT)

    def filtered(self, query: Query) -> object:
        conditions = And([Term("tag", query.tag.casefold()), Term("status", query.status)])
        return self.searcher.search(And([Or(self._words(query.words)), ConstantScoreQuery(conditions, 0.0)]), limit=LIMIT)

    def similar(self, query: Query) -> object:
        return self.searcher.search(Or(self._words(query.title)), limit=LIMIT)

    def prefix(self, query: Query) -> object:
        return self.searcher.search(Prefix("head", query.prefix.lower()), limit=LIMIT)

    def newest(self, query: Query) -> object:
        return self.searcher.search(Or(self._words(query.words)), limit=LIMIT, sortedby="created", reverse=True)

    def commit(self, document: SearchDocument) -> None:
        """The engine's own commit is the one to compare."""


class Library:
    """Whoosh the library's way: a field for each part, its analyzer, its parser, its writer and its searcher."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, documents: Iterable[SearchDocument]) -> None:
        self.folder.mkdir()
        analyzer = StemmingAnalyzer()
        schema = fields.Schema(
            key=fields.ID(stored=True, unique=True), status=fields.ID, tag=fields.KEYWORD(commas=True, lowercase=True),
            created=fields.NUMERIC(sortable=True, bits=64), title=fields.TEXT(analyzer), body=fields.TEXT(analyzer),
            answers=fields.TEXT(analyzer), head=fields.TEXT(phrase=False),
        )  # fmt: skip
        self.index = index.create_in(str(self.folder), schema)
        writer = self.index.writer(limitmb=256)
        for document in documents:
            writer.add_document(**self._row(document))
        writer.commit()

    def _row(self, document: SearchDocument) -> dict[str, Any]:
        return {
            "key": document.key, "status": document.status, "tag": ",".join(document.tags), "title": document.title,
            "created": int(document.created_at.timestamp()), "body": document.body, "answers": document.answers,
            "head": document.title,
        }  # fmt: skip

    def open(self) -> None:
        self.index = index.open_dir(str(self.folder))
        self.searcher = self.index.searcher(weighting=scoring.BM25F())
        boosts, parts = {"title": 3.0}, ["title", "body", "answers"]
        self.any = qparser.MultifieldParser(parts, self.index.schema, fieldboosts=boosts, group=qparser.OrGroup)
        self.all = qparser.MultifieldParser(parts, self.index.schema, fieldboosts=boosts)

    def any_word(self, query: Query) -> object:
        return self.searcher.search(self.any.parse(query.words), limit=LIMIT)

    def all_words(self, query: Query) -> object:
        return self.searcher.search(self.all.parse(query.words), limit=LIMIT)

    def filtered(self, query: Query) -> object:
        conditions = And([Term("tag", query.tag.lower()), Term("status", query.status)])
        return self.searcher.search(self.any.parse(query.words), limit=LIMIT, filter=conditions)

    def similar(self, query: Query) -> object:
        return self.searcher.search(self.any.parse(" ".join(re.findall(r"\w+", query.title))), limit=LIMIT)

    def prefix(self, query: Query) -> object:
        return self.searcher.search(Prefix("head", query.prefix.lower()), limit=LIMIT)

    def newest(self, query: Query) -> object:
        return self.searcher.search(self.any.parse(query.words) or Every(), limit=LIMIT, sortedby="created", reverse=True)

    def commit(self, document: SearchDocument) -> None:
        writer = self.index.writer()
        writer.update_document(**self._row(document))
        writer.commit()


class Fts5:
    """SQLite FTS5 with its Porter stemmer and bm25; a second statement counts the hits, as pages show them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, documents: Iterable[SearchDocument]) -> None:
        self.folder.mkdir()
        self.open()
        self.db.executescript("""
            CREATE TABLE meta (id INTEGER PRIMARY KEY, key TEXT UNIQUE, status TEXT, tags TEXT, created INT);
            CREATE VIRTUAL TABLE text USING fts5(title, tags, body, answers, content='', prefix='2 3',
                tokenize="porter unicode61 remove_diacritics 2");
        """)
        with self.db:
            for document in documents:
                self._add(document)
        self.db.execute("INSERT INTO text(text) VALUES('optimize')")
        self.db.execute("INSERT INTO text(text, rank) VALUES('rank', 'bm25(4.0, 2.0, 1.0, 1.0)')")
        self.db.commit()
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _columns(self, document: SearchDocument) -> tuple[str, ...]:
        return document.title, " ".join(document.tags), document.body, document.answers

    def _add(self, document: SearchDocument) -> None:
        row = (document.key, document.status, f",{','.join(document.tags)},", int(document.created_at.timestamp()))
        number = self.db.execute("INSERT INTO meta(key, status, tags, created) VALUES(?, ?, ?, ?)", row).lastrowid
        statement = "INSERT INTO text(rowid, title, tags, body, answers) VALUES(?, ?, ?, ?, ?)"
        self.db.execute(statement, (number, *self._columns(document)))

    def open(self) -> None:
        self.db = sqlite3.connect(self.folder / "fts.sqlite3")
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA cache_size=-65536")

    def _match(self, text: str, joined: str = " OR ") -> str:
        words = [word for word in analysis.words(text) if word not in STOP_WORDS and word.isalnum()]
        return joined.join(f'"{word}"' for word in dict.fromkeys(words)) or '"zzzz"'

    def _ask(self, match: str, where: str = "", values: tuple[str, ...] = (), order: str = "rank") -> object:
        join = " CROSS JOIN meta ON meta.id = text.rowid" if where or order != "rank" else ""
        source = f"FROM text{join} WHERE text MATCH ?{where}"
        found = self.db.execute(f"SELECT text.rowid {source} ORDER BY {order} LIMIT {LIMIT}", (match, *values)).fetchall()
        return found, self.db.execute(f"SELECT count(*) {source}", (match, *values)).fetchone()

    def any_word(self, query: Query) -> object:
        return self._ask(self._match(query.words))

    def all_words(self, query: Query) -> object:
        return self._ask(self._match(query.words, " AND "))

    def filtered(self, query: Query) -> object:
        conditions = " AND instr(meta.tags, ?) AND meta.status = ?"
        return self._ask(self._match(query.words), conditions, (f",{query.tag},", query.status))

    def similar(self, query: Query) -> object:
        return self.db.execute(
            f"SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT {LIMIT}", (self._match(query.title),)
        ).fetchall()

    def prefix(self, query: Query) -> object:
        match = f'title : "{query.prefix.lower()}" *'
        return self.db.execute(f"SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT {LIMIT}", (match,)).fetchall()

    def newest(self, query: Query) -> object:
        return self._ask(self._match(query.words), order="meta.created DESC")

    def commit(self, document: SearchDocument) -> None:
        """Without the old text, which a contentless table wants for deleting: the row is added, which costs about the same."""
        with self.db:
            self.db.execute("DELETE FROM meta WHERE key = ?", (document.key,))
            self._add(document)
