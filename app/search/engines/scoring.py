"""Ranking over whole posting lists with NumPy: BM25F, filters, facet counts and the best k. Knows no files.

Score of a document = sum over the query's words of
    boost * idf * w * (K1 + 1) / (w + K1)        BM25F (Robertson and Zaragoza, 2009)
with w the weight of the word in the document, in which lengths are accounted for, idf = ln(N / (df + 1)) + 1 (Whoosh's; N and df count
deleted documents until they are merged away), times the prior that was stored with the document (see `app.search.ranking`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.core.records import Struct, replace
from app.search.engines.base import FACETS, EngineQuery, Filters, Word
from app.search.ranking import CARD_MATCH, CARD_WORDS, EXACT_TITLE, K1, MOST_HINTS, idf

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Postings = tuple[Ints, Floats]

# Lists that hold more than one document in so many are merged without sorting.
SPARSE = 32
# Of so many keys, whichever they are, the best tell which of all cannot be among the best.
SAMPLE = 2_000


class Segment(Protocol):
    """One immutable piece of an index: document numbers count from 0 within it."""

    count: int
    number: Longs
    created: Longs
    votes: Longs
    views: Longs
    is_solved: Mask
    prior: Floats

    def postings(self, field: str, term: str) -> Postings:
        """Documents that hold a term, ascending and with deleted ones, and its weight in each."""

    def codes(self, field: str) -> tuple[tuple[str, ...], Ints]:
        """The values of a field that holds one a document, and for each document the index of its value (0: none, '')."""

    def facets(self) -> tuple[tuple[tuple[str, ...], ...], Ints]:
        """The values of all FACETS, and for each document one number for its values: their indexes, as of a cell in a table."""

    def readable(self, audiences: tuple[str, ...]) -> Mask:
        """Documents for these audiences. Shared: not to be changed."""


class Part(Struct, frozen=True):
    """A segment as one snapshot of the index sees it. `live` is None when nothing is deleted."""

    segment: Segment
    live: Mask | None


Score = Callable[[Sequence[Word], str], list[Floats]]


class Matches(Struct, frozen=True):
    """What a query finds in one part: documents, ascending, and their scores."""

    part: Part
    ids: npt.NDArray[np.intp]
    scores: Floats


def merged(segment: Segment, field: str, stems: Iterable[str]) -> Postings:
    """Postings of a word: those of its stems, weights added up where a document has several."""
    lists = [found for found in (segment.postings(field, stem) for stem in stems) if len(found[0])]
    if not lists:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    if len(lists) == 1:
        return lists[0]
    every, every_weight = np.concatenate([found[0] for found in lists]), np.concatenate([found[1] for found in lists])
    if len(every) * SPARSE > segment.count:  # sooner added up for each document there is than sorted
        weights = np.bincount(every, every_weight, segment.count)
        ids = np.flatnonzero(weights)
        return ids.astype(np.int32), weights[ids].astype(np.float32)
    ids, places = np.unique(every, return_inverse=True)
    return ids.astype(np.int32), np.bincount(places, every_weight).astype(np.float32)


def block_scores(parts: Sequence[Part], words: Sequence[Word], field: str) -> list[Floats]:
    """BM25F of every document of every part, 0 where no word occurs."""
    documents = max(1, sum(part.segment.count for part in parts))
    scores = [np.zeros(part.segment.count, np.float32) for part in parts]
    for word in words:
        lists = [merged(part.segment, field, word.stems) for part in parts]
        weight = idf(documents, sum(len(ids) for ids, _ in lists)) * word.boost * (K1 + 1.0)
        for (ids, weights), sums in zip(lists, scores, strict=True):
            if len(ids):
                np.add.at(
                    sums, ids, np.float32(weight) * weights / (weights + np.float32(K1))
                )  # less than half of `sums[ids] +=`
    return scores


def holds(segment: Segment, field: str, terms: Iterable[str]) -> Mask:
    """Documents that hold any of the terms."""
    mask = np.zeros(segment.count, np.bool_)
    for term in terms:
        mask[segment.postings(field, term)[0]] = True
    return mask


def _carded(segment: Segment, words: Sequence[Word]) -> Ints:
    """Documents with an answer card that hold every word in their title, tags or wordings. Cards are few, so this is quick."""
    ids = np.empty(0, np.int32)
    if len(words) < CARD_WORDS:
        return ids
    for position, word in enumerate(words):
        held = merged(segment, "card", word.stems)[0]
        ids = np.intersect1d(ids, held) if position else held
        if not len(ids):
            break
    return ids


def _allowed(segment: Segment, field: str, values: Sequence[str], ids: npt.NDArray[np.intp]) -> Mask:
    names, codes = segment.codes(field)
    table = np.fromiter((name in values for name in names), np.bool_, len(names))
    return table[codes[ids]]


def _readable(part: Part, filters: Filters, audiences: tuple[str, ...]) -> Mask:
    """Documents that may be shown and pass the filters that are not facets."""
    segment = part.segment
    mask = segment.readable(audiences).copy()
    if part.live is not None:
        mask &= part.live
    for tag in filters.tags:
        mask &= holds(segment, "tag", (tag,))
    if filters.author:
        mask &= holds(segment, "author", (filters.author,))
    if filters.is_solved is not None:
        mask &= segment.is_solved == filters.is_solved
    if filters.after is not None:
        mask &= segment.created >= filters.after
    if filters.before is not None:
        mask &= segment.created < filters.before
    return mask


def _match_part(part: Part, scores: Floats | None, query: EngineQuery, field: str) -> Matches:
    segment = part.segment
    mask = _readable(part, query.filters, query.audiences)
    needed = (*query.required, *query.words) if query.match_all else query.required
    for word in needed:
        mask &= holds(segment, field, word.stems)
    for word in query.excluded:
        mask &= ~holds(segment, "text", word.stems)
    if scores is None:
        ids = np.flatnonzero(mask)
        found = np.zeros(len(ids), np.float32)
    else:
        ids = np.flatnonzero(mask & (scores > 0))
        found = scores[ids] * segment.prior[ids]
        if query.exact_title:
            found[holds(segment, "title", (query.exact_title,))[ids]] *= EXACT_TITLE
        carded = _carded(segment, (*query.required, *query.words))
        if len(carded):
            found[np.isin(ids, carded)] *= CARD_MATCH
    if query.filters.thread_kinds:
        keep = _allowed(segment, "thread_kind", query.filters.thread_kinds, ids)
        ids, found = ids[keep], found[keep]
    return Matches(part, ids, found)


def match(parts: Sequence[Part], score: Score, query: EngineQuery, field: str = "text") -> list[Matches]:
    """Everything that matches the words and the filters that are not facets, by part."""
    words = (*query.required, *query.words)
    if not words:
        return [_match_part(part, None, query, field) for part in parts]
    scores = score(words, field)
    if query.hints and field == "text":
        _add_hints(parts, scores, score, query.hints)
    return [_match_part(part, sums, query, field) for part, sums in zip(parts, scores, strict=True)]


def _add_hints(parts: Sequence[Part], scores: list[Floats], score: Score, hints: Sequence[Word]) -> None:
    known = [hint for hint in hints if any(len(merged(part.segment, "text", hint.stems)[0]) for part in parts)]
    for sums, extra in zip(scores, score(known, "text") if known else (), strict=False):
        sums += np.where(sums > 0, extra, 0)


def match_hints(parts: Sequence[Part], score: Score, query: EngineQuery) -> list[Matches]:
    """As `match`, of documents that hold at least MOST_HINTS of the query's hints."""

    def score_most(words: Sequence[Word], field: str) -> list[Floats]:
        most = [
            sum(holds(part.segment, field, word.stems).astype(np.int32) for word in words) >= MOST_HINTS * len(words)
            for part in parts
        ]
        return [np.where(mask, sums, np.float32(0)) for mask, sums in zip(most, score(words, field), strict=True)]

    return match(parts, score_most, replace(query, words=query.hints, hints=()))


