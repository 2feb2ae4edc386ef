"""What a process keeps of the Whoosh index in memory: segments as arrays, decoded posting lists, the current snapshot.

A snapshot never changes; a new one shares the segments that are still in use. `Searcher.refresh()` is not used: in the forks of
Whoosh it returns deleted versions, and it closes readers that other threads still use. Files close when the last snapshot
that needs them is gone. Must not write.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import SegmentReader

from app.core.records import Struct
from app.search.engines import scoring, whoosh_internals
from app.search.engines.base import FACETS, Word
from app.search.engines.scoring import Floats, Ints, Longs, Mask, Part, Postings
from app.search.engines.whoosh_schema import SOLVED_FLAG, UNIT, make_schema
from app.search.engines.whoosh_store import FileStamps, IndexStore, ReadingStorage, file_stamps

logger = logging.getLogger(__name__)

CHECK_SECONDS = 0.5  # how long a commit of another process may stay unseen; a worker commits about every second
BLAME_SECONDS = 30.0  # how long files are held to be damaged before they are tried again: it may have been memory or file handles
OPEN_ATTEMPTS = 8  # a writer may remove a file between our listing and opening it
CACHE_BYTES = 32 * 2**20  # decoded posting lists kept by all processes together, each at least LEAST_BYTES
LEAST_BYTES = 4 * 2**20
CACHE_COUNTS = 10_000  # document frequencies kept for a segment, about a MiB


class Access(Struct, frozen=True):
    """How a segment's data is read: through Whoosh's internals or through its public interface."""

    postings: Callable[[Any, str, bytes], Postings]
    column: Callable[[Any, str], Any]


BLOCK_ACCESS = Access(whoosh_internals.read_postings, whoosh_internals.read_column)


class PostingCache:
    """The posting lists used last, limited by bytes and shared by all segments."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._lists: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._limit, self._bytes = limit, 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> Postings | None:
        """A list, if it is still here."""
        with self._lock:
            found = self._lists.get(key)
            if found is not None:
                self._lists.move_to_end(key)
            return found

    def put(self, key: tuple[str, str, str], found: Postings) -> None:
        """Keep a list and drop those that were not used for longest."""
        with self._lock:
            if key in self._lists:
                return
            self._lists[key] = found
            self._bytes += _bytes_of(found)
            while self._bytes > self._limit and len(self._lists) > 1:
                self._bytes -= _bytes_of(self._lists.popitem(last=False)[1])


def _bytes_of(found: Postings) -> int:
    return found[0].nbytes + found[1].nbytes + 200


