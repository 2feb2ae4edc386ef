"""What many pages read again and again (topics, popular tags), kept in each process until something behind it changes.

Only for what is the same for everybody with the same rights: the reader is part of each key. Must not know how it is kept; without
a memory (tests, commands) everything is read each time.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol, TypeVar, cast

from flask import current_app, has_request_context, request

from app.core.actor import Actor

MEMORY = "memory"
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_numbers: dict[Actor, int] = {}
_next_number = count()


class Memory(Protocol):
    """Where values are kept."""

    def get(self, key: Hashable, tags: tuple[str, ...], make: Callable[[], Any]) -> Any: ...

    def get_each(
        self, keys: Mapping[Hashable, tuple[str, ...]], make: Callable[[list[Hashable]], Mapping[Hashable, Any]]
    ) -> dict[Hashable, Any]: ...


def remember(reader: Actor, name: Hashable, tags: tuple[str, ...], make: Callable[[], T]) -> T:
    """Return what `make` reads, or what it read before as long as nothing behind the tags (see `marking`) changed.

    `reader` has the rights of whoever asks and nothing personal (`reader_of`); `name` tells values of one reader apart, with
    everything else that `make` depends on. The value is shared between threads: it must be frozen.
    """
    memory = _memory()
    if memory is None:
        return make()
    return cast(T, memory.get((reader, name), tags, make))


def remember_each(
    reader: Actor, name: str, wanted: Mapping[K, tuple[str, ...]], make: Callable[[Sequence[K]], Mapping[K, V]]
) -> dict[K, V | None]:
    """As remember, for many values of a kind that are read together: only those that are not remembered are made, all at once.

    `wanted` maps what tells them apart to their tags. What `make` does not return is None, and remembered as that.
    """

    memory = _memory()
    if memory is None:
        found = make(list(wanted))
        return {one: found.get(one) for one in wanted}
    start = (_number_of(reader), name)

    def made(keys: list[Hashable]) -> dict[Hashable, Any]:
        found = make([cast(tuple[Any, K], key)[1] for key in keys])
        return {key: found.get(cast(tuple[Any, K], key)[1]) for key in keys}

    values = memory.get_each({(start, one): tags for one, tags in wanted.items()}, made)
    return {one: values[start, one] for one in wanted}


def _number_of(reader: Actor) -> int:
    """Return what stands for a reader in many keys, where it is cheaper. Two readers never have the same, whoever asks at once."""
    number = _numbers.get(reader)
    return _numbers.setdefault(reader, next(_next_number)) if number is None else number


def _memory() -> Memory | None:
    """Return where the running request may look for what others remembered; None where it has to read everything itself."""
    memory = cast(Memory | None, current_app.extensions.get(MEMORY)) if has_request_context() else None
    return memory if memory is not None and request.method in ("GET", "HEAD") else None
