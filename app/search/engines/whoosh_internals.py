"""The only code, with `whoosh_terms`, that touches what Whoosh 2.7.4 does not publish: posting blocks, column files, tables of contents.

The files stay readable by Whoosh's own searcher, which is the fall-back (`whoosh_plain`) when `is_known_whoosh()` says no.
What is relied on: a posting list is the bytes `W3Bl` and then blocks; a block is a signed length (negative: the last one), a
pickled info tuple whose fourth item says whether the rest is compressed, and a pickled tuple (id differences, weights, values);
a list of at most INLINED postings is pickled into the table of terms instead;
a numeric column is a big-endian array that ends after the last value that is not the default.
Index files hold pickles: whoever can write them runs code here, so they live in a 0700 folder and are rebuilt, never restored.
"""

from __future__ import annotations

import io
import pickle
import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import whoosh
from whoosh.codec import whoosh3
from whoosh.fields import Schema
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, FileIndex, LockError, clean_files
from whoosh.reading import SegmentReader
from whoosh.system import unpack_int
from whoosh.writing import SegmentWriter

from app.search.engines.whoosh_pool import PostingPool
from app.search.engines.whoosh_store import PositionedFile
from app.search.engines.whoosh_terms import FIELD_SIZE, SHORT_LISTS, SIZES, BlockFieldWriter

INDEX_NAME = "MAIN"
KNOWN_VERSION = (2, 7, 4)
SCORED = "text"  # the field in which most terms are looked up

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]

_NO_IDS: IntArray = np.empty(0, np.int32)
_NO_WEIGHTS: FloatArray = np.empty(0, np.float32)
_INFO_SIZE = whoosh3.W3TermInfo._struct.size
_extent = struct.Struct("!qi")  # of a list in the file of postings


class UnknownFormat(Exception):
    """The files or classes of Whoosh are not those this module knows."""


def is_known_whoosh() -> bool:
    """Whether the installed Whoosh is the version whose internals are described here."""
    return tuple(whoosh.__version__) == KNOWN_VERSION


