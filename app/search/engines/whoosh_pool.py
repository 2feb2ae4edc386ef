"""The postings of one commit, grouped by term at its end.

Takes the place of Whoosh's sorting pool, which keeps a tuple for each posting and spills to disk. Knows no files.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import count

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]
Units = npt.NDArray[np.uint16]


class _Field:
    """Postings of one field in the order of documents, three flat arrays: the number of the term, the document, the weight."""

    def __init__(self) -> None:
        self.names: defaultdict[str, int] = defaultdict(count().__next__)
        self.terms, self.documents, self.weights = array("I"), array("I"), array("H")

    def add(self, number: int, terms: Collection[str], weights: Units | None) -> None:
        size = len(terms)
        self.terms.extend(map(self.names.__getitem__, terms))
        self.documents.extend(array("I", (number,)) * size)
        if weights is None:
            self.weights.extend(array("H", (1,)) * size)
        else:
            self.weights.frombytes(weights.tobytes())

    def extend(self, terms: Sequence[str], owners: npt.NDArray[np.intp], documents: Numbers, weights: Units) -> None:
        numbers = np.zeros(len(terms), np.uint32)
        for owner in np.flatnonzero(np.bincount(owners)).tolist():
            numbers[owner] = self.names[terms[owner]]
        self.terms.frombytes(numbers[owners].tobytes())
        self.documents.frombytes(documents.tobytes())
        self.weights.frombytes(weights.tobytes())

    def lists(self) -> Iterator[tuple[bytes, Numbers, Units]]:
        if not self.names:
            return
        names = sorted(self.names)
        ranks = np.empty(len(names), np.uint32)
        ranks[[self.names[name] for name in names]] = np.arange(len(names), dtype=np.uint32)
        places = ranks[np.frombuffer(self.terms, np.uint32)]
        order = _stable_order(places)
        documents, weights = np.frombuffer(self.documents, np.uint32)[order], np.frombuffer(self.weights, np.uint16)[order]
        ends = np.cumsum(np.bincount(places, minlength=len(names))).tolist()
        start = 0
        for name, end in zip(names, ends, strict=True):
            yield name.encode(), documents[start:end], weights[start:end]
            start = end


def _stable_order(places: Numbers) -> npt.NDArray[np.intp]:
    """As argsort(kind="stable"), in two passes over sixteen bits each: for these numpy counts instead of comparing."""
    low = np.argsort(places.astype(np.uint16), kind="stable")
    if places.max() < 65_536:
        return low
    return low[np.argsort((places >> np.uint32(16)).astype(np.uint16)[low], kind="stable")]


class PostingPool:
    """Collects the postings of one commit. Needs about ten bytes a posting and thirty at the end, so writers of many documents
    commit now and then."""

    def __init__(self) -> None:
        self._fields: dict[str, _Field] = {}

    @property
    def fieldnames(self) -> set[str]:
        """Whoosh's writer asks for the names of fields."""
        return set(self._fields)

    def add(self, field: str, number: int, terms: Collection[str], weights: Units | None) -> int:
        """The terms of one field of a document, whose number is higher than those before; returns how many they are. No weights:
        all are 1."""
        self._field(field).add(number, terms, weights)
        return len(terms)

    def extend(
        self,
        field: str,
        terms: Sequence[str],
        owners: npt.NDArray[np.intp],
        documents: npt.NDArray[np.int32],
        weights: npt.NDArray[np.float32],
    ) -> None:
        """Many postings of one field, term by term: `owners` has the place of each one's term in `terms`. Their documents have higher
        numbers than those added before."""
        self._field(field).extend(terms, owners, documents.astype(np.uint32), weights.astype(np.uint16))

    def lists(self, field: str) -> Iterator[tuple[bytes, Numbers, Units]]:
        """Each term of a field in order, with its documents, ascending, and its weight in each."""
        return self._field(field).lists()

    def iter_postings(self) -> PostingPool:
        """Whoosh asks for the postings here and passes them on to what writes them."""
        return self

    def cleanup(self) -> None:
        """Forgets everything."""
        self._fields.clear()

    def _field(self, name: str) -> _Field:
        found = self._fields.get(name)
        if found is None:
            found = self._fields[name] = _Field()
        return found
