"""Marks the words of a query in titles and cuts the passage of some texts that shows most of them.

Takes plain text and gives escaped HTML in which only <mark> is markup. Knows no query language and no engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from app.search import analysis
from app.search.engines.base import Word

LOOKED_AT = 20_000  # characters of a text that may become a snippet
LENGTH = 220  # characters of a snippet
LEAD = 40  # of them before the first marked word
MOST_HITS = 200
KEPT_PIECES = 8_000  # of what stands between two spaces: about 4 MiB
LONGEST_KEPT = 40

_COMBINING = re.compile("[\u1100-\u11ff\u3099-\u309c]")  # they make one character of two: parts of Hangul, voicing of Kana
# Endings of stems that a word may have other letters for: hop(ing), happ(y), visib(ility), sk(ies), wouldn('t).
_ENDING = re.compile("(?<=..)(?:[eily]|(?<=n)t)$")
_IRREGULAR = {"die": "dying", "lie": "lying", "tie": "tying"}
_UMLAUT = re.compile("(?<![aeiouq])([aou])(?![aeiou])")
_ODD = "\0"


class Hit(NamedTuple):
    """Where a word of the query occurs; `word` is its number."""

    start: int
    end: int
    word: int


class Passage(NamedTuple):
    """The part of a text with most words of a query: it begins at `start` and shows so many different ones, so many times in all."""

    text: str
    hits: Sequence[Hit]
    start: int
    different: int
    times: int


class _Folding(dict[int, int]):
    """For each character the one that `analysis.normalize` makes of it, NUL where it makes several or none.

    So a folded text has a character for each of the text. A sharp s stays what it is: needles know it.
    """

    def __missing__(self, code: int) -> int:
        character = chr(code)
        folded = character if character == "ß" else analysis.normalize(character)
        found = ord(folded) if len(folded) == 1 and not _COMBINING.match(folded) else 0
        if code < 0x10000:
            self[code] = found
        return found


_folding = _Folding({ord(hyphen): ord("-") for hyphen in "\u2010\u2011"})

# What stands between two spaces, taken apart: place and stems of each word.
Words = tuple[tuple[int, int, tuple[str, ...]], ...]


def _taken_apart(piece: str) -> Words:
    return tuple(_words_in(piece))


_kept_apart = lru_cache(maxsize=KEPT_PIECES)(_taken_apart)


def _words_in(piece: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The words of a piece but those in Han, Kana and Hangul; words with hyphens also as one (wi-fi)."""
    for start, end, whole in analysis.joined_spans(piece):
        yield start, end, _stems(whole)
    for start, end in analysis.spans(piece):
        if not analysis.has_cjk(piece[start:end]):
            yield start, end, _stems(piece[start:end])


def _stems(spelled: str) -> tuple[str, ...]:
    return tuple(stem for group in analysis.variants(spelled) for stem in group)


def _needles(stem: str) -> Iterator[str]:
    """What a folded text holds wherever a word with this stem stands: all of them have one of these beginnings."""
    for spelled in dict.fromkeys((stem, stem.replace("ss", "ß"), _UMLAUT.sub(r"\1e", stem, count=1))):
        yield _ENDING.sub("", spelled)
    if stem in _IRREGULAR:
        yield _IRREGULAR[stem]
    if len(stem) < 5 and stem.isalpha():
        yield ".".join(stem[:2])  # u.s.a. is usa


