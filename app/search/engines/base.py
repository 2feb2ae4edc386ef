"""What any search engine must do, and the values that go in and come out.

An engine stores terms and numbers, never text, and never sees a query string: `app.search.analysis` makes the terms. It knows
documents by key ("t12", "a7") and gives back keys, scores, totals and facet counts, all limited to the audiences in the query.
Must not know Flask, the database or the forum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from app.core.records import Struct, field
from app.search.documents import SearchDocument

SORTS = ("relevance", "newest", "votes", "views")
FACETS = ("kind", "status", "category")


class IndexBusy(Exception):
    """Another writer holds the index: try again later."""


class IndexFull(OSError):
    """There is no room to write: what was indexed before stays, and the same call succeeds once there is room."""


class Word(Struct, frozen=True):
    """One word of a query: a document has it when it has any of the stems. `boost` scales its share of the score."""

    stems: tuple[str, ...]
    boost: float = 1.0


class Filters(Struct, frozen=True):
    """Conditions a hit must meet; empty means no condition. Times are seconds since 1970, `before` is exclusive."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    thread_kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str = ""
    is_solved: bool | None = None
    after: int | None = None
    before: int | None = None


class EngineQuery(Struct, frozen=True):
    """`words` rank (any of them is enough unless `match_all`), `required` must all occur, `excluded` must not.

    `fallback` are unstemmed words looked for in titles and tags when `words` and `required` are empty or match nothing.
    Without any word every document that passes the filters matches. `hints` are pieces of long words: they add to the score of what
    matches, and where `words` (without `required`) match nothing, documents that hold most of them do.
    """

    audiences: tuple[str, ...]
    words: tuple[Word, ...] = ()
    required: tuple[Word, ...] = ()
    excluded: tuple[Word, ...] = ()
    fallback: tuple[str, ...] = ()
    hints: tuple[Word, ...] = ()
    exact_title: str = ""
    filters: Filters = field(default_factory=Filters)
    match_all: bool = False
    sort: str = "relevance"
    offset: int = 0
    limit: int = 10
    facets: bool = False


class Scored(Struct, frozen=True):
    """One hit: `kind` and `id` name the document, a higher `score` is better (or the sort value, when sorted otherwise)."""

    kind: str
    id: int
    score: float

    @property
    def key(self) -> str:
        """The document's key, as SearchDocument.key."""
        return f"{self.kind[0]}{self.id}"


class SearchHits(Struct, frozen=True):
    """One page of hits. `total` is exact. `facets` counts kinds, statuses and categories, each as if it were not filtered by."""

    total: int = 0
    hits: tuple[Scored, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class EngineStats(Struct, frozen=True):
    """State of an index. `is_stale` says that it is missing or was written under other rules and needs a rebuild."""

    engine: str
    documents: int
    deleted: int
    segments: int
    bytes: int
    generation: str
    is_stale: bool
    is_fast: bool


Reload = Callable[[Sequence[str]], tuple[list[SearchDocument], list[str]]]


class SearchEngine(Protocol):
    """One batch given to `apply` is one commit. Every method is safe to call from several threads and processes."""

    def apply(self, upserts: Sequence[SearchDocument], deletes: Sequence[str]) -> None:
        """Writes and removes documents by key in one commit; raises IndexBusy when another writer is at work,
        IndexFull when there is no room."""

    def search(self, query: EngineQuery) -> SearchHits:
        """Finds documents."""

    def similar(
        self, title: Sequence[Word], body: Sequence[Word], audiences: tuple[str, ...], limit: int = 5, exclude: str = ""
    ) -> list[Scored]:
        """Questions and articles closest to a title and text; body words count half; `exclude` is a key to leave out."""

    def complete(self, words: Sequence[str], prefix: str, audiences: tuple[str, ...], limit: int = 8) -> list[Scored]:
        """Documents whose title or tags hold all `words` and a word that begins with `prefix`, best known first."""

    def vocabulary(self) -> Iterable[tuple[str, int]]:
        """Words of public documents as people write them, each with the number of documents that hold it."""

    def corrections(self, words: Sequence[str]) -> dict[str, str]:
        """For words that no public document holds: the likeliest intended word; words without a good guess are left out."""

    def rebuild(self, documents: Iterable[SearchDocument], reload: Reload) -> int:
        """Writes a new index beside the old and switches to it; `reload` is called with keys changed meanwhile."""

    def generation(self) -> str:
        """Names the state of the index that is searched now: another name after each commit, '' when there is none or it cannot
        be told. What was found may be remembered as long as the name stays."""

    def keys(self) -> set[str]:
        """Keys of all documents in the index."""

    def stamps(self) -> dict[str, int]:
        """Keys of all documents in the index, each with the `SearchDocument.stamp` it was written with."""

    def is_stale(self) -> bool:
        """Whether the index is missing, damaged, or was written under other rules, so that it needs a rebuild. Asked at each commit."""

    def stats(self) -> EngineStats:
        """Counts and sizes for operators."""