class LoadedSegment:
    """One segment: its columns as arrays, its posting lists on demand."""

    files: FileStamps | None = None  # as they were when they were opened

    def __init__(self, name: str, reader: SegmentReader, access: Access, cache: PostingCache) -> None:
        self.name, self.reader, self._access, self._cache = name, reader, access, cache
        self._lock = threading.Lock()  # the reader's files have one position each
        self.count = int(reader.doc_count_all())
        self.number: Longs = access.column(reader, "num").astype(np.int64)
        self.created: Longs = access.column(reader, "created").astype(np.int64)
        self.votes: Longs = access.column(reader, "votes").astype(np.int64)
        self.views: Longs = access.column(reader, "views").astype(np.int64)
        self.is_solved: Mask = (access.column(reader, "flags").astype(np.uint8) & SOLVED_FLAG) > 0
        self.prior: Floats = access.column(reader, "prior").astype(np.float32)
        self._codes: dict[str, tuple[tuple[str, ...], Ints]] = {}
        self._facets: tuple[tuple[tuple[str, ...], ...], Ints] | None = None
        self._readable: dict[tuple[str, ...], Mask] = {}
        self._counts: dict[tuple[str, str], int] = {}
        weakref.finalize(self, reader.close)

    def postings(self, field_name: str, term: str) -> Postings:
        """See scoring.Segment."""
        key = (self.name, field_name, term)
        found = self._cache.get(key)
        if found is None:
            with self._lock:
                ids, stored = self._access.postings(self.reader, field_name, term.encode())
            found = ids, stored * np.float32(UNIT)
            self._cache.put(key, found)
        return found

    def stamps(self) -> Longs:
        """What each document was written with, see SearchDocument.stamp. Read anew each time: only checks ask."""
        with self._lock:
            return self._access.column(self.reader, "stamp").astype(np.int64)  # type: ignore[no-any-return]

    def frequency(self, field_name: str, term: str) -> int:
        """Number of documents with a term, deleted ones included, without reading the list."""
        key = (field_name, term)
        found = self._counts.get(key)
        if found is None:
            with self._lock:
                found = int(self.reader.doc_frequency(field_name, term.encode()))
            if len(self._counts) >= CACHE_COUNTS:
                self._counts.clear()
            self._counts[key] = found
        return found

    def codes(self, field_name: str) -> tuple[tuple[str, ...], Ints]:
        """See scoring.Segment."""
        found = self._codes.get(field_name)
        if found is None:
            with self._lock:
                values = ("", *(value.decode() for value in self.reader.lexicon(field_name)))
            codes = np.zeros(self.count, np.int32)
            for code, value in enumerate(values[1:], start=1):
                codes[self.postings(field_name, value)[0]] = code
            found = self._codes[field_name] = (values, codes)
        return found

    def facets(self) -> tuple[tuple[tuple[str, ...], ...], Ints]:
        """See scoring.Segment."""
        if self._facets is None:
            every = [self.codes(facet) for facet in FACETS]
            names = tuple(values for values, _ in every)
            cells = np.ravel_multi_index([codes for _, codes in every], [len(values) for values in names])
            self._facets = names, cells.astype(np.int32)
        return self._facets

    def readable(self, audiences: tuple[str, ...]) -> Mask:
        """See scoring.Segment."""
        found = self._readable.get(audiences)
        if found is None:
            found = self._readable[audiences] = scoring.holds(self, "audience", audiences)
        return found

    def expand(self, field_name: str, prefix: str, limit: int) -> list[str]:
        """The first `limit` terms that begin with a prefix, in order."""
        found: list[str] = []
        with self._lock:
            for term in self.reader.expand_prefix(field_name, prefix.encode()):
                found.append(term.decode())
                if len(found) >= limit:
                    break
        return found

    def term_counts(self, field_name: str) -> list[tuple[str, int]]:
        """Every term of a field with its document frequency."""
        with self._lock:
            return [(term.decode(), info.doc_frequency()) for term, info in self.reader.iter_field(field_name)]


class Snapshot(Struct, frozen=True):
    """The index at one moment. `name` changes with every commit."""

    name: str
    segments: tuple[LoadedSegment, ...]
    parts: tuple[Part, ...]
    is_fast: bool = True
    searcher: Any = None

    @property
    def documents(self) -> int:
        """Documents with deleted ones that are not merged away yet."""
        return sum(segment.count for segment in self.segments)

    @property
    def live_documents(self) -> int:
        """Documents that can be found."""
        return sum(part.segment.count if part.live is None else int(part.live.sum()) for part in self.parts)

    def scores(self, words: Sequence[Word], field_name: str) -> list[Floats]:
        """BM25F of every document, by part."""
        return scoring.block_scores(self.parts, words, field_name)

    def frequency(self, word: Word, field_name: str = "text") -> int:
        """Upper bound of the number of documents with a word: exact when it has one stem."""
        return sum(segment.frequency(field_name, stem) for segment in self.segments for stem in word.stems)

    def find_keys(self, keys: Sequence[str]) -> list[int]:
        """Numbers, counted over all segments, of the live documents with these keys."""
        found: list[int] = []
        base = 0
        for part in self.parts:
            for key in keys:
                numbers = part.segment.postings("key", key)[0].tolist()
                found += [base + number for number in numbers if part.live is None or part.live[number]]
            base += part.segment.count
        return found


def make_parts(segments: Sequence[LoadedSegment], deleted: Sequence[Sequence[int]]) -> tuple[Part, ...]:
    """Segments with what a snapshot adds: which documents are deleted."""
    parts = []
    for segment, dead in zip(segments, deleted, strict=True):
        live = None
        if dead:
            live = np.ones(segment.count, np.bool_)
            live[list(dead)] = False
        parts.append(Part(segment, live))
    return tuple(parts)


