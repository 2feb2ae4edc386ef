"""The search engine inside PostgreSQL: one index for any number of web processes and hosts, beside the site's own tables.

Chosen when the site's database is PostgreSQL. Owns commits, rebuilds and the answers to queries; how rows are laid out, stored and
ranked is in the modules beside. Words, weights and priors are those of every engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from app.search.documents import SearchDocument
from app.search.engines.base import EngineQuery, EngineStats, Filters, Reload, Scored, SearchHits, Word
from app.search.engines.postgres_query import Reader
from app.search.engines.postgres_rows import LAYOUT_VERSION, key_of
from app.search.engines.postgres_store import SCHEMA, SWITCH_WAIT, PostgresStore
from app.search.engines.postgres_writing import commit, fill
from app.search.ranking import ALL_PRIORS, Priors, rules_version, telling_words
from app.search.spelling import SpellerCache

_SIMILAR_TO = Filters(thread_kinds=("", "question"))  # articles have no thread kind


class PostgresEngine:
    """See SearchEngine. `schema` is the database schema that holds the index and nothing else."""

    def __init__(self, url: str, priors: Priors = ALL_PRIORS, schema: str = SCHEMA) -> None:
        self._store = PostgresStore(url, schema)
        self._priors = priors
        self._version = json.dumps({"layout": LAYOUT_VERSION, **rules_version(priors)}, sort_keys=True)
        self._spellers = SpellerCache(self.vocabulary)

    # Writing

    def apply(self, upserts: Sequence[SearchDocument], deletes: Sequence[str]) -> None:
        """One commit. Raises IndexBusy when another writer is at work, IndexFull without room; the caller tries again later."""
        if not upserts and not deletes:
            return
        with self._store.writing() as connection:
            number = self._store.current(connection).number
            if not number:
                number = self._store.add_generation(connection, self._version, is_current=True)
            commit(self._store, connection, number, self._priors, upserts, deletes)
            self._store.note_changes(connection, [document.key for document in upserts] + list(deletes))

    def rebuild(self, documents: Iterable[SearchDocument], reload: Reload) -> int:
        """Write a new generation, take over what changed meanwhile, switch, and return the number of documents written.

        Raises IndexBusy while another rebuild runs, IndexFull without room; what a failed rebuild wrote is removed.
        """
        with self._store.rebuilding():
            with self._store.writing(SWITCH_WAIT):
                pass  # makes sure that there is a registry
            self._store.remove_others()
            with self._store.writing(SWITCH_WAIT) as connection:
                self._store.take_changes(connection)
                number = self._store.add_generation(connection, self._version, is_current=False)
            try:
                count = fill(self._store, number, documents, self._priors)
                for is_last in (False, True):
                    self._catch_up(number, reload, is_last)
            finally:
                self._store.remove_others()
        return count

    def _catch_up(self, number: int, reload: Reload, is_last: bool) -> None:
        with self._store.writing(SWITCH_WAIT) as connection:
            keys = self._store.take_changes(connection)
            if keys:
                commit(self._store, connection, number, self._priors, *reload(keys))
            if is_last:
                self._store.switch_to(connection, number)

    # Reading

    def search(self, query: EngineQuery) -> SearchHits:
        """See SearchEngine."""
        return self._store.read(lambda *place: Reader(*place).search(query), SearchHits())

    def similar(
        self, title: Sequence[Word], body: Sequence[Word], audiences: tuple[str, ...], limit: int = 5, exclude: str = ""
    ) -> list[Scored]:
        """See SearchEngine."""

        def look(reader: Reader) -> list[Scored]:
            known = tuple(dict.fromkeys((*title, *body)))
            counts = dict(zip(known, reader.frequencies(known), strict=True))
            words = telling_words(counts.__getitem__, reader.view.documents, title, body)
            if not words:
                return []
            query = EngineQuery(audiences, words=words, filters=_SIMILAR_TO, limit=limit + bool(exclude))
            return [hit for hit in reader.closest(query) if hit.key != exclude][:limit]

        return self._store.read(lambda *place: look(Reader(*place)), [])

    def complete(self, words: Sequence[str], prefix: str, audiences: tuple[str, ...], limit: int = 8) -> list[Scored]:
        """See SearchEngine."""

        def look(reader: Reader) -> list[Scored]:
            cells = [number for number, cell in reader.view.cells if cell.audience in audiences]
            return reader.complete(words, prefix, cells, limit)

        return self._store.read(lambda *place: look(Reader(*place)), [])

    # Words

    def vocabulary(self) -> list[tuple[str, int]]:
        """See SearchEngine."""
        statement = "SELECT word, documents FROM {word} WHERE field = 'words' AND documents > 0"
        return self._rows(statement)

    def corrections(self, words: Sequence[str]) -> dict[str, str]:
        """See SearchEngine."""
        view = self._store.view()
        speller = self._spellers.get(view.name, view.documents)
        return {word: meant for word in words if (meant := speller.correct(word))}

    def _rows(self, statement: str) -> list[Any]:
        nothing: list[Any] = []
        return self._store.read(lambda connection, _, tables: connection.execute(tables.fill(statement)).fetchall(), nothing)

    # State

    def generation(self) -> str:
        """See SearchEngine."""
        return self._store.view().name

    def keys(self) -> set[str]:
        """See SearchEngine."""
        return set(self.stamps())

    def stamps(self) -> dict[str, int]:
        """See SearchEngine."""
        statement = "SELECT number, stamp FROM {document}"
        return {key_of(number): stamp for number, stamp in self._rows(statement)}

    def is_stale(self) -> bool:
        """See SearchEngine."""
        return self._store.view().version != self._version

    def stats(self) -> EngineStats:
        """See SearchEngine."""
        view = self._store.view()
        return EngineStats(
            engine="postgres",
            documents=view.documents,
            deleted=0,
            segments=1 if view.number else 0,
            bytes=self._store.size(),
            generation=view.name,
            is_stale=view.version != self._version,
            is_fast=True,
        )

    def remove(self) -> None:
        """Remove the whole index; a rebuild or the next commit makes a new one."""
        self._store.remove()

    def close(self) -> None:
        """Close the connections to the database."""
        self._store.close()
