"""Finds the word somebody meant among known words. Knows no index: it is built from words and counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from time import monotonic

COMPARED = 8  # letters of a word that are indexed by deletions; later letters are compared only
SHORT = 5  # words shorter than this are corrected by one edit, longer ones by two
SPELLER_SECONDS = 900.0  # how old the words of a large index may be
SMALL_INDEX = 5_000  # documents up to which they follow every commit
FIRST_LETTER = 0.3  # of an edit: people rarely get the first letter wrong


def _with_one_letter_less(word: str) -> Iterator[str]:
    head = word[:COMPARED]
    yield head
    for place in range(len(head)):
        yield head[:place] + head[place + 1 :]


def edits(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words; `limit` + 1 when there are more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        next_row = [i]
        for j, right in enumerate(other, start=1):
            cost = min(row[j] + 1, next_row[-1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            next_row.append(cost)
        if min(next_row) > limit:
            return limit + 1
        before, row = row, next_row
    return row[-1]


class Speller:
    """Corrections by symmetric deletions: a word and what was meant have a form with at most one letter less in common."""

    def __init__(self, counts: Iterable[tuple[str, int]], least: int = 1) -> None:
        self._counts = {word: count for word, count in counts if count >= least}
        self._forms: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._counts:
            for form in set(_with_one_letter_less(word)):
                self._forms[form].append(word)

    def correct(self, word: str) -> str | None:
        """The likeliest intended word; None when the word is known, holds digits, is too short or nothing is close."""
        if word in self._counts or len(word) < 3 or not word.isalpha():
            return None
        limit = 1 if len(word) < SHORT else 2
        candidates = {known for form in _with_one_letter_less(word) for known in self._forms.get(form, ())}
        ranked = []
        for known in candidates:
            distance = edits(word, known, limit)
            if distance <= limit:
                ranked.append((distance - FIRST_LETTER * (known[0] == word[0]), -self._counts[known], known))
        return min(ranked)[2] if ranked else None


class SpellerCache:
    """The speller of an index: of a small one it follows every commit, of a large one it may be SPELLER_SECONDS old."""

    def __init__(self, vocabulary: Callable[[], Iterable[tuple[str, int]]]) -> None:
        self._vocabulary = vocabulary
        self._lock = Lock()
        self._speller = Speller(())
        self._name, self._made_at = "", float("-inf")

    def get(self, name: str, documents: int) -> Speller:
        """The speller for the state `name` of an index with so many documents."""
        is_small = documents <= SMALL_INDEX
        if name != self._name and (is_small or monotonic() - self._made_at > SPELLER_SECONDS):
            with self._lock:
                if name != self._name:
                    # In a large index a word that occurs once is as likely as not a misspelling itself.
                    self._speller = Speller(self._vocabulary(), 1 if is_small else 2)
                    self._name, self._made_at = name, monotonic()
        return self._speller
