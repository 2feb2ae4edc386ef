"""Takes the texts of a document apart once: its words with their counts, from which the index terms of every kind are made.

A text repeats its words, and texts share them: so a word is stemmed and taken into pieces once, and counted from then on.
Must not know weights, queries or engines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice
from operator import mul

from app.core.records import Struct
from app.search import analysis
from app.search.documents import SearchDocument
from app.search.languages import declared_language, guess_language, umlauts
from app.search.stemming import stems

CACHE_WORDS = 100_000  # words whose terms are remembered before the cache starts again
SPELLING_WORDS = 400  # different words of the question or article that feed "did you mean"; later text adds rare words only


class _Indexed(dict[str, tuple[int, tuple[str, ...]]]):
    """For a word: under how many terms it counts as a word of its document, and these, then further terms of it."""

    def __init__(self, langs: tuple[str, ...]) -> None:
        super().__init__()
        self._langs = langs

    def __missing__(self, word: str) -> tuple[int, tuple[str, ...]]:
        terms = analysis.terms_of((word,), self._langs)
        found = len(terms), (*terms, *analysis.further_terms(word, self._langs))
        if not analysis.has_cjk(word):  # there a "word" is a clause, which nobody writes again
            if len(self) >= CACHE_WORDS:
                self.clear()
            self[word] = found
        return found


_indexed: dict[tuple[str, ...], _Indexed] = {}


class CountedText(Struct, frozen=True):
    """The words of a text in the order of their first occurrence, and those written apart (wi-fi) as one."""

    words: Counter[str]
    joined: tuple[str, ...]

    def weigh(self, into: dict[str, float], langs: tuple[str, ...], weight: Callable[[int], float]) -> None:
        """Add the index terms to those of the other texts, each with a weight that depends on the number of words here."""
        known = _indexed.get(langs)
        if known is None:
            known = _indexed[langs] = _Indexed(langs)
        counts = self.words.values()
        numbers, lists = zip(*map(known.__getitem__, self.words), strict=True) if self.words else ((), ())
        each = weight(sum(map(mul, numbers, counts)))
        for terms, count in zip(lists, counts, strict=True):
            share = each * count
            for term in terms:
                into[term] = into.get(term, 0.0) + share
        for whole in self.joined:
            for stem in stems(whole, langs):
                into[stem] = into.get(stem, 0.0) + each


def count(text: str) -> CountedText:
    """A text taken apart."""
    runs = analysis.runs(text)
    words = Counter(runs)
    apart = analysis.parts(words)
    for run, parts in apart.items():
        times = words.pop(run)
        for part in parts:
            words[part] += times
    joined = analysis.joined_by_hyphen(text)
    short = analysis.short_words(words)
    if short:
        neighbours = analysis.joined_neighbours(analysis.flattened(runs, apart), short)
        joined += [pair for pair in neighbours if pair not in joined]
    return CountedText(words, tuple(whole for whole, _parts in joined))


class CountedDocument(Struct, frozen=True):
    """A document with its texts taken apart and the languages in which its words are stemmed."""

    document: SearchDocument
    title: CountedText
    tags: CountedText
    body: CountedText
    answers: CountedText
    asked_as: CountedText
    langs: tuple[str, ...]

    @property
    def head_words(self) -> list[str]:
        """The different words of the title, tags and other wordings as people write them; Han and Hangul in pairs and one by one."""
        return analysis.surface_of(self._head(), single=True)

    @property
    def spelling_words(self) -> list[str]:
        """The different words worth correcting to."""
        return analysis.spelling_of(dict.fromkeys(chain(self._head(), islice(self.body.words, SPELLING_WORDS))))

    @property
    def head_terms(self) -> list[str]:
        """The different index terms of the title, tags and other wordings, without pieces."""
        return list(dict.fromkeys(analysis.terms_of(self._head(), self.langs)))

    def _head(self) -> Iterator[str]:
        return iter(dict.fromkeys(chain(self.title.words, self.tags.words, self.asked_as.words)))


def count_document(document: SearchDocument) -> CountedDocument:
    """A document taken apart. Its language is the declared one when we can stem it, else guessed from title and text."""
    title, body = count(document.title), count(document.body)
    language = declared_language(document.lang)
    if not language:
        language = guess_language((title.words, body.words), umlauts(document.title) + umlauts(document.body))
    others = (count(" ".join(document.tags)), body, count(document.answers), count(document.asked_as))
    return CountedDocument(document, title, *others, (language,))