def _facet_filters(query: EngineQuery) -> dict[str, tuple[str, ...]]:
    filters = query.filters
    return {"kind": filters.kinds, "status": filters.statuses, "category": filters.categories}


def narrow(matches: Sequence[Matches], query: EngineQuery) -> tuple[list[Matches], dict[str, dict[str, int]]]:
    """Apply the filters by facet; with `query.facets`, count the values of each facet among what passes the other two."""
    wanted = _facet_filters(query)
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS} if query.facets else {}
    narrowed = []
    for found in matches:
        segment = found.part.segment
        passes = {facet: _allowed(segment, facet, values, found.ids) for facet, values in wanted.items() if values}
        if counts and not passes:
            _count_together(found, counts)
        else:
            for facet, totals in counts.items():
                _count(found, facet, [mask for name, mask in passes.items() if name != facet], totals)
        for mask in _all_of(list(passes.values())):
            found = Matches(found.part, found.ids[mask], found.scores[mask])
        narrowed.append(found)
    return narrowed, counts


def _all_of(masks: Sequence[Mask]) -> list[Mask]:
    return [np.logical_and.reduce(masks)] if masks else []


def _count(found: Matches, facet: str, masks: Sequence[Mask], totals: dict[str, int]) -> None:
    ids = found.ids
    for mask in _all_of(masks):
        ids = ids[mask]
    names, codes = found.part.segment.codes(facet)
    _add(names, np.bincount(codes[ids], minlength=len(names)), totals)


