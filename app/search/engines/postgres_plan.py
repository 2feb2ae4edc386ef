"""Which rows of the PostgreSQL index are worth ranking, where a query of common words matches more than can be ranked in time.

Reading a row's vector is dear, so about BUDGET rows are read: the title asked for, rows that hold all words, rows with the rarest
words, rows that are strongly about a rare word, and rows that are strongly about two of the words. The last are what makes up for
the cut: a document that comes first without a rare word is nearly always about two of the others. Must not run statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

from app.core.records import Struct
from app.search.engines.base import Word
from app.search.engines.postgres_rows import STRONG, quoted, title_number

BUDGET = 1_500  # rows that are ranked where more match; each costs 10 to 20 microseconds
WHOLE = 200  # rows of one tier, those with the highest prior
RARE = 500
STRONG_ROWS = 300
PAIRS = 800
HINTED_ROWS = 60_000  # entries of the index that are counted to find what holds most of the hints
PAIRED = 8  # words, from the rarest, of which pairs are made

Frequencies = Callable[[Sequence[Sequence[str]]], tuple[int, ...]]


class Clause(Struct, frozen=True):
    """A condition on rows with its values."""

    text: str
    values: tuple[Any, ...] = ()

    def and_(self, *others: Clause) -> Clause:
        """Both conditions."""
        kept = [clause for clause in (self, *others) if clause.text != "true"]
        text = " AND ".join(clause.text for clause in kept) or "true"
        return Clause(text, tuple(value for clause in kept for value in clause.values))


EVERYTHING = Clause("true")


def one_of(terms: Iterable[str]) -> str:
    """A part of a tsquery: any of these terms."""
    return f"({' | '.join(map(quoted, terms))})"


def all_of(words: Sequence[Word]) -> list[str]:
    """Parts of a tsquery, one for each word."""
    return [one_of(word.stems) for word in words]


def holding(parts: Sequence[str], column: str = "terms") -> Clause:
    """Rows whose vector satisfies every part of a tsquery."""
    return Clause(f"{column} @@ %s::tsquery", (" & ".join(parts),)) if parts else EVERYTHING


def all_rows(matching: Clause, limit: int = 0) -> Clause:
    """The numbers of all rows that match, or of those with the highest prior."""
    order = f" ORDER BY prior DESC, number DESC LIMIT {limit}" if limit else ""
    return Clause(f"SELECT number FROM {{document}} WHERE {matching.text}{order}", matching.values)


def counted_hints(hints: Iterable[tuple[Word, int]]) -> tuple[list[Word], int]:
    """The hints by which rows are found, given with their frequency, and the number of hints asked of, unknown ones included.

    These are all hints, or where they are in too many rows the rarest, which tell most.
    """
    kept: list[Word] = []
    asked = rows = 0
    for word, frequency in sorted(hints, key=lambda pair: pair[1]):
        rows += frequency
        if kept and rows > HINTED_ROWS:
            break
        asked += 1
        if frequency:
            kept.append(word)
    return kept, asked


def _within(budget: int, groups: Iterable[tuple[int, Sequence[str]]], at_least: int) -> list[str]:
    """The names of as many groups, from the first, as together have no more rows than the budget."""
    names: list[str] = []
    for position, (rows, group) in enumerate(groups):
        budget -= rows
        if budget < 0 and position >= at_least:
            break
        names += group
    return names


def _strong(word: Word) -> tuple[str, ...]:
    return tuple(f"{STRONG}{stem}" for stem in word.stems)


def candidates(exact_title: str, matching: Clause, beside: Clause, words: Sequence[Word], frequencies: Frequencies) -> Clause:
    """The numbers of at most about BUDGET rows among which the best are.

    `beside`: what rows that hold one of the words must satisfy in order to match; asking again for the words would cost twice.
    """
    counts = frequencies([word.stems for word in words] + [_strong(word) for word in words])
    known = sorted((pair for pair in zip(counts, words, strict=False) if pair[0]), key=lambda pair: pair[0])
    about = sorted(pair for pair in zip(counts[len(words) :], map(_strong, words), strict=True) if pair[0])
    tiers: list[tuple[list[str], int]] = []
    if len(words) > 1:
        tiers.append((all_of(words), WHOLE))
    tiers.append((_any(_within(RARE, [(count, word.stems) for count, word in known], at_least=0)), RARE))
    tiers.append((_any(_within(STRONG_ROWS, about, at_least=1)), STRONG_ROWS))
    pairs = [f"({one_of(one)} & {one_of(other)})" for (_, one), (_, other) in combinations(about[:PAIRED], 2)]
    tiers.append(([f"({' | '.join(pairs)})"] if pairs else [], PAIRS if pairs else 0))
    clauses = [all_rows(holding(parts).and_(beside), limit) for parts, limit in tiers if parts]
    if exact_title:
        clauses.append(all_rows(Clause("title = %s", (title_number(exact_title),)).and_(matching), WHOLE))
    clauses = clauses or [all_rows(matching, BUDGET)]
    text = " UNION ".join(f"({clause.text})" for clause in clauses)
    return Clause(text, tuple(value for clause in clauses for value in clause.values))


def _any(terms: Sequence[str]) -> list[str]:
    return [one_of(terms)] if terms else []
