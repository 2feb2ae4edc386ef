"""Keeps the index in step with the database: the job behind `request_sync`, rebuilds, and the check that nothing was lost.

The only code that writes an index. It always loads the stored state, so order and repeats of jobs do not matter. Runs outside
transactions. Must not know what a thread is.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from app.core.db import db
from app.core.records import Struct
from app.core.uow import unit_of_work
from app.jobs import queue
from app.jobs.queue import TryLaterError, enqueue
from app.search.documents import SYNC_JOB, SearchDocument, make_key, registered_kinds, request_sync, source_of, split_key
from app.search.engines import current_engine
from app.search.engines.base import IndexBusy, IndexFull, SearchEngine

logger = logging.getLogger(__name__)

REBUILD_JOB = "search.rebuild"
VERIFY_JOB = "search.verify"
CHECK_JOB = "search.check"
SYNC_BATCH = 500
LOAD_BATCH = 500
MOST_SEGMENTS = 24  # each costs a query about 0.1 ms
MOST_DELETED = 0.2  # share of deleted documents that bends idf and wastes memory

Progress = Callable[[int, int], None]


class Verified(Struct, frozen=True):
    """What a check found: documents in the index; keys it lacks, has too many, or holds with content that is not the stored one.

    These are already being repaired.
    """

    indexed: int
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[str, ...]:
        """All keys that differ."""
        return (*self.missing, *self.surplus, *self.outdated)

    @property
    def is_complete(self) -> bool:
        """Whether index and database agree."""
        return not self.wrong


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    iterator = iter(ids)
    while batch := list(islice(iterator, LOAD_BATCH)):
        yield batch


def _read_anew() -> None:
    """End the session's read transaction: what is loaded next is what is stored now."""
    db.session.rollback()


def load_current(keys: Iterable[str]) -> tuple[list[SearchDocument], list[str]]:
    """The stored documents for some keys, and the keys of those that are gone."""
    _read_anew()
    wanted: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for key in keys:
        kind, document_id = split_key(key)
        wanted[kind][document_id] = None
    documents: list[SearchDocument] = []
    gone: list[str] = []
    for kind, ids in wanted.items():
        for batch in _batches(ids):
            found = source_of(kind).load_many(batch)
            documents += found.values()
            gone += [make_key(kind, document_id) for document_id in batch if document_id not in found]
    return documents, gone


def sync_documents(payloads: list[dict[str, Any]]) -> None:
    """Job: bring the index up to date with the named documents in one commit.

    While another writer holds the index, or the disk is full, the job waits for as long as that lasts: no change is lost.

    Where there is no index (any more), or a damaged one, it is also built anew: one with these documents alone would hide that
    all others are missing.
    """
    is_stale = request_rebuild_if_stale()
    keys = dict.fromkeys(make_key(payload["kind"], payload["id"]) for payload in payloads)
    try:
        current_engine().apply(*load_current(keys))
    except IndexBusy as error:
        raise TryLaterError(str(error)) from error
    except IndexFull as error:
        raise TryLaterError(error.strerror or str(error)) from error
    except Exception:  # broken files fail in every possible way; the rebuild takes these documents over
        if not is_stale and not request_rebuild_if_stale():
            raise
        logger.warning("search.sync_left_to_rebuild", extra={"documents": len(keys)})


def stored_documents(progress: Progress = lambda done, total: None) -> Iterator[SearchDocument]:
    """Everything that belongs into the index, read in batches; `progress` is called with how many were read and their total."""
    _read_anew()
    ids = {kind: list(source_of(kind).all_ids()) for kind in registered_kinds()}
    total, done = sum(map(len, ids.values())), 0
    for kind, of_kind in ids.items():
        for batch in _batches(of_kind):
            _read_anew()
            yield from source_of(kind).load_many(batch).values()
            done += len(batch)
            progress(done, total)


