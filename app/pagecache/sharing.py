"""Pages that readers of one kind share: made once for all of them, with places that are filled in for each.

The whole-page cache in front of Flask has no page for people who are signed in, because each page names its reader. But between two
members who did nothing on a page, nothing else differs. So it is made for a reader without name and number (`for_many`), taken apart
at the places of what is personal, and kept here until the log of changes says that something it shows has changed. What is kept can
hold nothing of anybody, because it was made for nobody. The route says for whom a page may be shared, and fills in its places.
"""

import time
from collections.abc import Collection, Hashable, Mapping
from itertools import accumulate
from typing import Any, cast

from flask import Response, current_app, request, session

from app.core.actor import ANONYMOUS, Actor
from app.core.records import Struct, replace
from app.pagecache.changes import LONGEST, Changes
from app.pagecache.memory import moment_of
from app.pagecache.store import Store
from app.web.compressing import is_gzip_welcome, quickly_gzipped, uncompress
from app.web.headers import vary_by
from app.web.marking import SHOWN, keep_page, keep_until
from app.web.pieces import cut
from app.web.render import personal_parts

# Nobody has this number: who reads for many is a member, and has written nothing.
_NOBODY = 0


class SharedPage(Struct, frozen=True):
    """A page taken apart: all its parts in one, as gzip; where each ends; and of each place the numbers of the parts that stand in it.

    `headers`: of the answer; `facts`: what the route knows of the page to say for whom it is and to fill it in; `shows`, `moment`:
    of what, and as of when it was made, in the sense of `changes`; `until`: when it is too old whatever happened; `is_copied`: whether
    the cache in front may give it out, so that its route does not see each reader.
    """

    packed: bytes
    ends: tuple[int, ...]
    places: Mapping[str, tuple[int, ...]]
    headers: tuple[tuple[str, str], ...]
    facts: Any
    shows: frozenset[str]
    moment: int
    until: float
    is_copied: bool = True

    @property
    def size(self) -> int:
        """Bytes that the page takes."""
        return len(self.packed) + 40 * len(self.ends) + 2_000

    def parts(self) -> list[bytes]:
        """Return the parts of the page."""
        whole, begin, parts = uncompress(self.packed, "gzip"), 0, []
        for end in self.ends:
            parts.append(whole[begin:end])
            begin = end
        return parts

    def fill(self, own: Mapping[str, str]) -> bytes:
        """Return the page with something in place of what stands in some of its places."""
        parts = self.parts()
        for name, text in own.items():
            made = text.encode()
            for number in self.places.get(name, ()):
                parts[number] = made
        return b"".join(parts)


class SharedPages:
    """The shared pages of one process, the least used let go first. Safe between threads."""

    def __init__(self, changes: Changes, most_bytes: int) -> None:
        self._changes = changes
        self._store: Store[SharedPage] = Store(most_bytes)

    def __len__(self) -> int:
        return len(self._store)

    def find(self, key: Hashable) -> SharedPage | None:
        """Return the page of this key, if nothing that it shows has changed. To be asked before a page is made: it looks first."""
        moment_of(self._changes)
        page = self._store.get(key)
        if page is None or page.until < time.monotonic():
            return None
        return page if self._changes.is_current(page.shows, page.moment) else None

    def keep(self, key: Hashable, response: Response, facts: Any, shows: Collection[str] = ()) -> SharedPage:
        """Keep a page that was made for many in this request, and return it.

        `shows`: what it shows, where the cache in front must not know it; otherwise what `keep_page` was told.
        """
        parts, places = cut(response.get_data(as_text=True))
        encoded = [part.encode() for part in parts]
        page = SharedPage(
            packed=quickly_gzipped(b"".join(encoded)),
            ends=tuple(accumulate(map(len, encoded))),
            places={name: tuple(numbers) for name, numbers in places.items()},
            headers=tuple((name, value) for name, value in response.headers if name != "Content-Length"),
            facts=facts,
            shows=frozenset(shows or request.environ[SHOWN]),
            moment=moment_of(self._changes),
            until=time.monotonic() + LONGEST,
            is_copied=not shows,
        )
        self._store.put(key, page)
        return page

    def clear(self) -> None:
        """Forget all pages."""
        self._store.clear()


def may_share(actor: Actor) -> bool:
    """Return whether the running request may be answered with a shared page: not for curators, nor where a message is to be shown."""
    return shared_pages() is not None and not actor.is_curator and request.method == "GET" and "_flashes" not in session


def find_page(key: Hashable) -> SharedPage | None:
    """Return the shared page of this key, if there is a current one. To be asked before a page is made."""
    pages = shared_pages()
    return pages.find(key) if pages is not None else None


def common_reader(actor: Actor) -> Actor:
    """Return the reader who may do just what the actor may, and is nobody."""
    if not actor.is_authenticated:
        return ANONYMOUS
    return replace(actor, id=_NOBODY, name="", display_name="", trust=0)


def filled_in(actor: Actor, page: SharedPage, own: Mapping[str, str] | None = None) -> Response:
    """Return a shared page for an actor who may share it: with their name in the frame, and what else is their own in its places."""
    if page.is_copied:
        keep_page(*page.shows)
        keep_until(page.until)
    frame = personal_parts(actor) if actor.is_authenticated else {}
    parts = {**frame, **(own or {})}
    is_packed = not parts and is_gzip_welcome()  # as it is kept: nothing is to be packed for a visitor
    response: Response = current_app.response_class(page.packed if is_packed else page.fill(parts), headers=page.headers)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
        vary_by(response, "Accept-Encoding")
    return response


def shared_pages() -> SharedPages | None:
    """Return the shared pages of the running application; None where none are kept."""
    return cast(SharedPages | None, current_app.extensions.get("shared_pages"))
