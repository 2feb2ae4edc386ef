"""The fields of the Whoosh index and how a document becomes their values.

Terms that are scored live in one field, `text`, whose weight for a term is the sum of the weights of the places where it occurs:
measured, that ranks better than a field each and needs a quarter of the posting lists. No text, no positions and no stored
fields are written: hits are named by the column `num`, and phrases are verified on the text in the database.
Whoever changes anything here raises SCHEMA_VERSION: indexes written under another number are rebuilt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Existence

from app.search import analysis, ranking
from app.search.counting import count_document
from app.search.documents import ARTICLE, THREAD, SearchDocument

SCHEMA_VERSION = 4

SOLVED_FLAG = 1
PUBLIC = "public"
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1

# Weights are stored as whole numbers of this unit, in steps of 4 %: half the size, and twice as quick to read. The steps grow with
# the weight, since a formula that divides by weight + K1 sees ratios.
UNIT = 1 / 512
_STEPS = 16  # to double a weight
_MOST = 65_535


def in_units(weights: Iterable[float]) -> npt.NDArray[np.uint16]:
    """Weights as they are stored."""
    levels = np.rint(np.log2(np.fromiter(weights, np.float64)) * _STEPS) / _STEPS
    stored: npt.NDArray[np.uint16] = np.clip(np.rint(np.exp2(levels) / UNIT), 1, _MOST).astype(np.uint16)
    return stored


class TermsField(FieldType):  # type: ignore[misc]
    """Takes terms that are already made, with their weights."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=None, scorable=True)

    def index(self, value: Mapping[str, float], **_: Any) -> list[tuple[bytes, int, float, bytes]]:
        """Postings as Whoosh's own writer wants them; no payload."""
        return [(term.encode(), 1, weight, b"") for term, weight in zip(value, in_units(value.values()).tolist(), strict=True)]

    def postings(self, value: Mapping[str, float]) -> tuple[Collection[str], npt.NDArray[np.uint16] | None]:
        """Terms and stored weights; None for weights that are all 1."""
        return value, in_units(value.values())


class ExactField(FieldType):  # type: ignore[misc]
    """Takes one or several values that are found exactly as they are. Their weights are 1 and count for little."""

    def __init__(self, unique: bool = False) -> None:
        super().__init__(format=Existence(), analyzer=None, unique=unique)

    def index(self, value: str | Iterable[str], **_: Any) -> list[tuple[bytes, int, float, bytes]]:
        """As TermsField."""
        return [(item.encode(), 1, 1.0, b"") for item in self.postings(value)[0]]

    def postings(self, value: str | Iterable[str]) -> tuple[Collection[str], npt.NDArray[np.uint16] | None]:
        """As TermsField."""
        return ((value,) if isinstance(value, str) else dict.fromkeys(value)), None


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
        text=TermsField(),
        head=ExactField(),
        spelling=ExactField(),
    )


def number_of(kind: str, document_id: int) -> int:
    """The value of `num`: the id of a thread, minus the id of an article."""
    return -document_id if kind == ARTICLE else document_id


def name_of(number: int) -> tuple[str, int]:
    """The kind and id behind a value of `num`."""
    return (ARTICLE, -number) if number < 0 else (THREAD, number)


def fields_of(document: SearchDocument, priors: ranking.Priors = ranking.ALL_PRIORS) -> dict[str, Any]:
    """The values of a document for Whoosh's writer."""
    counted = count_document(document)
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
        "card": ranking.card_terms(counted),
        "flags": SOLVED_FLAG if document.is_solved else 0,
        "prior": ranking.prior(document, priors),
        "created": int(document.created_at.timestamp()),
        "votes": max(-_INT32, min(_INT32, document.votes)),
        "views": max(0, min(_INT64, document.views)),
        "text": ranking.weigh(counted),
        "head": counted.head_words,
        # Corrections are offered to everybody, so only words of public documents are offered.
        "spelling": counted.spelling_words if document.audience == PUBLIC else (),
    }
    return {name: value for name, value in fields.items() if value not in ("", (), [], {})}
