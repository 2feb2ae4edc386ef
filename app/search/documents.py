"""What search knows about the rest of the program: documents, cards to show, and the sources that provide both.

The packages above register a source for each kind; search never imports them. Must hold no SQL and no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from app.core.actor import Actor
from app.core.records import Struct, field_names
from app.jobs.queue import enqueue

SYNC_JOB = "search.sync"
THREAD = "thread"
ARTICLE = "article"
KINDS = (THREAD, ARTICLE)
# They change with every reader, so that an index follows them only when something else changes or it is rebuilt.
_DRIFTING = frozenset({"votes", "views", "confirmed", "active_at"})


class SearchDocument(Struct, frozen=True):
    """A whole thread or article as it goes into an index. Text is plain; `asked_as` and `answers` hold one text a line.

    `audience` is public, members or staff; `category` a slug or ''; `thread_kind` question, discussion or '' (articles);
    `author` the account name; `lang` a declared code such as "de", or '' to have it guessed. `is_card`: one of its answers is
    pinned as an answer card, so that it comes first for its own words. `confirmed`: readers for whom an answer worked, less those for
    whom it did not. `needs_work`: readers say that an article does not help them.
    """

    kind: str
    id: int
    audience: str
    category: str
    status: str
    thread_kind: str
    tags: tuple[str, ...]
    title: str
    body: str
    answers: str
    asked_as: str
    author: str
    votes: int
    views: int
    created_at: datetime
    active_at: datetime
    is_solved: bool
    lang: str = ""
    is_card: bool = False
    confirmed: int = 0
    needs_work: bool = False

    @property
    def key(self) -> str:
        """t12 for thread 12, a7 for article 7."""
        return make_key(self.kind, self.id)

    @property
    def stamp(self) -> int:
        """A number of 64 bits that differs when the content does, for comparing an index with what is stored."""
        values = [getattr(self, name) for name in field_names(self) if name not in _DRIFTING]
        return int.from_bytes(blake2b(repr(values).encode("utf-8", "replace"), digest_size=8).digest(), signed=True)


class HitCard(Struct, frozen=True):
    """What a result page shows of one document. `text` is the plain text of the question, discussion or article; `answers` are the
    beginnings of the best answers, one a line, where texts were asked for (`Source.texts`).

    `answer` is the accepted answer in plain text, where there is one, or with `is_card` the one pinned on top; `article_id` the
    article that maintains a thread.
    """

    kind: str
    id: int
    title: str
    path: str
    status: str
    text: str
    answers: str = ""
    excerpt: str = ""
    author: str = ""
    answer_count: int = 0
    created_at: datetime | None = None
    category_name: str = ""
    tags: tuple[str, ...] = ()
    thread_kind: str = ""
    is_solved: bool = False
    answer: str = ""
    article_id: int | None = None
    audience: str = "public"
    is_card: bool = False

    @property
    def key(self) -> str:
        """As SearchDocument.key."""
        return make_key(self.kind, self.id)


class TitleCard(Struct, frozen=True):
    """What a list of links shows of one document; `thread_kind` and `article_id` as in HitCard."""

    kind: str
    id: int
    title: str
    path: str
    status: str
    thread_kind: str = ""
    article_id: int | None = None

    @property
    def key(self) -> str:
        """As SearchDocument.key."""
        return make_key(self.kind, self.id)


LoadMany = Callable[[Sequence[int]], dict[int, SearchDocument]]
AllIds = Callable[[], Iterable[int]]
Present = Callable[[Sequence[int], Actor], dict[int, HitCard]]
Titles = Callable[[Sequence[int], Actor], dict[int, TitleCard]]


class Source(Struct, frozen=True):
    """How one kind of document is read. An id missing from `load_many` is deleted, one missing from `present` or `titles` is not shown.

    `texts` gives the same cards as `present`, with answers to cut snippets from and tags.
    """

    load_many: LoadMany
    all_ids: AllIds
    present: Present
    titles: Titles
    texts: Present


CategoryNames = Callable[[Actor], dict[str, str]]

_sources: dict[str, Source] = {}
_category_names: list[CategoryNames] = []


def make_key(kind: str, document_id: int) -> str:
    """The key of a document."""
    return f"{kind[0]}{document_id}"


def split_key(key: str) -> tuple[str, int]:
    """The kind and id in a key; raises ValueError for anything else."""
    for kind in KINDS:
        if key[:1] == kind[0]:
            return kind, int(key[1:])
    raise ValueError(f"{key!r} is not the key of a document.")


def register_source(
    kind: str, load_many: LoadMany, all_ids: AllIds, present: Present, titles: Titles, texts: Present | None = None
) -> None:
    """Names the functions that read documents of a kind; the last registration counts.

    `present`, `titles` and `texts` (where answers are read apart) check visibility for the actor again and take one SQL statement each.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of document called {kind!r}.")
    _sources[kind] = Source(load_many, all_ids, present, titles, texts or present)


def source_of(kind: str) -> Source:
    """The source of a kind; raises LookupError when none is registered."""
    found = _sources.get(kind)
    if found is None:
        raise LookupError(f"No source is registered for {kind!r}.")
    return found


def registered_kinds() -> tuple[str, ...]:
    """Kinds that have a source, threads first."""
    return tuple(kind for kind in KINDS if kind in _sources)


def register_category_names(names: CategoryNames) -> None:
    """Names the function that gives slug and name of the categories an actor may read, in order; one SQL statement."""
    _category_names[:] = [names]


def category_names(actor: Actor) -> dict[str, str]:
    """Slug and name of the categories the actor may read; empty when nobody registered them."""
    return _category_names[0](actor) if _category_names else {}


def request_sync(kind: str, document_id: int) -> None:
    """Has the index follow the stored state of one document soon; call it inside the unit of work that changes it."""
    enqueue(SYNC_JOB, {"kind": kind, "id": document_id}, dedupe_key=f"search:{kind}:{document_id}")