class _BlockCodec(whoosh3.W3Codec):  # type: ignore[misc]
    """Writes the files of a segment into memory (`parts`); BlockWriter puts them together into one."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = RamStorage()

    def per_document_writer(self, storage: FileStorage, segment: Any) -> Any:
        return super().per_document_writer(self.parts, segment)

    def field_writer(self, storage: FileStorage, segment: Any) -> BlockFieldWriter:
        return BlockFieldWriter(self, self.parts, segment)

    def new_segment(self, storage: FileStorage, indexname: str) -> Any:
        # Segments are pickled with their codec: with Whoosh's own, any Whoosh can read what we wrote.
        return whoosh3.W3Segment(whoosh3.W3Codec(), indexname)


class BlockWriter(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer with whole-block postings, both for new documents and for segments merged in. A segment is one file: making,
    syncing, opening and removing eleven took as long as everything else of a small commit."""

    docnum: int

    def __init__(self, index: FileIndex) -> None:
        try:
            super().__init__(index, codec=_BlockCodec(), compound=True)
        except LockError:
            raise
        except BaseException:
            # Whoosh takes its lock first, and forgets it when a file cannot be made: it would be held until garbage is collected.
            if self.writelock is not None:
                self.writelock.release()
            raise
        self.pool = PostingPool()

    def _assemble_segment(self) -> None:
        """Called by Whoosh's commit when the files of the segment are complete."""
        segment, parts = self.get_segment(), self.codec.parts
        CompoundStorage.assemble(segment.create_file(self.storage, segment.COMPOUND_EXT), parts, parts.list())
        segment.compound = True

    def add_document(self, **fields: Any) -> None:
        """As SegmentWriter's, for the fields of our schema: they have no boosts, no vectors, and nothing of them is stored."""
        columns, number = self.perdocwriter, self.docnum
        columns.start_doc(number)
        for name in sorted(fields):
            field, value = self.schema[name], fields[name]
            size = self.pool.add(name, number, *field.postings(value)) if field.indexed else 0
            columns.add_field(name, field, None, size if field.scorable else 0)
            if field.column_type:
                columns.add_column_value(name, field.column_type, field.to_column_value(value))
        columns.finish_doc()
        self._added = True
        self.docnum = number + 1

    def write_per_doc(self, fieldnames: Iterable[str], reader: SegmentReader) -> dict[int, int]:
        """As SegmentWriter's, for the fields of our schema: take over the columns of live documents and return their new numbers."""
        columns, fields = self.perdocwriter, {name: self.schema[name] for name in sorted(fieldnames)}
        scored = {name: field for name, field in fields.items() if field.scorable}
        stored = [
            (name, field.column_type, read_column(reader, name).tolist()) for name, field in fields.items() if field.column_type
        ]
        moved: dict[int, int] = {}
        for number in reader.all_doc_ids():
            columns.start_doc(self.docnum)
            for name, field in scored.items():
                columns.add_field(name, field, None, reader.doc_field_length(number, name))
            for name, column, values in stored:
                columns.add_column_value(name, column, values[number])
            columns.finish_doc()
            moved[number] = self.docnum
            self.docnum += 1
        return moved

    def add_postings_to_pool(self, reader: SegmentReader, startdoc: int, docmap: dict[int, int] | None) -> None:
        """Take over a segment's postings; `docmap` gives new numbers of live documents, None means `startdoc` + old number."""
        count = reader.doc_count_all()
        numbers = np.arange(startdoc, startdoc + count, dtype=np.int32)
        if docmap is not None:
            numbers = np.full(count, -1, np.int32)
            numbers[list(docmap)] = list(docmap.values())
        for lists in _lists_of(reader):
            moved = numbers[np.frombuffer(lists.ids, np.uint32)]
            is_live = moved >= 0
            owners = np.repeat(np.arange(len(lists.terms)), lists.sizes)[is_live]
            self.pool.extend(lists.field, lists.terms, owners, moved[is_live], np.frombuffer(lists.weights, np.float32)[is_live])


