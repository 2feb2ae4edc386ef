"""The embedded search engine: Whoosh's files, written in whole blocks and scored with NumPy.

Owns commits, rebuilds and the answers to queries; how files are laid out, read and scored is in the modules beside.
Measured, it is 25 to 40 times cheaper than Whoosh's own searcher. One index serves one host.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.index import FileIndex, LockError

from app.core.records import replace
from app.search import ranking
from app.search.documents import SearchDocument, make_key
from app.search.engines import scoring, whoosh_internals
from app.search.engines.base import EngineQuery, EngineStats, Filters, IndexBusy, Reload, Scored, SearchHits, Word
from app.search.engines.scoring import Part
from app.search.engines.whoosh_guard import blaming, guarded
from app.search.engines.whoosh_plain import open_plain
from app.search.engines.whoosh_reader import DAMAGED, LoadedSegment, PostingCache, Snapshot, SnapshotCache, open_blocks
from app.search.engines.whoosh_schema import SCHEMA_VERSION, fields_of, make_schema, name_of
from app.search.engines.whoosh_store import DurableStorage, IndexStore, file_stamps, sweep
from app.search.engines.whoosh_writing import abandon, batches, ensure_room, merge_small, reporting_full
from app.search.spelling import SpellerCache

logger = logging.getLogger(__name__)

REBUILD_BATCH = 20_000  # documents in one commit of a rebuild: about 200 MB of postings in memory
WRITE_WAIT = 2.0  # seconds a commit waits for another writer before it gives up
LEAST_ROOM = 2**20  # bytes that must be free beside the size of the old index before a rebuild begins
SWITCH_WAIT = 30.0  # seconds a finished rebuild waits for the writer
EXPANSIONS = 64  # words that a prefix stands for
_SIMILAR_TO = Filters(thread_kinds=("", "question"))  # articles have no thread kind


def _open(folder: Path, name: str, known: dict[str, LoadedSegment], cache: PostingCache) -> Snapshot:
    if whoosh_internals.is_known_whoosh():
        try:
            return open_blocks(folder, name, known, cache)
        except FileNotFoundError:
            raise
        except Exception:  # any surprise in private structures means that they are not what we know
            logger.warning("search.slow_fallback", exc_info=True, extra={"reason": "the index could not be read in blocks"})
            return open_plain(folder, name, {}, PostingCache())
    logger.warning("search.slow_fallback", extra={"reason": "this is not Whoosh 2.7.4"})
    return open_plain(folder, name, {}, PostingCache())


class WhooshEngine:
    """See SearchEngine."""

    def __init__(self, root: Path, priors: ranking.Priors = ranking.ALL_PRIORS, processes: int = 1) -> None:
        """`processes`: how many search beside each other; they share out the memory for what is read often."""
        self._store = IndexStore(root)
        self._priors = priors
        self._version = {"schema": SCHEMA_VERSION, **ranking.rules_version(priors)}
        self._snapshots = SnapshotCache(self._store, _open, processes)
        self._spellers = SpellerCache(self.vocabulary)

    # Writing

    def apply(self, upserts: Sequence[SearchDocument], deletes: Sequence[str]) -> None:
        """One commit. Raises IndexBusy when another writer is at work, IndexFull without room; the caller tries again later."""
        if not upserts and not deletes:
            return
        with reporting_full(), self._store.writing(WRITE_WAIT):
            folder = self._store.current()
            if folder is None:
                folder = self._create()
                self._store.switch_to(folder)
            with blaming(self._snapshots, folder):
                self._commit(folder, upserts, deletes)
            self._store.note_changes([document.key for document in upserts] + list(deletes))
        self._snapshots.expire()

    def rebuild(self, documents: Iterable[SearchDocument], reload: Reload) -> int:
        """Write a new generation, take over what changed meanwhile, switch, and return the number of documents written.

        Raises IndexBusy while another rebuild runs, IndexFull without room. What a failed rebuild wrote is removed at once.
        """
        with reporting_full(), self._store.rebuilding():
            with self._store.writing(SWITCH_WAIT):
                self._store.remove_others()
            ensure_room(self._store.root, self._store.size() + LEAST_ROOM)
            folder = self._create()
            try:
                count = self._fill(folder, documents, reload)
            except BaseException:
                self._store.discard(folder)
                raise
            self._store.remove_others()
        self._snapshots.expire()
        return count

    def _fill(self, folder: Path, documents: Iterable[SearchDocument], reload: Reload) -> int:
        count = 0
        for batch in batches(documents, REBUILD_BATCH):
            self._commit(folder, batch, ())
            count += len(batch)
        offset = self._catch_up(folder, 0, reload)
        with self._store.writing(SWITCH_WAIT):
            self._catch_up(folder, offset, reload)
            self._store.switch_to(folder)
        return count

    def _catch_up(self, folder: Path, offset: int, reload: Reload) -> int:
        keys, offset = self._store.changes_from(offset)
        if keys:
            self._commit(folder, *reload(keys))
        return offset

    def _create(self) -> Path:
        folder = self._store.create_generation()
        FileIndex.create(DurableStorage(folder), make_schema(), whoosh_internals.INDEX_NAME)
        (folder / "VERSION").write_text(json.dumps(self._version), encoding="ascii")
        return folder

    def _commit(self, folder: Path, upserts: Sequence[SearchDocument], deletes: Sequence[str]) -> None:
        newest = {document.key: document for document in upserts}
        index = FileIndex(DurableStorage(folder), schema=make_schema())
        try:
            writer = self._writer(index)
        except LockError as error:
            raise IndexBusy("Another program writes this search index.") from error
        sweep(folder)
        try:
            for number in self._written(folder).find_keys([*newest, *deletes]):
                writer.delete_document(number)
            for document in newest.values():
                writer.add_document(**fields_of(document, self._priors))
            writer.commit(mergetype=merge_small)
        except BaseException:
            abandon(writer)
            raise

    def _written(self, folder: Path) -> Snapshot:
        """The newest state of a generation, while nobody else may write it: what is open of it, unless somebody touched the files."""
        self._snapshots.expire()
        snapshot, files = self._snapshots.get(), file_stamps(folder)
        is_untouched = all(
            segment.files is not None and segment.files == files.get(segment.name) for segment in snapshot.segments
        )
        if snapshot.name.partition("/")[0] == folder.name and is_untouched:
            return snapshot
        return _open(folder, "", {}, PostingCache())

    def _writer(self, index: FileIndex) -> Any:
        if whoosh_internals.is_known_whoosh():
            return whoosh_internals.BlockWriter(index)
        return index.writer(compound=False)

    # Reading

    @guarded(SearchHits)
    def search(self, query: EngineQuery) -> SearchHits:
        """See SearchEngine. Where the words of a query are found nowhere, its hints are tried, then its `fallback` in titles."""
        snapshot = self._snapshots.get()
        has_words = bool(query.words or query.required)
        found = scoring.match(snapshot.parts, snapshot.scores, query) if has_words or not query.fallback else []
        if query.hints and not query.required and not any(len(part.ids) for part in found):
            found = scoring.match_hints(snapshot.parts, snapshot.scores, query)
        if query.fallback and not any(len(part.ids) for part in found):
            words = tuple(Word((word,)) for word in query.fallback)
            query = replace(query, words=words, required=(), hints=(), match_all=True)
            found = scoring.match(snapshot.parts, snapshot.scores, query, "head")
        narrowed, facets = scoring.narrow(found, query)
        page = scoring.best(narrowed, query.sort, query.offset, query.limit)
        total = sum(len(part.ids) for part in narrowed)
        return SearchHits(total, tuple(Scored(*name_of(number), score) for number, score in page), facets)

    @guarded(list)
    def similar(
        self, title: Sequence[Word], body: Sequence[Word], audiences: tuple[str, ...], limit: int = 5, exclude: str = ""
    ) -> list[Scored]:
        """See SearchEngine."""
        snapshot = self._snapshots.get()
        words = ranking.telling_words(snapshot.frequency, snapshot.documents, title, body)
        if not words:
            return []
        query = EngineQuery(audiences, words=words, filters=_SIMILAR_TO, limit=limit + bool(exclude))
        found = scoring.match(snapshot.parts, snapshot.scores, query)
        page = [Scored(*name_of(number), score) for number, score in scoring.best(found, "relevance", 0, query.limit)]
        return [hit for hit in page if hit.key != exclude][:limit]

    @guarded(list)
    def complete(self, words: Sequence[str], prefix: str, audiences: tuple[str, ...], limit: int = 8) -> list[Scored]:
        """See SearchEngine."""
        found = []
        for part in self._snapshots.get().parts:
            expanded = part.segment.expand("head", prefix, EXPANSIONS) if prefix else []  # type: ignore[attr-defined]
            if expanded or not prefix:
                found.append(self._complete_part(part, words, expanded, audiences))
        page = scoring.best(found, "relevance", 0, limit)
        return [Scored(*name_of(number), score) for number, score in page]

    def _complete_part(
        self, part: Part, words: Sequence[str], last: Sequence[str], audiences: tuple[str, ...]
    ) -> scoring.Matches:
        mask = part.segment.readable(audiences).copy()
        if part.live is not None:
            mask &= part.live
        for word in words:
            mask &= scoring.holds(part.segment, "head", (word,))
        if last:
            mask &= scoring.holds(part.segment, "head", last)
        ids = np.flatnonzero(mask)
        return scoring.Matches(part, ids, part.segment.prior[ids])

    # Words

    @guarded(list)
    def vocabulary(self) -> list[tuple[str, int]]:
        """See SearchEngine. Counts include documents that were deleted since the last merge."""
        counts: Counter[str] = Counter()
        for segment in self._snapshots.get().segments:
            counts.update(dict(segment.term_counts("spelling")))
        return list(counts.items())

    @guarded(dict)
    def corrections(self, words: Sequence[str]) -> dict[str, str]:
        """See SearchEngine."""
        snapshot = self._snapshots.get()
        speller = self._spellers.get(snapshot.name, snapshot.documents)
        return {word: meant for word in words if (meant := speller.correct(word))}

    # State

    def generation(self) -> str:
        """See SearchEngine."""
        return self._snapshots.get().name

    @guarded(set)
    def keys(self) -> set[str]:
        """See SearchEngine."""
        return {key for part in self._snapshots.get().parts for key in _keys_of(part)}

    @guarded(dict)
    def stamps(self) -> dict[str, int]:
        """See SearchEngine."""
        found: dict[str, int] = {}
        for part in self._snapshots.get().parts:
            stamps = part.segment.stamps()  # type: ignore[attr-defined]
            found.update(zip(_keys_of(part), (stamps if part.live is None else stamps[part.live]).tolist(), strict=True))
        return found

    def is_stale(self) -> bool:
        """See SearchEngine."""
        folder = self._store.current()
        return folder is None or self._snapshots.get() is DAMAGED or _version_of(folder) != self._version

    def stats(self) -> EngineStats:
        """See SearchEngine."""
        snapshot = self._snapshots.get()
        live = snapshot.live_documents
        return EngineStats(
            engine="whoosh",
            documents=live,
            deleted=snapshot.documents - live,
            segments=len(snapshot.segments),
            bytes=self._store.size(),
            generation=snapshot.name,
            is_stale=self.is_stale(),
            is_fast=snapshot.is_fast,
        )


def _keys_of(part: Part) -> list[str]:
    numbers = part.segment.number if part.live is None else part.segment.number[part.live]
    return [make_key(*name_of(number)) for number in numbers.tolist()]


def _version_of(folder: Path) -> Any:
    try:
        return json.loads((folder / "VERSION").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