class Finder:
    """The words of one query, for looking for them in many texts."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._by_stem = {stem: number for number, word in enumerate(words) for stem in word.stems}
        self._pairs = [stem for stem in self._by_stem if analysis.has_cjk(stem)]
        needles = {needle for stem in self._by_stem if not analysis.has_cjk(stem) for needle in _needles(stem)}
        long = {one for one in needles if len(one) > 1}
        self._needles = [one for one in long if not any(other in one for other in long - {one})]
        self._plain_needles = [one for one in self._needles if one.isascii()]
        letters = "|".join(map(re.escape, sorted(needles - long)))
        self._letters = re.compile(rf"(?<![^\W_])(?:{letters})") if letters else None
        self._pieces: dict[str, tuple[Hit, ...]] = {}

    def mark(self, text: str) -> Markup:
        """A whole text (a title) with the words of the query marked."""
        return Markup(_marked(text, 0, len(text), self._hits(text)))  # noqa: S704 (escaped there)

    def passage(self, text: str, length: int = LENGTH) -> Passage:
        """The passage of about `length` characters with the most different words, then the most in all; the first of these."""
        text = text[:LOOKED_AT]
        if "\n" in text or "  " in text:
            text = " ".join(text.split())
        hits = self._hits(text)
        first, different, times = _best_window(hits, length)
        return Passage(text, hits, max(0, hits[first].start - LEAD) if hits else 0, different, times)

    def better_passage(self, than: Passage, lines: str, length: int = LENGTH) -> Passage:
        """The best passage of some texts, one a line, if it shows more than another one; otherwise that."""
        lines = lines[:LOOKED_AT]
        best, worth, end = None, (than.different, than.times), -1
        groups: list[tuple[int, list[Hit]]] = []
        for hit in self._hits(lines):
            if hit.start > end:
                end = lines.find("\n", hit.start) % (len(lines) + 1)
                groups.append((end, []))
            groups[-1][1].append(hit)
        for end, hits in groups:
            if len(hits) <= worth[1] and len({hit.word for hit in hits}) <= worth[0]:
                continue
            first, *found = _best_window(hits, length)
            if tuple(found) > worth:
                best, worth = (end, hits, first), (found[0], found[1])
        if best is None:
            return than
        end, hits, first = best
        begin = lines.rfind("\n", 0, hits[0].start) + 1
        shifted = [Hit(hit.start - begin, hit.end - begin, hit.word) for hit in hits]
        return Passage(lines[begin:end], shifted, max(0, shifted[first].start - LEAD), *worth)

    def _hits(self, text: str) -> list[Hit]:
        """The first MOST_HITS occurrences.

        A word is taken apart for its stems only where the beginning of one was found, with all that stands between two spaces.
        """
        if text.isascii():
            folded, needles = text.lower(), self._plain_needles
        else:
            folded, needles = text.translate(_folding), [*self._needles, _ODD]
        places: dict[int, tuple[Hit, ...]] = {}
        for needle in needles:
            at, most = folded.find(needle), len(places) + 4 * MOST_HITS
            while at >= 0 and len(places) < most:
                at = folded.find(needle, self._look_at(text, at, places))
        for at in self._further_places(folded):
            self._look_at(text, at, places)
        found = [
            hit if not place else Hit(place + hit.start, place + hit.end, hit.word)
            for place, hits in places.items()
            for hit in hits
        ]
        found += _pairs_in(folded, self._pairs, self._by_stem)
        found.sort(key=lambda hit: (hit.start, -hit.end))
        return found[:MOST_HITS]

    def _look_at(self, text: str, at: int, places: dict[int, tuple[Hit, ...]]) -> int:
        """Add the hits in what stands around a place of a text between two spaces, and return where that ends."""
        start, end = text.rfind(" ", 0, at) + 1, text.find(" ", at)
        end = len(text) if end < 0 else end
        if start not in places:
            piece = text[start:end]
            hits = self._pieces.get(piece)
            places[start] = self._hits_in(piece) if hits is None else hits
        return end

    def _further_places(self, folded: str) -> Iterator[int]:
        """Where words of one letter stand, and words with hyphens, which may be a word of the query written apart."""
        if self._letters is not None:
            yield from (found.start() for found in self._letters.finditer(folded))
        at = folded.find("-", 1)
        while at > 0:
            if folded[at - 1].isalnum() and folded[at + 1 : at + 2].isalnum():
                yield at
            at = folded.find("-", at + 1)

    def _hits_in(self, piece: str) -> tuple[Hit, ...]:
        apart = _kept_apart(piece) if len(piece) <= LONGEST_KEPT else _taken_apart(piece)
        found = []
        for start, end, stems in apart:
            word = next((self._by_stem[stem] for stem in stems if stem in self._by_stem), None)
            if word is not None:
                found.append(Hit(start, end, word))
        self._pieces[piece] = tuple(found)
        return self._pieces[piece]


def _pairs_in(folded: str, pairs: Iterable[str], by_stem: Mapping[str, int]) -> Iterator[Hit]:
    """Where pairs of Han, Kana or Hangul stand, which need no word around them."""
    for pair in pairs:
        at, left = folded.find(pair), MOST_HITS
        while at >= 0 and left:
            yield Hit(at, at + len(pair), by_stem[pair])
            at, left = folded.find(pair, at + 1), left - 1


def _best_window(hits: Sequence[Hit], length: int) -> tuple[int, int, int]:
    """The passage with the most different words, then the most hits: the index of the hit that begins it, and both numbers."""
    best, most, times = 0, 0, 0
    inside: dict[int, int] = {}
    after = 0  # index of the first hit behind the passage
    for first, (start, _end, word) in enumerate(hits):
        limit = start + length - LEAD
        while after < len(hits) and hits[after][1] <= limit:
            other = hits[after][2]
            inside[other] = inside.get(other, 0) + 1
            after += 1
        if (len(inside), after - first) > (most, times):
            best, most, times = first, len(inside), after - first
        if first == after:  # a word that is longer than a passage
            after += 1
        elif inside[word] == 1:
            del inside[word]
        else:
            inside[word] -= 1
    return best, most, times


def _marked(text: str, start: int, end: int, hits: Iterable[Hit]) -> str:
    pieces, at = [], start
    for hit in hits:
        if hit.start >= end:
            break
        if hit.end > end or hit.end <= at or hit.start < start:
            continue
        begin = max(hit.start, at)
        pieces += [escape(text[at:begin]), "<mark>", escape(text[begin : hit.end]), "</mark>"]
        at = hit.end
    pieces.append(escape(text[at:end]))
    return "".join(pieces).replace("</mark><mark>", "")


def cut(passage: Passage, length: int = LENGTH) -> Markup:
    """A passage with its words marked, and an ellipsis where something was left out; it begins and ends with whole words."""
    text, start = passage.text, max(0, min(passage.start, len(passage.text) - length))
    if start:
        start = text.find(" ", start, start + LEAD) + 1 or start  # begin with a whole word where there are spaces
    end = min(len(text), start + length)
    if end < len(text):
        space = text.rfind(" ", max(start, end - LEAD), end)
        end = space if space > 0 else end
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    return Markup(f"{before}{_marked(text, start, end, passage.hits)}{after}")  # noqa: S704 (escaped there)


def mark(text: str, words: Iterable[Word]) -> Markup:
    """As Finder.mark, of one text."""
    return Finder(words).mark(text)


def snippet(text: str, words: Iterable[Word], length: int = LENGTH) -> Markup:
    """The passage of a text that shows most of some words; its beginning when none occurs."""
    return cut(Finder(words).passage(text, length), length)
