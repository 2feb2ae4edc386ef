"""What goes beside the writing of an index: which segments a commit merges, and what happens when there is no room on the disk.

Knows Whoosh's writer and the folder, not documents.
"""

from __future__ import annotations

import errno
import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from whoosh.reading import SegmentReader

from app.search.engines import whoosh_internals
from app.search.engines.base import IndexFull

logger = logging.getLogger(__name__)

MERGE_AT = 8  # segments of about one size before they become one
MERGE_LIMIT = 4096  # documents; larger segments are only rewritten by a rebuild
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

T = TypeVar("T")


def _merge_tier(count: int) -> int:
    return max(0, (count.bit_length() - 1) // 3)


def merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge policy of a commit: drop empty segments, and join small ones once there are MERGE_AT of about one size.

    Whoosh's own policy may rewrite the largest segments in the middle of a commit.
    """
    kept = [segment for segment in segments if segment.doc_count_all() > segment.deleted_count()]
    tiers: dict[int, list[Any]] = {}
    for segment in kept:
        if segment.doc_count_all() < MERGE_LIMIT:
            tiers.setdefault(_merge_tier(segment.doc_count_all()), []).append(segment)
    merged: set[str] = set()
    for alike in tiers.values():
        if len(alike) < MERGE_AT:
            continue
        for segment in alike:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
            merged.add(segment.segment_id())
    return [segment for segment in kept if segment.segment_id() not in merged]


def abandon(writer: Any) -> None:
    """Give up a commit; what was committed before stays. Frees Whoosh's lock and the space on the disk, also when it is full."""
    try:
        if not writer.is_closed:
            writer.cancel()
    except Exception:  # the first error is the one to report
        logger.warning("search.cancel_failed", exc_info=True)
        with suppress(Exception):
            writer.writelock.release()
    with suppress(Exception):  # as above; the next commit tries again
        whoosh_internals.remove_unfinished(writer.storage, writer.schema)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


@contextmanager
def reporting_full() -> Iterator[None]:
    """Raise IndexFull for any error that says that nothing more can be written: a full disk, a quota, a limit of the process."""
    try:
        yield
    except IndexFull:
        raise
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise IndexFull(error.errno, f"There is no room to write the search index: {error.strerror}.") from error


def ensure_room(root: Path, needed: int) -> None:
    """Raise IndexFull when fewer than `needed` bytes are free, before anything is read and written for nothing."""
    free = shutil.disk_usage(root).free
    if free < needed:
        message = f"Rebuilding the search index needs about {needed / 2**20:,.0f} MiB, and {free / 2**20:,.0f} are free."
        raise IndexFull(errno.ENOSPC, message)
