"""The fall-back: an index read through Whoosh's public interface and scored by Whoosh's own searcher.

Used when the installed Whoosh is not the version whose internals we know. Same results, many times slower; a warning is logged.
Must touch nothing private.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query import Or, Query, Term
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from app.search.engines.base import Word
from app.search.engines.scoring import Floats, Postings
from app.search.engines.whoosh_reader import Access, LoadedSegment, PostingCache, Snapshot, make_parts
from app.search.engines.whoosh_schema import UNIT, make_schema
from app.search.ranking import K1, B


def _postings(reader: SegmentReader, field: str, term: bytes) -> Postings:
    ids, weights = [], []
    try:
        matcher = reader.postings(field, term)
    except TermNotFound:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    while matcher.is_active():
        ids.append(matcher.id())
        weights.append(matcher.weight())
        matcher.next()
    return np.array(ids, np.int32), np.array(weights, np.float32)


def _column(reader: SegmentReader, name: str) -> Any:
    if not reader.has_column(name):
        return np.zeros(reader.doc_count_all(), np.int64)
    values = reader.column_reader(name)
    return np.array([values[number] for number in range(reader.doc_count_all())])


PLAIN_ACCESS = Access(_postings, _column)


class PlainSnapshot(Snapshot, frozen=True):
    """A snapshot whose scores come from Whoosh's matchers."""

    def scores(self, words: Sequence[Word], field_name: str) -> list[Floats]:
        """BM25F of every document, by part; several stems of a word count as separate words."""
        query: Query = Or([Term(field_name, stem, boost=word.boost) for word in words for stem in word.stems])
        together = np.zeros(self.documents, np.float32)
        for number, score in self.searcher.search(query, limit=None).items():
            together[number] = score * (K1 + 1.0) / (K1 / UNIT + 1.0)
        ends = np.cumsum([segment.count for segment in self.segments])
        return np.split(together, ends[:-1]) if len(ends) else []


def open_plain(folder: Path, name: str, known: dict[str, LoadedSegment], cache: PostingCache) -> Snapshot:
    """Open the newest state of a generation; nothing is reused, since only private names tell segments apart."""
    schema: Schema = make_schema()
    searcher: Searcher = FileIndex(FileStorage(str(folder)), schema=schema).searcher(weighting=BM25F(B=B, K1=K1 / UNIT))
    readers = [reader for reader, _ in searcher.reader().leaf_readers() if reader.doc_count_all()]
    segments = tuple(LoadedSegment(f"{name}/{place}", reader, PLAIN_ACCESS, cache) for place, reader in enumerate(readers))
    deleted = [[number for number in range(reader.doc_count_all()) if reader.is_deleted(number)] for reader in readers]
    return PlainSnapshot(name, segments, make_parts(segments, deleted), is_fast=False, searcher=searcher)
