"""Stems of words, each made once in a process. Knows words and languages, not texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import Stemmer

CACHE_WORDS = 200_000  # stems remembered for a language before the cache starts again


class _Stems(dict[str, str]):
    """Stems of one language, remembered until the cache is full."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._stemmer = Stemmer.Stemmer(language, 0)

    def __missing__(self, word: str) -> str:
        if len(self) >= CACHE_WORDS:
            self.clear()
        stem: str = self._stemmer.stemWord(word)
        self[word] = stem
        return stem


_stems: dict[str, _Stems] = {}


def stems_of(language: str) -> Mapping[str, str]:
    """The stem of each word in one language."""
    found = _stems.get(language)
    if found is None:
        found = _stems[language] = _Stems(language)
    return found


def stems(word: str, langs: tuple[str, ...]) -> Iterable[str]:
    """The stems of one word in some languages, without doubles."""
    return dict.fromkeys(stems_of(lang)[word] for lang in langs)