def _count_together(found: Matches, counts: dict[str, dict[str, int]]) -> None:
    """Count all facets in one pass, where nothing is left out for any of them."""
    names, codes = found.part.segment.facets()
    table = np.bincount(codes[found.ids], minlength=math.prod(map(len, names))).reshape([len(values) for values in names])
    for axis, (facet, values) in enumerate(zip(FACETS, names, strict=True)):
        others = tuple(other for other in range(len(FACETS)) if other != axis)
        _add(values, table.sum(axis=others), counts[facet])


def _add(names: Sequence[str], counted: Longs, totals: dict[str, int]) -> None:
    for name, count in zip(names, counted.tolist(), strict=True):
        if name and count:
            totals[name] = totals.get(name, 0) + count


def _sort_keys(found: Matches, sort: str) -> npt.NDArray[np.float64]:
    segment = found.part.segment
    columns = {"newest": segment.created, "votes": segment.votes, "views": segment.views}
    values = columns[sort][found.ids] if sort in columns else found.scores
    return values.astype(np.float64)


def _best(keys: npt.NDArray[np.float64], numbers: Longs, count: int) -> npt.NDArray[np.intp]:
    """Indexes of the `count` highest keys; among equal keys the highest number wins, so that pages do not overlap."""
    if count <= 0:
        return np.empty(0, np.intp)
    if len(keys) > SAMPLE > count:
        hopeful = np.flatnonzero(keys >= _least_of_best(keys[:SAMPLE], count))
        if len(hopeful) < len(keys):
            return hopeful[_best(keys[hopeful], numbers[hopeful], count)]
    if len(keys) > count:
        least = _least_of_best(keys, count)
        above, equal = np.flatnonzero(keys > least), np.flatnonzero(keys == least)
        missing = count - len(above)
        if len(equal) > missing:
            equal = equal[np.argpartition(-numbers[equal], missing - 1)[:missing]]
        chosen = np.concatenate([above, equal])
    else:
        chosen = np.arange(len(keys))
    return chosen[np.lexsort((-numbers[chosen], -keys[chosen]))]


def _least_of_best(keys: npt.NDArray[np.float64], count: int) -> np.float64:
    """The lowest of the `count` highest of more keys."""
    return np.partition(keys, len(keys) - count)[len(keys) - count]  # type: ignore[no-any-return]


def best(matches: Sequence[Matches], sort: str, offset: int, limit: int) -> list[tuple[int, float]]:
    """One page of (number, sort value), best first."""
    keys, numbers = [np.empty(0)], [np.empty(0, np.int64)]
    for found in matches:
        part_keys, part_numbers = _sort_keys(found, sort), found.part.segment.number[found.ids]
        top = _best(part_keys, part_numbers, offset + limit)
        keys.append(part_keys[top])
        numbers.append(part_numbers[top])
    all_keys, all_numbers = np.concatenate(keys), np.concatenate(numbers)
    page = _best(all_keys, all_numbers, offset + limit)[offset:]
    return list(zip(all_numbers[page].tolist(), all_keys[page].tolist(), strict=True))
