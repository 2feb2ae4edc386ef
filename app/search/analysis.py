"""Turns text into the terms that every search engine stores and looks up.

Owns normalisation, word boundaries, stop words, stemming, parts of compounds, language guessing and the surface words used for
completion and "did you mean". Engines never see a query string, only what comes out of here, so a new language or rule is added in one place.
Must not know documents, queries or engines. Whoever changes what a function returns raises ANALYSIS_VERSION: indexes written
under another number are rebuilt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise

import Stemmer

ANALYSIS_VERSION = 2
LANGUAGES = ("english", "german")
MAX_WORD = 64  # characters; a longer run is cut, it is a key or a hash and nobody types it whole
MAX_TEXT = 150_000  # characters of one text that are looked at, about 20,000 words
CACHE_WORDS = 200_000  # stems remembered for a language before the cache starts again
GRAM = 5  # letters of the pieces of long German words
COMPOUND = 8  # letters from which a German word of a document may be several in one
PIECE_MARK = "~"  # begins the term of a piece, so that it is never taken for a word
SHORT_PAIR = 5  # letters up to which two neighbours may be one word written apart: wi fi, e mail

_LANGUAGE_OF_CODE = {"en": "english", "de": "german"}
_WORD = re.compile(r"[^\W\d_](?:\+\+|#)(?![^\W_])|[^\W_]+(?:[.'’][^\W_]+)*")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_CJK = re.compile("[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_HAN = re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_UMLAUTS = re.compile("[äöüßÄÖÜ]")
_SPELLED_UMLAUT = re.compile("(?<![aeiouq])([aou])e(?![aeiou]?$)")
_TO_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_HYPHENED = re.compile(r"(?<![^\W_])[^\W_]+(?:[-\u2010\u2011][^\W_]+){1,2}(?![^\W_])")
_CONTRACTIONS = frozenset({"s", "re", "ve", "ll", "d", "m"})

# Function words only. "us" stays a word, since it is also a country, and so do "about", "any", "get" and "some": leaving them out
# costs .02 nDCG on the travel questions.
_ENGLISH_WORDS = """
    a am an and are as at be been but by can could did do does dont for from had has have he her his how i if in into
    is it its me my no not of on or our she so such that the their them then there these they this to was we were what
    when where which who will with would you your
"""
# Without the German words that carry meaning in English (die, war, man, will, also, hat, am): one list serves both languages,
# because a query of two words does not tell which language it is in.
_GERMAN_WORDS = """
    aber als auf aus bei beim bin bis bitte da dann das dass dem den der des doch dort du ein eine einem einen einer
    eines er es fur hab habe haben hatte hier ich ihr im ist ja jetzt kann kein keine konnen mein meine mich mir mit
    muss nach nicht noch nur oder ob sein seit sich sie sind und uns unser vom von vor wann warum wenn wer werden wie
    wieder wir wird wo wurde zu zum zur zwischen uber
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_GERMAN = frozenset(_GERMAN_WORDS.split())
STOP_WORDS = _ENGLISH | _GERMAN
_GERMAN_HINTS = _GERMAN | frozenset({"die", "auch", "man", "war", "will"})


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


def _stems_of(language: str) -> _Stems:
    found = _stems.get(language)
    if found is None:
        found = _stems[language] = _Stems(language)
    return found


