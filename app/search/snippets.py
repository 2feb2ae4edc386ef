"""Marks the words of a query in titles and cuts the passage of a text that shows most of them.

Takes plain text and gives escaped HTML in which only <mark> is markup. Knows no query language and no engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.search import analysis
from app.search.engines.base import Word

LOOKED_AT = 20_000  # characters of a text that may become a snippet
LENGTH = 220  # characters of a snippet
LEAD = 40  # of them before the first marked word
MOST_HITS = 200
MAX_PIECE = 40
CACHE_PIECES = 50_000  # about 12 MiB


@dataclass(frozen=True, slots=True)
class _Hit:
    """Where a word of the query occurs; `word` is its number."""

    start: int
    end: int
    word: int


class _PieceStems(dict[str, tuple[str, ...]]):
    """The stems in what stands between two spaces: most pieces occur in many texts and are taken apart once."""

    def __missing__(self, piece: str) -> tuple[str, ...]:
        stems = tuple(stem for start, end in analysis.spans(piece) for stem in _stems(piece[start:end]))
        if len(piece) <= MAX_PIECE:  # Chinese has no spaces: there a piece is a sentence that never comes again
            if len(self) >= CACHE_PIECES:
                self.clear()
            self[piece] = stems
        return stems


_piece_stems = _PieceStems()


def _stems(spelled: str) -> list[str]:
    return [stem for group in analysis.variants(spelled) for stem in group]


def _hits(pieces: Sequence[str], words: Iterable[Word]) -> list[_Hit]:
    """The first MOST_HITS occurrences in a text, given as what stands between its spaces.

    No word holds a space, so that only pieces with a stem of the query are looked into.
    """
    by_stem = {stem: number for number, word in enumerate(words) for stem in word.stems}
    wanted = by_stem.keys()
    telling = {piece: _hits_in(piece, by_stem) for piece in set(pieces) if not wanted.isdisjoint(_piece_stems[piece])}
    places = [number for number, piece in enumerate(pieces) if piece in telling] if telling else []
    found: list[_Hit] = []
    at = done = 0  # where the piece with the number `done` begins
    for number in places:
        at += sum(map(len, pieces[done:number])) + number - done
        done = number
        found += [_Hit(at + hit.start, at + hit.end, hit.word) for hit in telling[pieces[number]]]
        if len(found) >= MOST_HITS:
            break
    return found[:MOST_HITS]


def _hits_in(piece: str, by_stem: Mapping[str, int]) -> list[_Hit]:
    found = []
    for start, end in analysis.spans(piece):
        word = next((by_stem[stem] for stem in _stems(piece[start:end]) if stem in by_stem), None)
        if word is not None:
            found.append(_Hit(start, end, word))
    return found


def _best_window(hits: list[_Hit], length: int) -> int:
    """Index of the hit that begins the passage with the most different words, then the most hits."""
    best, best_value = 0, (0, 0)
    inside: Counter[int] = Counter()
    after = 0  # index of the first hit behind the passage
    for first, hit in enumerate(hits):
        while after < len(hits) and hits[after].end - hit.start <= length - LEAD:
            inside[hits[after].word] += 1
            after += 1
        value = (len(inside), inside.total())
        if value > best_value:
            best, best_value = first, value
        if first < after:
            inside[hit.word] -= 1
            if not inside[hit.word]:
                del inside[hit.word]
        after = max(after, first + 1)
    return best


def _marked(text: str, start: int, end: int, hits: list[_Hit]) -> Markup:
    pieces, at = [], start
    for hit in hits:
        if hit.end > end or hit.end <= at or hit.start < start:
            continue
        begin = max(hit.start, at)
        pieces += [escape(text[at:begin]), Markup("<mark>"), escape(text[begin : hit.end]), Markup("</mark>")]
        at = hit.end
    pieces.append(escape(text[at:end]))
    return Markup("").join(pieces).replace(Markup("</mark><mark>"), Markup(""))


def mark(text: str, words: Iterable[Word]) -> Markup:
    """A whole text (a title) with the words of a query marked."""
    return _marked(text, 0, len(text), _hits(text.split(" "), words))


def snippet(text: str, words: Iterable[Word], length: int = LENGTH) -> Markup:
    """The passage of about `length` characters that shows most of the words; the beginning when none occurs."""
    pieces = text[:LOOKED_AT].split()
    text, hits = " ".join(pieces), _hits(pieces, words)
    start = 0
    if hits:
        start = max(0, hits[_best_window(hits, length)].start - LEAD)
        if start:
            start = text.find(" ", start, start + LEAD) + 1 or start  # begin with a whole word where there are spaces
    end = min(len(text), start + length)
    if end < len(text):
        space = text.rfind(" ", max(start, end - LEAD), end)
        end = space if space > 0 else end
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    return Markup("").join([before, _marked(text, start, end, hits), after])
