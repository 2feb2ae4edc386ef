"""The fields of the Whoosh index and how a document becomes their values.

Terms that are scored live in one field, `text`, whose weight for a term is the sum of the weights of the places where it occurs:
measured, that ranks better than a field each and needs a quarter of the posting lists. No text, no positions and no stored
fields are written: hits are named by the column `num`, and phrases are verified on the text in the database.
Whoever changes anything here raises SCHEMA_VERSION: indexes written under another number are rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Existence

from app.search import analysis, ranking
from app.search.documents import ARTICLE, THREAD, SearchDocument

SCHEMA_VERSION = 3

SOLVED_FLAG = 1
PUBLIC = "public"
SPELLING_CHARS = 4_000  # of the question or article that feed "did you mean"; later text adds rare words only
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1

Counts = Mapping[str, tuple[int, float]]


class TermsField(FieldType):  # type: ignore[misc]
    """Takes terms that are already made: {term: (occurrences, weight)}."""

    def __init__(self, scorable: bool) -> None:
        super().__init__(format=Existence(), analyzer=None, scorable=scorable)

    def index(self, value: Counts, **_: Any) -> list[tuple[bytes, int, float, bytes]]:
        """Postings as Whoosh's writer wants them; no payload."""
        return [(term.encode(), count, weight, b"") for term, (count, weight) in value.items()]


class ExactField(FieldType):  # type: ignore[misc]
    """Takes one or several values that are found exactly as they are."""

    def __init__(self, unique: bool = False) -> None:
        super().__init__(format=Existence(), analyzer=None, unique=unique)

    def index(self, value: str | Iterable[str], **_: Any) -> list[tuple[bytes, int, float, bytes]]:
        """Postings of weight 1."""
        values = (value,) if isinstance(value, str) else value
        return [(item.encode(), 1, 1.0, b"") for item in dict.fromkeys(values)]


def make_schema() -> Schema:
    """The schema of a new index, and of every index that is read (the one pickled in the files is ignored)."""
    return Schema(
        key=ExactField(unique=True),
        num=COLUMN(NumericColumn("q")),
        stamp=COLUMN(NumericColumn("q")),
        kind=ExactField(),
        audience=ExactField(),
        category=ExactField(),
        status=ExactField(),
        thread_kind=ExactField(),
        author=ExactField(),
        tag=ExactField(),
        title=ExactField(),
        card=ExactField(),
        flags=COLUMN(NumericColumn("B")),
        prior=COLUMN(NumericColumn("f")),
        created=COLUMN(NumericColumn("q")),
        votes=COLUMN(NumericColumn("i")),
        views=COLUMN(NumericColumn("q")),
        text=TermsField(scorable=True),
        head=TermsField(scorable=False),
        spelling=TermsField(scorable=False),
    )


def number_of(kind: str, document_id: int) -> int:
    """The value of `num`: the id of a thread, minus the id of an article."""
    return -document_id if kind == ARTICLE else document_id


def name_of(number: int) -> tuple[str, int]:
    """The kind and id behind a value of `num`."""
    return (ARTICLE, -number) if number < 0 else (THREAD, number)


def _existence(words: Iterable[str]) -> dict[str, tuple[int, float]]:
    return dict.fromkeys(words, (1, 1.0))


def fields_of(document: SearchDocument, priors: ranking.Priors = ranking.ALL_PRIORS) -> dict[str, Any]:
    """The values of a document for Whoosh's writer."""
    head = " ".join((document.title, *document.tags, document.asked_as))
    # Corrections are offered to everybody, so only words of public documents are offered.
    spelling = f"{head} {document.body[:SPELLING_CHARS]}" if document.audience == PUBLIC else ""
    fields = {
        "key": document.key,
        "num": number_of(document.kind, document.id),
        "stamp": document.stamp,
        "kind": document.kind,
        "audience": document.audience,
        "category": document.category,
        "status": document.status,
        "thread_kind": document.thread_kind,
        "author": document.author.casefold(),
        "tag": tuple(tag.casefold() for tag in document.tags),
        "title": analysis.title_key(document.title),
        "card": ranking.card_terms(document),
        "flags": SOLVED_FLAG if document.is_solved else 0,
        "prior": ranking.prior(document, priors),
        "created": int(document.created_at.timestamp()),
        "votes": max(-_INT32, min(_INT32, document.votes)),
        "views": max(0, min(_INT64, document.views)),
        "text": ranking.weigh(document),
        "head": _existence(analysis.surface_words(head, single=True)),
        "spelling": _existence(analysis.spelling_words(spelling)),
    }
    return {name: value for name, value in fields.items() if value not in ("", (), {})}
