"""What is kept in memory: as many bytes as allowed, least recently asked for first out; whole pages, each compressed when first wanted so."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from app.web.compressing import compress

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Kept:
    """One page as it was sent: headers without length, tag and encoding, and its body in each encoding asked for so far.

    `changed_at`: when what it is about changed last, in seconds since 1970, or 0; `is_packed`: its body is compressed as it is.
    `moment` and `shows`: as of when it was made and of what, in the sense of `changes`; `until`: when it is too old whatever
    happened; `notes`: what must hear of each reader.
    """

    headers: Headers
    etag: str
    shows: frozenset[str]
    moment: int
    until: float
    notes: tuple[Callable[[dict[str, Any]], object], ...]
    bodies: dict[str, bytes] = field(default_factory=dict)
    changed_at: float = 0.0
    is_packed: bool = False

    def body(self, encoding: str) -> bytes:
        """Return the body in an encoding ("", "gzip", "br")."""
        found = self.bodies.get(encoding)
        if found is None:
            found = self.bodies[encoding] = compress(self.bodies[""], encoding)
        return found

    @property
    def size(self) -> int:
        """Bytes that the page takes, with room for its compressed forms."""
        return int(len(self.bodies[""]) * 1.5) + 1_000


class Sized(Protocol):
    """What a store can keep: it knows how many bytes it takes."""

    @property
    def size(self) -> int: ...


Page = TypeVar("Page", bound=Sized)


class Store(Generic[Page]):
    """Pages by key. Safe between threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Page | None:
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: Page) -> None:
        """Keep a page in place of the one of this key, and let go of others until it fits; one that never fits is not kept."""
        with self._lock:
            old = self._pages.pop(key, None)
            if old is not None:
                self._bytes -= old.size
            if page.size > self._most // 4:
                return
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self._most:
                _key, gone = self._pages.popitem(last=False)
                self._bytes -= gone.size

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        """The size of all pages together."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._pages)
