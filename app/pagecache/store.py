"""What is kept in memory: as many bytes as allowed, least recently asked for first out; whole pages, each compressed when first wanted so."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

from app.core.records import Struct, field
from app.web.compressing import SUFFIX, compress, uncompress

Headers = tuple[tuple[str, str], ...]


class Kept(Struct):
    """One page as it was sent: headers without length, tag and encoding, and its body in each encoding asked for so far.

    Plain text takes five times the room of what is sent: it is kept only when somebody asked for it.

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
            found = self.bodies[encoding] = compress(self._plain(), encoding)
        return found

    def _plain(self) -> bytes:
        encoding = next(one for one in SUFFIX if one in self.bodies)
        return uncompress(self.bodies[encoding], encoding)

    @property
    def size(self) -> int:
        """Bytes that the page takes now."""
        return sum(map(len, self.bodies.values())) + 2_000


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
        self._sizes: dict[Hashable, int] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Page | None:
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: Page) -> None:
        """Keep a page in place of the one of this key, and let go of others until it fits; one that never fits is not kept.

        To be called again when a page has grown.
        """
        size = page.size
        with self._lock:
            self._pages.pop(key, None)
            self._bytes -= self._sizes.pop(key, 0)
            if size > self._most // 4:
                return
            self._pages[key], self._sizes[key] = page, size
            self._bytes += size
            while self._bytes > self._most:
                gone, _page = self._pages.popitem(last=False)
                self._bytes -= self._sizes.pop(gone)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._sizes.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        """The size of all pages together."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._pages)
