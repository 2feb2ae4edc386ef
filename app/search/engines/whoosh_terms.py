"""Writes the terms of a segment, whole posting lists at once, in the format that `whoosh_internals` describes. Knows no documents."""

from __future__ import annotations

import pickle
import zlib
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec import whoosh3
from whoosh.fields import Schema
from whoosh.filedb import filetables
from whoosh.filedb.filestore import FileStorage
from whoosh.system import pack_int, pack_long, pack_ushort
from whoosh.util.numeric import length_to_byte
from whoosh.util.numlists import GrowableArray

from app.search.engines.whoosh_pool import Numbers, PostingPool, Units

# Postings in a block. Whoosh's 128 suits a searcher that skips blocks; ours reads whole lists, so fewer and larger is faster.
BLOCK = 4096
INLINED = 32  # postings of a list that is kept with its term: a block of its own takes longer to write and is a further read
COMPRESSION = 1
CRC32 = 1  # Whoosh's number of that hash function
TERMS_AT_ONCE = 10_000
SHORT_LISTS = 4096  # short lists that are remembered as they are written, and as many as they are read

# The shortest and longest document of a list, for skipping blocks in Whoosh's searcher: always true, if not tight.
_BOUNDS = (length_to_byte(1), length_to_byte(1 << 20))

SIZES = filetables._lengths  # of a key and what belongs to it
FIELD_SIZE = 2  # bytes of a key before the term: the number of its field
_pack_info = whoosh3.W3TermInfo._struct.pack
_pack_pointer = filetables._pointer.pack
_FREE = _pack_pointer(0, 0)


def _smallest(values: npt.NDArray[Any]) -> array[int]:
    """Non-negative integers in the narrowest array that holds them."""
    highest = int(values.max())
    code, dtype = ("B", np.uint8) if highest < 256 else ("H", np.uint16) if highest < 65536 else ("I", np.uint32)
    return array(code, values.astype(dtype).tobytes())


@lru_cache(maxsize=SHORT_LISTS)
def _short_list(numbers: tuple[int, ...], units: tuple[int, ...]) -> bytes:
    """What the table of terms says of a short list. Small commits repeat themselves: most of their terms are in one document."""
    info: bytes = _pack_info(True, sum(units), len(units), *_BOUNDS, max(units), numbers[0], numbers[-1])
    postings: bytes = pickle.dumps((numbers, units, (None,) * len(units)), 2)
    return info + postings


class _TermsTable(filetables.OrderedHashWriter):  # type: ignore[misc]
    """Whoosh's table of terms with another of its hash functions, which takes a tenth of the time of MD5, and written in few calls."""

    def __init__(self, file: Any) -> None:
        filetables.HashWriter.__init__(self, file, hashtype=CRC32)
        self.index, self.lastkey = GrowableArray("H"), b""

    def add_all(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Add keys in order, with what belongs to each."""
        entries, at = iter(items), self.dbfile.tell()
        append, buckets, hash_of, pack = self.index.append, self.buckets, self.hashfn, SIZES.pack
        while chunk := list(islice(entries, TERMS_AT_ONCE)):
            parts: list[bytes] = []
            for key, value in chunk:
                sizes = pack(len(key), len(value))
                parts += (sizes, key, value)
                append(at)
                number = hash_of(key)
                buckets[number & 255].append((number, at))
                at += len(sizes) + len(key) + len(value)
            self.dbfile.write(b"".join(parts))
            self.lastkey = chunk[-1][0]

    def _write_hashes(self) -> None:
        at = self.dbfile.tell()
        for entries in self.buckets:
            slots = b"".join(_placed(entries))
            self.directory.append((at, 2 * len(entries)))
            self.dbfile.write(slots)
            at += len(slots)


def _placed(entries: Sequence[tuple[int, int]]) -> list[bytes]:
    """The slots of a hash table for some hash values and what they point at: each in the first free one from its own on."""
    size = 2 * len(entries)
    slots = [_FREE] * size
    for number, position in entries:
        slot = (number >> 8) % size
        while slots[slot] is not _FREE:
            slot = (slot + 1) % size
        slots[slot] = _pack_pointer(number, position)
    return slots


class BlockFieldWriter(whoosh3.W3FieldWriter):  # type: ignore[misc]
    """Writes a PostingPool term by term, whole lists at once."""

    def __init__(self, codec: Any, storage: FileStorage, segment: Any) -> None:
        super().__init__(codec, storage, segment)
        file: Any = self._tindex.dbfile
        file.seek(0)  # the table of its own kind that it began there has a head of the same length
        self._tindex: Any = _TermsTable(file)
        self._tindex.extras["fieldmap"] = self._fieldmap

    def add_postings(self, schema: Schema, lengths: Any, pool: PostingPool) -> None:
        """Called by Whoosh's writer with what `PostingPool.iter_postings` returned."""
        for field in sorted(pool.fieldnames):
            self.start_field(field, schema[field])
            prefix = pack_ushort(self._fieldid)
            self._tindex.add_all((prefix + term, self._term_info(ids, weights)) for term, ids, weights in pool.lists(field))
            self.finish_field()

    def _term_info(self, ids: Numbers, weights: Units) -> bytes:
        """Write the postings of a term and return what the table of terms says of it; a short list is part of that."""
        if len(ids) <= INLINED:
            return _short_list(tuple(ids.tolist()), tuple(weights.tolist()))
        info: bytes = _pack_info(False, int(weights.sum()), len(ids), *_BOUNDS, int(weights.max()), int(ids[0]), int(ids[-1]))
        offset = self._postfile.tell()
        self._postfile.write(whoosh3.WHOOSH3_HEADER_MAGIC)
        for start in range(0, len(ids), BLOCK):
            self._put_block(ids[start : start + BLOCK], weights[start : start + BLOCK], start + BLOCK >= len(ids))
        extent: bytes = pack_long(offset) + pack_int(self._postfile.tell() - offset)
        return info + extent

    def _put_block(self, ids: Numbers, weights: Units, is_last: bool) -> None:
        steps = ids.copy()
        steps[1:] -= ids[:-1]
        differences = _smallest(steps)
        is_even = bool((weights == weights[0]).all())
        # Weights in the forms that Whoosh's own reader accepts: None for all 1, a float for all equal, else one number each.
        values = (None if weights[0] == 1 else float(weights[0])) if is_even else _smallest(weights)
        data = zlib.compress(pickle.dumps((differences, values, None), 4), COMPRESSION)
        info = pickle.dumps((len(ids), int(ids[-1]), int(weights.max()), COMPRESSION, *_BOUNDS), 2)
        size = len(info) + len(data)
        self._postfile.write(pack_int(-size if is_last else size) + info + data)