def normalize(text: str) -> str:
    """Compatibility forms, letter case and Latin accents folded; at most MAX_TEXT characters are kept."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    # Only the Latin, Greek and Cyrillic accents go: Japanese voicing marks decompose too and make other words.
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def _pieces(word: str) -> Iterator[str]:
    """The words inside a run that holds dots or apostrophes: it's -> it, don't -> dont, node.js -> node js, 2.7.4 stays."""
    word = word.replace("’", "'")
    base, mark, tail = word.rpartition("'")
    if mark:
        if tail == "t":
            yield base.replace("'", "") + "t"
        elif tail in _CONTRACTIONS:
            yield base.replace("'", "")
        else:
            yield from word.split("'")
        return
    parts = word.split(".")
    if all(len(part) == 1 for part in parts) or any(part.isdigit() for part in parts):
        yield word if any(part.isdigit() for part in parts) else "".join(parts)
    else:
        yield from parts


def words(text: str) -> Iterator[str]:
    """Every word of a text in order, normalised and not stemmed; a run without word boundaries (Chinese) is one word."""
    for word in _WORD.findall(normalize(text)):
        if "." in word or "'" in word or "’" in word:
            yield from (piece[:MAX_WORD] for piece in _pieces(word) if piece)
        else:
            yield word[:MAX_WORD]


def _runs(word: str) -> Iterator[tuple[bool, str]]:
    """Splits a word into stretches with (True) and without (False) Han, Kana or Hangul."""
    at = 0
    for run in _CJK.finditer(word):
        if run.start() > at:
            yield False, word[at : run.start()]
        yield True, run.group()
        at = run.end()
    if at < len(word):
        yield False, word[at:]


def _bigrams(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def has_cjk(text: str) -> bool:
    """Whether a text holds Han, Kana or Hangul."""
    return not text.isascii() and _CJK.search(text) is not None


def _joined(text: str, spelled: Sequence[str]) -> list[tuple[str, str]]:
    """What is one word and written as several, each with its parts and a space between: wi-fi, log-in, e mail; no stop words."""
    found: list[tuple[str, str]] = []
    if "-" in text or "\u2010" in text or "\u2011" in text:
        for match in _HYPHENED.findall(normalize(text)):
            parts = list(words(match))
            found.append(("".join(parts), " ".join(parts)))
    hyphened = set(found)
    for first, second in pairwise(spelled):
        if len(first) + len(second) <= SHORT_PAIR and first not in STOP_WORDS and second not in STOP_WORDS:
            pair = (first + second, f"{first} {second}")
            found += [pair] if pair[0].isalpha() and pair not in hyphened else []
    return [pair for pair in found if len(pair[0]) <= MAX_WORD and pair[0].isalnum() and not has_cjk(pair[0])]


def _other_spellings(text: str, spelled: Sequence[str]) -> dict[str, set[str]]:
    """For words of a query: how else they may be spelled where nobody stems German: muller and mueller, wifi for wi and fi."""
    found: dict[str, set[str]] = {}
    for word in spelled:
        folded = _SPELLED_UMLAUT.sub(r"\1", word)
        if folded != word:
            found.setdefault(word, set()).add(folded)
    if _UMLAUTS.search(text):
        for word, expanded in zip(spelled, words(text.translate(_TO_SPELLED)), strict=False):
            if expanded != word and _SPELLED_UMLAUT.sub(r"\1", expanded) == word:
                found.setdefault(word, set()).add(expanded)
    for whole, parts in _joined(text, spelled):
        for part in parts.split(" "):
            found.setdefault(part, set()).add(whole)
    return found


def variants(text: str, langs: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[str, ...]]:
    """For each word of a query that is no stop word: its stems in the given languages and spellings, without doubles.

    Han, Kana and Hangul come as pairs of characters, each a word of its own.
    """
    stems = [_stems_of(lang) for lang in langs]
    spelled = list(words(text))
    others = _other_spellings(text, spelled)
    for word in spelled:
        if word in STOP_WORDS:
            continue
        if not has_cjk(word):
            spellings = (word, *sorted(others.get(word, ())))
            yield tuple(dict.fromkeys(stem[spelling] for spelling in spellings for stem in stems))
            continue
        for is_cjk, run in _runs(word):
            if is_cjk:
                yield from ((gram,) for gram in _bigrams(run))
            else:
                yield tuple(dict.fromkeys(stem[run] for stem in stems))


def terms(text: str, langs: tuple[str, ...] = LANGUAGES) -> list[str]:
    """The words of a document's text as index terms, in order: stems in each language, Han, Kana and Hangul as bigrams."""
    return _terms(words(text), langs)