class _Lists:
    """The terms of a field, in order, with the lengths of their posting lists, and these one after the other."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.terms: list[str] = []
        self.sizes, self.ids, self.weights = array("I"), array("I"), array("f")

    def add(self, term: str, ids: array[int], weights: array[float]) -> None:
        """Add the list of a term."""
        self.terms.append(term)
        self.sizes.append(len(ids))
        self.ids += ids
        self.weights += weights


def _lists_of(reader: SegmentReader) -> Iterator[_Lists]:
    """Each field of a segment with its lists: read in one go, where `read_postings` looks each term up."""
    terms = reader._terms
    table = terms._tindex
    data, at = table.dbfile.get(table.startofdata, table.endofdata - table.startofdata), 0
    lists, field = _Lists(""), b""
    while at < len(data):
        key_size, value_size = SIZES.unpack_from(data, at)
        start = at + SIZES.size
        begin = start + key_size
        at = begin + value_size
        term, value = data[start + FIELD_SIZE : begin], data[begin:at]
        if data[start : start + FIELD_SIZE] != field:
            if lists.terms:
                yield lists
            field = data[start : start + FIELD_SIZE]
            lists = _Lists(terms._keydecoder(field)[0])
        lists.add(term.decode(), *(_short_arrays(value) if value[0] else _arrays_behind(terms, term, value)))
    if lists.terms:
        yield lists


@lru_cache(maxsize=SHORT_LISTS)
def _short_arrays(value: bytes) -> tuple[array[int], array[float]]:
    """A short list; nobody changes these arrays."""
    ids, weights, _values = pickle.loads(value[_INFO_SIZE:])  # noqa: S301 - written by us into a private folder
    return array("I", ids), array("f", weights)


def _arrays_behind(terms: Any, term: bytes, value: bytes) -> tuple[array[int], array[float]]:
    ids, weights = _postings_behind(terms, term, value)
    return array("I", ids.tobytes()), array("f", weights.tobytes())


def read_postings(reader: SegmentReader, field: str, term: bytes) -> tuple[IntArray, FloatArray]:
    """All document numbers of a term and its weight in each, deleted documents included; empty when the term is unknown.

    Not safe for two threads at once with the same reader. Raises UnknownFormat when the file is not what we know.
    """
    terms = reader._terms
    if field == SCORED:
        _keep_table_of_terms(terms._tindex)
    try:
        start, size = terms._range_for_key(field, term)
    except KeyError:
        return _NO_IDS, _NO_WEIGHTS
    return _postings_behind(terms, term, terms._dbfile.get(start, size))


def _postings_behind(terms: Any, term: bytes, value: bytes) -> tuple[IntArray, FloatArray]:
    """The postings of a term by what the table of terms says of it."""
    if value[0]:
        ids, weights, _values = pickle.loads(value[_INFO_SIZE:])  # noqa: S301 - written by us into a private folder
        return np.array(ids, np.int32), np.array(weights, np.float32)
    offset, length = _extent.unpack_from(value, _INFO_SIZE)
    data = terms._postfile.get(offset, length)
    if data[:4] != whoosh3.WHOOSH3_HEADER_MAGIC:
        raise UnknownFormat(f"The posting list of {term!r} does not begin as expected.")
    blocks = list(_blocks(data))
    if len(blocks) == 1:
        return blocks[0]
    return np.concatenate([ids for ids, _ in blocks]), np.concatenate([weights for _, weights in blocks])


def _keep_table_of_terms(index: Any) -> None:
    """Hold in memory where each term is (24 bytes a term): one that no document has is then looked up without reading. Commits,
    which look up keys only, do without."""
    if isinstance(index.dbfile, PositionedFile) and not index.dbfile.is_kept:
        index.dbfile.keep_from(index.tables[0][0])


def _blocks(data: bytes) -> Iterator[tuple[IntArray, FloatArray]]:
    at, is_last = 4, False
    while not is_last:
        (size,) = unpack_int(data[at : at + 4])
        is_last, size = size < 0, abs(size)
        stream = io.BytesIO(data[at + 4 : at + 4 + size])
        info = pickle.load(stream)  # noqa: S301 - written by us into a private folder
        payload = stream.read()
        packed = pickle.loads(zlib.decompress(payload) if info[3] else payload)  # noqa: S301
        yield np.cumsum(packed[0], dtype=np.int32), _unpack_weights(packed[1], info[0])
        at += 4 + size


def _unpack_weights(packed: Any, count: int) -> FloatArray:
    if packed is None or isinstance(packed, float):
        return np.full(count, 1.0 if packed is None else packed, np.float32)
    return np.asarray(packed, dtype=np.float32)


def read_column(reader: SegmentReader, name: str) -> npt.NDArray[Any]:
    """A numeric column of a segment, one value a document; zeros where nothing was stored."""
    column = reader.schema[name].column_type
    return _read_numbers(reader, name, np.dtype(column._typecode))


def _read_numbers(reader: SegmentReader, name: str, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    values = np.zeros(reader.doc_count_all(), dtype)
    filename = whoosh3.W3Codec.column_filename(reader.segment(), name)
    storage = reader.storage()
    if storage.file_exists(filename):
        with storage.open_file(filename) as file:
            stored = np.frombuffer(file.read(), dtype.newbyteorder(">"))
        values[: len(stored)] = stored
    return values


def read_toc(storage: FileStorage, schema: Schema) -> TOC:
    """The newest table of contents: its generation number and segments, with their deleted documents."""
    return TOC.read(storage, INDEX_NAME, schema=schema)


def latest_generation(storage: FileStorage) -> int:
    """The number of the newest table of contents, -1 if there is none. One directory listing."""
    return int(TOC._latest_generation(storage, INDEX_NAME))


def remove_unfinished(storage: FileStorage, schema: Schema) -> None:
    """Delete files that the newest table of contents does not name. Call it while no other writer is at work."""
    toc = read_toc(storage, schema)
    clean_files(storage, INDEX_NAME, toc.generation, toc.segments)
