"""Marks the words of a query in titles and cuts the passage of a text that shows most of them.

Takes plain text and gives escaped HTML in which only <mark> is markup. Knows no query language and no engine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

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


class _Pieces:
    """What stands between two spaces, with the stems in it: most pieces occur in many texts and are taken apart once."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._with_stem: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._known)

    def telling(self, pieces: set[str], stems: Iterable[str]) -> set[str]:
        """Return those of some pieces that hold one of the stems."""
        unknown = []
        for piece in pieces - self._known:
            # Chinese has no spaces: there a piece is a sentence that never comes again.
            if len(piece) > MAX_PIECE or len(self) >= CACHE_PIECES:
                unknown.append(piece)
                continue
            for stem in _stems_in(piece):
                self._with_stem[stem].add(piece)
            self._known.add(piece)
        wanted = set(stems)
        found = {piece for piece in unknown if not wanted.isdisjoint(_stems_in(piece))}
        return found.union(*(pieces & self._with_stem[stem] for stem in wanted if stem in self._with_stem))


_pieces = [_Pieces()]


def _known_pieces() -> _Pieces:
    """Return the pieces that are known; new ones when there are too many (whoever uses the old ones goes on with them)."""
    if len(_pieces[0]) >= CACHE_PIECES:
        _pieces[0] = _Pieces()
    return _pieces[0]


def _stems_in(piece: str) -> list[str]:
    return [stem for start, end in analysis.spans(piece) for stem in _stems(piece[start:end])]


def _stems(spelled: str) -> list[str]:
    return [stem for group in analysis.variants(spelled) for stem in group]


def _hits(text: str, words: Iterable[Word]) -> list[_Hit]:
    """The first MOST_HITS occurrences in a text whose only white space is spaces.

    No word holds a space, so that only pieces with a stem of the query are looked for and into.
    """
    by_stem = {stem: number for number, word in enumerate(words) for stem in word.stems}
    padded = f" {text} "
    places: list[tuple[int, list[_Hit]]] = []
    for piece in _known_pieces().telling(set(text.split(" ")), by_stem):
        hits, wanted = _hits_in(piece, by_stem), f" {piece} "
        at = padded.find(wanted)
        while at >= 0:
            places.append((at, hits))
            at = padded.find(wanted, at + len(wanted) - 1)
    places.sort(key=itemgetter(0))
    return [_Hit(at + hit.start, at + hit.end, hit.word) for at, hits in places[:MOST_HITS] for hit in hits][:MOST_HITS]


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