def open_blocks(folder: Path, name: str, known: dict[str, LoadedSegment], cache: PostingCache) -> Snapshot:
    """Open the newest state of a generation through Whoosh's internals, reusing known segments."""
    storage, schema = ReadingStorage(folder), make_schema()
    segments, deleted = [], []
    for segment in whoosh_internals.read_toc(storage, schema).segments:
        loaded = known.get(segment.segment_id()) or _load(storage, schema, segment, cache)
        segments.append(loaded)
        deleted.append(sorted(segment.deleted_docs()))
    return Snapshot(name, tuple(segments), make_parts(segments, deleted))


def _load(storage: FileStorage, schema: Schema, segment: Any, cache: PostingCache) -> LoadedSegment:
    name, files = segment.segment_id(), file_stamps(Path(storage.folder))
    reader = SegmentReader(storage, schema, segment)
    try:
        loaded = LoadedSegment(name, reader, BLOCK_ACCESS, cache)
        loaded.files = files.get(name)
        return loaded
    except BaseException:
        reader.close()
        raise


Opener = Callable[[Path, str, dict[str, LoadedSegment], PostingCache], Snapshot]
EMPTY = Snapshot("", (), ())
# What is searched while the files cannot be read: nothing, until a rebuild has replaced them.
DAMAGED = Snapshot("damaged", (), ())


class SnapshotCache:
    """The newest snapshot of a store, looked for at most once a second."""

    def __init__(self, store: IndexStore, opener: Opener, processes: int = 1) -> None:
        """`processes`: how many of an installation keep one."""
        self._store, self._opener = store, opener
        self._lock = threading.Lock()
        self._snapshot = EMPTY
        self._checked_at = float("-inf")
        self._pointer: tuple[int, int] | None = None
        self._lists = PostingCache(max(CACHE_BYTES // processes, LEAST_BYTES))
        self._condemned, self._condemned_until = "", 0.0

    def get(self) -> Snapshot:
        """The snapshot to search in; EMPTY before the first commit. At most CHECK_SECONDS older than the index."""
        if not self._is_due():
            return self._snapshot
        with self._lock:
            if self._is_due():
                self._pointer = self._store.pointer_stamp()
                self._snapshot = self._newest()
                self._checked_at = time.monotonic()
        return self._snapshot

    def _is_due(self) -> bool:
        if time.monotonic() - self._checked_at >= CHECK_SECONDS:
            return True
        return self._store.pointer_stamp() != self._pointer  # a new generation, or the folder was removed

    def expire(self) -> None:
        """Look again at the next search: this process wrote."""
        self._checked_at = float("-inf")

    def condemn(self, name: str) -> None:
        """Search no more in a generation whose files turned out to be damaged, or not for BLAME_SECONDS.

        Each process finds out for itself, and the one that rebuilds may see nothing wrong: so nothing is condemned for good.
        """
        self._condemned, self._condemned_until = name.partition("/")[0], time.monotonic() + BLAME_SECONDS
        self.expire()

    def _newest(self) -> Snapshot:
        """Return the newest snapshot that can be opened; a damaged index is reported once, and is empty until it is rebuilt."""
        folder = self._store.current()
        if folder is not None and folder.name == self._condemned and time.monotonic() < self._condemned_until:
            return DAMAGED
        try:
            return self._open_newest()
        except Exception:  # broken files fail in every possible way
            logger.exception("search.index_damaged")
            folder = self._store.current()
            self.condemn(folder.name if folder is not None else "")
            return DAMAGED

    def _open_newest(self) -> Snapshot:
        for attempt in range(OPEN_ATTEMPTS):
            try:
                folder = self._store.current()
                if folder is None:
                    return EMPTY
                name = f"{folder.name}/{whoosh_internals.latest_generation(FileStorage(str(folder)))}"
                if name == self._snapshot.name:
                    return self._snapshot
                known = {segment.name: segment for segment in self._snapshot.segments}
                return self._opener(folder, name, known, self._lists)
            except FileNotFoundError:
                if attempt == OPEN_ATTEMPTS - 1:
                    raise
                time.sleep(0.02 * (attempt + 1))
        raise AssertionError("unreachable")
