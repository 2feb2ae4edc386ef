"""Queries in an index whose files were damaged while it was open: nothing is found until it is rebuilt, and no page fails.

A failure is blamed on the files only after they were read anew and failed again; anything else is a mistake of ours and stays one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from app.search.engines.base import IndexBusy
from app.search.engines.whoosh_reader import PostingCache, SnapshotCache, open_blocks
from app.search.engines.whoosh_store import IndexStore

logger = logging.getLogger(__name__)
PROBED_TERMS = 5_000  # of each field and segment, so that a large index is judged within seconds
FIELDS = ("text", "head", "key", "spelling")

P = ParamSpec("P")
R = TypeVar("R")


class Guarded(Protocol):
    """What an engine needs to have its queries guarded."""

    _store: IndexStore
    _snapshots: SnapshotCache


def guarded(nothing: Callable[[], Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a query (a method of an engine) answer `nothing()` when the files that it reads are damaged."""

    def decorate(query: Callable[P, R]) -> Callable[P, R]:
        @wraps(query)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return query(*args, **kwargs)
            except Exception:
                engine = cast(Guarded, args[0])
                folder = engine._store.current()
                if folder is not None and is_sound(folder):
                    raise
                logger.exception("search.index_damaged")
                engine._snapshots.condemn(folder.name if folder is not None else "")
                return cast(R, nothing())

        return run

    return decorate


@contextmanager
def blaming(snapshots: SnapshotCache, folder: Path) -> Iterator[None]:
    """Search no more in a generation that could not be written because its files are damaged; the error goes on."""
    try:
        yield
    except IndexBusy:
        raise
    except Exception:
        if not is_sound(folder):
            snapshots.condemn(folder.name)
        raise


def is_sound(folder: Path) -> bool:
    """Whether a generation can be opened and its words can be read."""
    try:
        for part in open_blocks(folder, "", {}, PostingCache()).parts:
            for field in FIELDS:
                _probe(part.segment, field)
    except Exception:  # broken files fail in every possible way
        return False
    return True


def _probe(segment: Any, field: str) -> None:
    for term, count in segment.term_counts(field)[:PROBED_TERMS]:
        ids, _weights = segment.postings(field, term)
        if len(ids) != count or (count and not 0 <= ids.min() <= ids.max() < segment.count):
            raise ValueError("A list of postings does not hold what its term says.")