def rebuild(progress: Progress = lambda done, total: None) -> int:
    """Write a new index beside the old, switch to it, and return its number of documents. Searches go on meanwhile.

    Raises IndexBusy while another rebuild runs, IndexFull when the disk has no room for both.
    """
    return current_engine().rebuild(stored_documents(progress), load_current)


def rebuild_index(payloads: list[dict[str, Any]]) -> None:
    """Job: rebuild, unless a rebuild is running already; while the disk is full it waits."""
    try:
        count = rebuild()
    except IndexBusy:
        logger.info("search.rebuild_skipped")
    except IndexFull as error:
        raise TryLaterError(error.strerror or str(error)) from error
    else:
        logger.info("search.rebuilt", extra={"documents": count})


def verify(engine: SearchEngine | None = None, progress: Progress = lambda done, total: None) -> Verified:
    """Compare the documents in the index with those stored, and request a sync of each difference.

    Reads every document, as a rebuild does, and writes none. What changed while it was reading is looked at once more.
    """
    engine = engine or current_engine()
    held = engine.stamps()
    left, missing, outdated = set(held), [], []
    for document in stored_documents(progress):
        left.discard(document.key)
        if document.key not in held:
            missing.append(document.key)
        elif held[document.key] != document.stamp:
            outdated.append(document.key)
    report = _compare(engine, [*missing, *outdated, *left]) if missing or outdated or left else Verified(len(held))
    _repair(report.wrong)
    return report


def _compare(engine: SearchEngine, keys: Sequence[str]) -> Verified:
    """Compare some keys as they are now."""
    held = engine.stamps()
    documents, gone = load_current(keys)
    return Verified(
        indexed=len(held),
        missing=tuple(sorted(document.key for document in documents if document.key not in held)),
        surplus=tuple(sorted(key for key in gone if key in held)),
        outdated=tuple(sorted(doc.key for doc in documents if doc.key in held and held[doc.key] != doc.stamp)),
    )


def _repair(keys: Sequence[str]) -> None:
    for start in range(0, len(keys), LOAD_BATCH):
        with unit_of_work():
            for key in keys[start : start + LOAD_BATCH]:
                request_sync(*split_key(key))


def needs_rebuild(engine: SearchEngine | None = None) -> bool:
    """Whether the index is missing, was written under other rules, or is worn by many small commits."""
    stats = (engine or current_engine()).stats()
    worn = stats.segments > MOST_SEGMENTS or stats.deleted > MOST_DELETED * max(1000, stats.documents)
    return stats.is_stale or worn


def request_rebuild_if_needed() -> bool:
    """At start and at night: have the index rebuilt by the worker when it needs it; returns whether it does."""
    if not needs_rebuild():
        return False
    with unit_of_work():
        enqueue(REBUILD_JOB, {}, dedupe_key=REBUILD_JOB)
    return True


def request_rebuild_if_stale() -> bool:
    """Have a missing or damaged index rebuilt by the worker; returns whether it is."""
    if not current_engine().is_stale():
        return False
    with unit_of_work():
        enqueue(REBUILD_JOB, {}, dedupe_key=REBUILD_JOB)
    return True


def what_stops() -> str:
    """The error that keeps the index behind the database, while one does; ''. One statement."""
    return queue.what_stops((SYNC_JOB, REBUILD_JOB))


def check_index(payloads: list[dict[str, Any]]) -> None:
    """Periodic job, every minute: somebody may have deleted or damaged the files. Costs a few system calls."""
    request_rebuild_if_stale()


def verify_index(payloads: list[dict[str, Any]]) -> None:
    """Periodic job, every night: rebuild a worn index, repair a sound one."""
    if request_rebuild_if_needed():
        return
    report = verify()
    if not report.is_complete:
        counts = {"missing": len(report.missing), "surplus": len(report.surplus), "outdated": len(report.outdated)}
        logger.warning("search.repaired", extra=counts)
