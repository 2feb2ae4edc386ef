"""Marks the words of a query in titles and cuts the passage of a text that shows most of them.

Takes plain text and gives escaped HTML in which only <mark> is markup. Knows no query language and no engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.search import analysis
from app.search.engines.base import Word

LOOKED_AT = 20_000  # characters of a text that may become a snippet
LENGTH = 220  # characters of a snippet
LEAD = 40  # of them before the first marked word
MOST_HITS = 200


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    word: Word


def _hits(text: str, words: Iterable[Word]) -> list[_Hit]:
    by_stem = {stem: word for word in words for stem in word.stems}
    known: dict[str, Word | None] = {}
    found: list[_Hit] = []
    for start, end in analysis.spans(text) if by_stem else ():
        spelled = text[start:end]
        if spelled not in known:
            stems = (stem for group in analysis.variants(spelled) for stem in group)
            known[spelled] = next((by_stem[stem] for stem in stems if stem in by_stem), None)
        word = known[spelled]
        if word is not None:
            found.append(_Hit(start, end, word))
            if len(found) >= MOST_HITS:
                break
    return found


def _best_window(hits: list[_Hit], length: int) -> int:
    """Index of the hit that begins the passage with the most different words, then the most hits."""
    best, best_value = 0, (0, 0)
    for first, hit in enumerate(hits):
        inside = [other.word for other in hits[first:] if other.end - hit.start <= length - LEAD]
        value = (len(set(inside)), len(inside))
        if value > best_value:
            best, best_value = first, value
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
    return _marked(text, 0, len(text), _hits(text, words))


def snippet(text: str, words: Iterable[Word], length: int = LENGTH) -> Markup:
    """The passage of about `length` characters that shows most of the words; the beginning when none occurs."""
    text = " ".join(text[:LOOKED_AT].split())
    hits = _hits(text, words)
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
