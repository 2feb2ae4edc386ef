"""How a document becomes a row of the PostgreSQL index: its terms with their impact, its words as written, and its cell.

PostgreSQL's own parsers and dictionaries are not used: the terms are those of `app.search.analysis`, as in every engine. What
ts_rank lacks is written into the vector: a term's one to three positions do not say where it stands but, by their labels, how
much it counts in this document (BM25F with the weights of `app.search.ranking`), so that `idf * ts_rank(vector, term)` is a
term's share of the score. Whoever changes anything here raises LAYOUT_VERSION: indexes written under another number are rebuilt.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise, product
from typing import NamedTuple

from app.core.records import Struct
from app.search import analysis, ranking
from app.search.counting import CountedDocument, count_document
from app.search.documents import ARTICLE, THREAD, SearchDocument, make_key
from app.search.ranking import K1

LAYOUT_VERSION = 1

# Weights that ts_rank gives to the labels D, C, B and A: with them, up to three positions tell 84 levels apart that lie a few
# per cent from each other in the middle of the scale. Chosen by trying 6,000 sets.
LABEL_WEIGHTS = (0.0621, 0.1024, 0.2437, 0.4969)
LABELS = "DCBA"
MOST_POSITIONS = 3
RANK_UNIT = 1.64493406685 * (K1 + 1.0)  # ts_rank divides by the first; impacts are stored as shares of K1 + 1

# Marks of terms that are no words of the text; analysis makes no term that begins with one of them.
STRONG = "^:"  # the document is, more than others, about this word
TAG = "#:"
AUTHOR = "@:"
STRONG_IMPACT = 0.55  # what a word in the title of a thread of average length reaches

MOST_VECTOR = 900_000  # bytes; PostgreSQL takes at most 1 MiB of words, so the terms that count least are left out
PUBLIC = "public"
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1


class Cell(NamedTuple):
    """Everything about a document that results are filtered by or counted by; few different ones exist."""

    audience: str
    kind: str
    thread_kind: str
    category: str
    status: str
    is_solved: bool


class Row(Struct, frozen=True):
    """One document as it is stored; `terms` and `head` are texts of tsvectors, `words` what "did you mean" may offer."""

    number: int
    cell: Cell
    stamp: int
    created: int
    votes: int
    views: int
    prior: float
    title: int | None
    terms: str
    head: str
    card: str | None
    words: list[str]


def number_of(kind: str, document_id: int) -> int:
    """The number of a row: the id of a thread, minus the id of an article."""
    return -document_id if kind == ARTICLE else document_id


def name_of(number: int) -> tuple[str, int]:
    """The kind and id behind the number of a row."""
    return (ARTICLE, -number) if number < 0 else (THREAD, number)


def key_of(number: int) -> str:
    """The key behind the number of a row."""
    return make_key(*name_of(number))


def quoted(term: str) -> str:
    """A term as it stands in the text of a tsvector or tsquery."""
    escaped = term.replace("\0", "").replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def title_number(title_key: str) -> int | None:
    """A title's key as a number of 64 bits; None for a title without words."""
    return int.from_bytes(bytes.fromhex(title_key), "big", signed=True) if title_key else None


def _rank(weights: tuple[float, ...]) -> float:
    """What ts_rank makes of a term with these labels, without its constant divisor: the best in full, the rest by place."""
    best = max(weights)
    place = weights.index(best) + 1
    return best + sum(weight / (at * at) for at, weight in enumerate(weights, start=1)) - best / (place * place)


def _levels() -> tuple[list[float], list[str]]:
    found: dict[float, str] = {}
    for count in range(1, MOST_POSITIONS + 1):
        for labels in product(range(len(LABELS)), repeat=count):
            level = round(_rank(tuple(LABEL_WEIGHTS[label] for label in labels)), 5)
            found.setdefault(level, ",".join(f"{at}{LABELS[label]}" for at, label in enumerate(labels, start=1)))
    return sorted(found), [found[level] for level in sorted(found)]


_VALUES, _POSITIONS = _levels()
_BOUNDS = [math.sqrt(low * high) for low, high in pairwise(_VALUES)]


def positions(impact: float) -> str:
    """The positions whose rank is nearest to an impact, which is a share of K1 + 1."""
    return _POSITIONS[bisect_left(_BOUNDS, impact)]


def impact(weight: float) -> float:
    """A term's share of K1 + 1 in a document: BM25F without idf."""
    return weight / (weight + K1)


def _vector(terms: Iterable[str]) -> str:
    return " ".join(quoted(term) for term in dict.fromkeys(terms))


def _terms(counted: CountedDocument) -> str:
    """The vector: first what documents are filtered by, then the terms that count most, as many as there is room for."""
    marked = [f"{TAG}{tag.casefold()}" for tag in counted.document.tags] + [f"{AUTHOR}{counted.document.author.casefold()}"]
    entries, size = [quoted(term) for term in dict.fromkeys(marked)], 0
    for term, weight in sorted(ranking.weigh(counted).items(), key=lambda found: -found[1]):
        share = impact(weight)
        entries.append(f"{quoted(term)}:{positions(share)}")
        if share >= STRONG_IMPACT:
            entries.append(quoted(f"{STRONG}{term}"))
        size += 2 * len(term.encode()) + 24
        if size > MOST_VECTOR:
            break
    return " ".join(entries)


def row_of(document: SearchDocument, priors: ranking.Priors) -> Row:
    """The row of a document."""
    counted = count_document(document)
    return Row(
        number=number_of(document.kind, document.id),
        cell=_cell(document),
        stamp=document.stamp,
        created=int(document.created_at.timestamp()),
        votes=max(-_INT32, min(_INT32, document.votes)),
        views=max(0, min(_INT64, document.views)),
        prior=ranking.prior(document, priors),
        title=title_number(analysis.title_key(document.title)),
        terms=_terms(counted),
        head=_vector(counted.head_words),
        card=_vector(ranking.card_terms(counted)) if document.is_card else None,
        # Corrections are offered to everybody, so only words of public documents are offered.
        words=counted.spelling_words if document.audience == PUBLIC else [],
    )


def _cell(document: SearchDocument) -> Cell:
    return Cell(document.audience, document.kind, document.thread_kind, document.category, document.status, document.is_solved)
