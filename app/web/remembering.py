"""What many pages read again and again (topics, popular tags), kept in each process until something behind it changes.

Only for what is the same for everybody with the same rights: the reader is part of each key. Must not know how it is kept; without
a memory (tests, commands) everything is read each time.
"""

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar, cast

from flask import current_app, has_request_context, request

from app.core.actor import Actor

MEMORY = "memory"
T = TypeVar("T")


class Memory(Protocol):
    """Where values are kept."""

    def get(self, key: Hashable, tags: tuple[str, ...], make: Callable[[], Any]) -> Any: ...


def remember(reader: Actor, name: Hashable, tags: tuple[str, ...], make: Callable[[], T]) -> T:
    """Return what `make` reads, or what it read before as long as nothing behind the tags (see `marking`) changed.

    `reader` has the rights of whoever asks and nothing personal (`reader_of`); `name` tells values of one reader apart, with
    everything else that `make` depends on. The value is shared between threads: it must be frozen.
    """
    memory = cast(Memory | None, current_app.extensions.get(MEMORY)) if has_request_context() else None
    if memory is None or request.method not in ("GET", "HEAD"):
        return make()
    return cast(T, memory.get((reader, name), tags, make))