def terms_and_pieces(text: str, langs: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The `terms` of a document's text, and further index terms of it that do not count as its words.

    These are: what is written apart as one word (wi-fi: wifi), pieces of long German words, Han and Hangul one by one.
    """
    spelled = list(words(text))
    stems = [_stems_of(lang) for lang in langs]
    found = [stem for whole, _parts in _joined(text, spelled) for stem in dict.fromkeys(stem[whole] for stem in stems)]
    if "german" in langs:
        found += [gram for word in spelled if len(word) >= COMPOUND and word not in STOP_WORDS for gram in _grams(word)]
    if has_cjk(text):
        found += [character for word in spelled if len(word) > 1 for character in _HAN.findall(word)]
    return _terms(spelled, langs), found


def _terms(spelled: Iterable[str], langs: tuple[str, ...]) -> list[str]:
    stems = [_stems_of(lang) for lang in langs]
    found: list[str] = []
    for word in spelled:
        if word in STOP_WORDS:
            continue
        if word.isascii() and len(stems) == 1:
            found.append(stems[0][word])
            continue
        for is_cjk, run in _runs(word) if has_cjk(word) else ((False, word),):
            found += _bigrams(run) if is_cjk else dict.fromkeys(stem[run] for stem in stems)
    return found


def _grams(word: str) -> list[str]:
    if not word.isalpha() or has_cjk(word):
        return []
    return [PIECE_MARK + word[at : at + GRAM] for at in range(len(word) - GRAM + 1)]


def compound_pieces(text: str) -> list[str]:
    """The pieces by which a query's words may stand inside longer German words, without doubles; none of short words."""
    return list(dict.fromkeys(gram for word in words(text) if word not in STOP_WORDS for gram in _grams(word)))


def surface_words(text: str, single: bool = False) -> list[str]:
    """Words as people write them, stop words included, for completion; `single` adds every Han, Kana or Hangul character."""
    found: list[str] = []
    for word in words(text):
        if not has_cjk(word):
            found.append(word)
            continue
        for is_cjk, run in _runs(word):
            found.extend(_bigrams(run) if is_cjk else [run])
            if single and is_cjk:
                found.extend(run)
    return found


def spelling_words(text: str) -> list[str]:
    """The words worth correcting to: letters only, 3 to 24 of them, no Han, Kana or Hangul."""
    return [word for word in words(text) if 2 < len(word) < 25 and word.isalpha() and not has_cjk(word)]


def detect_language(text: str) -> str:
    """English or German by function words and umlauts in the first 3,000 characters; English when little speaks for German."""
    text = text[:3000]
    german, english = len(_UMLAUTS.findall(text)), 0
    for word in words(text):
        german += word in _GERMAN_HINTS
        english += word in _ENGLISH
    return "german" if german > english and german >= 2 else "english"


def language_of(declared: str, text: str) -> str:
    """The Snowball language for a text: the declared code when we can stem it, else a guess."""
    return _LANGUAGE_OF_CODE.get(declared[:2].lower()) or detect_language(text)


def title_key(text: str) -> str:
    """Equal for titles that differ only in case, accents and punctuation; '' when there is no word."""
    spelled = " ".join(words(text))
    return blake2b(spelled.encode(), digest_size=8).hexdigest() if spelled else ""


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every word in a text as it is, for marking; Han, Kana and Hangul come as pairs of characters."""
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        if not has_cjk(word):
            yield start, match.end()
            continue
        at = start
        for is_cjk, run in _runs(word):
            if is_cjk and len(run) > 1:
                yield from ((at + i, at + i + 2) for i in range(len(run) - 1))
            else:
                yield at, at + len(run)
            at += len(run)
