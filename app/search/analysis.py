"""Turns text into the terms that every search engine stores and looks up.

Owns normalisation, word boundaries, stemming, parts of compounds and the surface words used for
completion and "did you mean". Engines never see a query string, only what comes out of here, so a new language or rule is added in one place.
Must not know documents, queries or engines. Whoever changes what a function returns raises ANALYSIS_VERSION: indexes written
under another number are rebuilt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import compress, count, filterfalse

from app.search.languages import LANGUAGES, STOP_WORDS, umlauts
from app.search.stemming import stems_of

ANALYSIS_VERSION = 3
MAX_WORD = 64  # characters; a longer run is cut, it is a key or a hash and nobody types it whole
MAX_TEXT = 150_000  # characters of one text that are looked at, about 20,000 words
GRAM = 5  # letters of the pieces of long German words
COMPOUND = 8  # letters from which a German word of a document may be several in one
PIECE_MARK = "~"  # begins the term of a piece, so that it is never taken for a word
SHORT_PAIR = 5  # letters up to which two neighbours may be one word written apart: wi fi, e mail

_WORD = re.compile(r"[^\W\d_](?:\+\+|#)(?![^\W_])|[^\W_]+(?:[.'’][^\W_]+)*")
# The same where there are no other letters and no + or #: dots and apostrophes stand in words, all else between them.
_PLAIN = {code: ord(chr(code).lower()) if chr(code).isalnum() or chr(code) in ".'" else ord(" ") for code in range(128)}
_APOSTROPHES = (".'", "'.", "''", "' ", " '")  # at the edge of a word
_DOTS = ("..", ". ", " .")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_CJK = re.compile("[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_HAN = re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_SPELLED_UMLAUT = re.compile("(?<![aeiouq])([aou])e(?![aeiou]?$)")
_TO_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_HYPHENED = re.compile(r"(?<![^\W_])[^\W_]+(?:-[^\W_]+){1,2}(?![^\W_])")
_CONTRACTIONS = frozenset({"s", "re", "ve", "ll", "d", "m"})


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


def runs(text: str) -> list[str]:
    """The stretches of letters and digits in a text, normalised: nearly always words; see `parts`."""
    text = normalize(text)
    if not text.isascii() or "+" in text or "#" in text:
        return _WORD.findall(text)
    text = f" {text.translate(_PLAIN)} "
    for edge in (*_APOSTROPHES, *_DOTS) if "'" in text else _DOTS:
        text = text.replace(edge, " ")
    return text.split()


def parts(found: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For those of some runs that are not a word: the words that they stand for."""
    known = list(found)
    if max(map(len, known), default=0) > MAX_WORD:
        return {run: _parts(run) for run in known if len(run) > MAX_WORD or not run.isalnum()}
    return {run: _parts(run) for run in filterfalse(str.isalnum, known)}


def words(text: str) -> list[str]:
    """Every word of a text in order, normalised and not stemmed; a run without word boundaries (Chinese) is one word."""
    found = runs(text)
    return flattened(found, parts(set(found)))


def flattened(found: list[str], apart: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The words of runs, with what `parts` says of these."""
    if not apart:
        return found
    flat = list(found)
    for at in list(compress(count(), map(apart.__contains__, found)))[::-1]:
        flat[at : at + 1] = apart[found[at]]
    return flat


def _parts(run: str) -> tuple[str, ...]:
    if "." in run or "'" in run or "’" in run:
        return tuple(piece[:MAX_WORD] for piece in _pieces(run) if piece)
    return (run[:MAX_WORD],)


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


def joined(text: str, spelled: Sequence[str]) -> list[tuple[str, str]]:
    """What is one word and written as several, each with its parts and a space between: wi-fi, log-in, e mail; no stop words."""
    hyphened = joined_by_hyphen(text)
    return hyphened + [pair for pair in joined_neighbours(spelled, short_words(set(spelled))) if pair not in hyphened]


def joined_by_hyphen(text: str) -> list[tuple[str, str]]:
    """As `joined`, of words with hyphens."""
    if not text.isascii():
        text = text.replace("\u2010", "-").replace("\u2011", "-")
    if "-" not in text:
        return []
    matches = _HYPHENED.findall(normalize(" ".join(chunk for chunk in text.split() if "-" in chunk)))
    found = [words(match) for match in matches]
    return [pair for pair in (("".join(some), " ".join(some)) for some in found) if _is_whole(pair[0])]


def joined_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of every word with hyphens in a text as it is, and what it is as one word, for marking."""
    text = text.replace("\u2010", "-").replace("\u2011", "-")
    if "-" not in text:
        return
    for match in _HYPHENED.finditer(text):
        whole = "".join(words(match.group()))
        if _is_whole(whole):
            yield match.start(), match.end(), whole


def short_words(spelled: Iterable[str]) -> frozenset[str]:
    """Those of some words of which at least one is in every pair of short neighbours; most texts hold none."""
    return frozenset([word for word in spelled if len(word) <= SHORT_PAIR // 2 and word.isalpha()]) - STOP_WORDS


def joined_neighbours(spelled: Sequence[str], short: frozenset[str]) -> list[tuple[str, str]]:
    """As `joined`, of words that stand side by side, one of them `short`."""
    found = compress(count(), map(short.__contains__, spelled)) if short else ()
    places = dict.fromkeys(near for at in found for near in (at - 1, at))
    pairs = [spelled[at : at + 2] for at in places if 0 <= at < len(spelled) - 1]
    return [("".join(pair), " ".join(pair)) for pair in pairs if _may_be_one(pair)]


def _may_be_one(pair: Sequence[str]) -> bool:
    whole = "".join(pair)
    return len(whole) <= SHORT_PAIR and whole.isalpha() and STOP_WORDS.isdisjoint(pair) and _is_whole(whole)


def _is_whole(word: str) -> bool:
    return len(word) <= MAX_WORD and word.isalnum() and not has_cjk(word)


def _other_spellings(text: str, spelled: Sequence[str]) -> dict[str, set[str]]:
    """For words of a query: how else they may be spelled where nobody stems German: muller and mueller, wifi for wi and fi."""
    found: dict[str, set[str]] = {}
    for word in spelled:
        folded = _SPELLED_UMLAUT.sub(r"\1", word)
        if folded != word:
            found.setdefault(word, set()).add(folded)
    if umlauts(text):
        for word, expanded in zip(spelled, words(text.translate(_TO_SPELLED)), strict=False):
            if expanded != word and _SPELLED_UMLAUT.sub(r"\1", expanded) == word:
                found.setdefault(word, set()).add(expanded)
    for whole, parts in joined(text, spelled):
        for part in parts.split(" "):
            found.setdefault(part, set()).add(whole)
    return found


def variants(text: str, langs: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[str, ...]]:
    """For each word of a query that is no stop word: its stems in the given languages and spellings, without doubles.

    Han, Kana and Hangul come as pairs of characters, each a word of its own.
    """
    stems = [stems_of(lang) for lang in langs]
    spelled = words(text)
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


def terms_of(spelled: Iterable[str], langs: tuple[str, ...]) -> list[str]:
    """The words of a document as index terms, in order: stems in each language, Han, Kana and Hangul as bigrams."""
    stems = [stems_of(lang) for lang in langs]
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


def further_terms(word: str, langs: tuple[str, ...]) -> list[str]:
    """Terms under which a word is indexed, too, and which do not count as words of the text: pieces of a long German word, Han and
    Hangul one by one."""
    if has_cjk(word):
        return _HAN.findall(word) if len(word) > 1 else []
    return _grams(word) if "german" in langs and len(word) >= COMPOUND and word not in STOP_WORDS else []


def _grams(word: str) -> list[str]:
    if not word.isalpha() or has_cjk(word):
        return []
    return [PIECE_MARK + word[at : at + GRAM] for at in range(len(word) - GRAM + 1)]


def compound_pieces(text: str) -> list[str]:
    """The pieces by which a query's words may stand inside longer German words, without doubles; none of short words."""
    return list(dict.fromkeys(gram for word in words(text) if word not in STOP_WORDS for gram in _grams(word)))


def surface_words(text: str, single: bool = False) -> list[str]:
    """Words as people write them, stop words included, for completion; `single` adds every Han, Kana or Hangul character."""
    return surface_of(words(text), single)


def surface_of(spelled: Iterable[str], single: bool = False) -> list[str]:
    """As `surface_words`, of words."""
    found: list[str] = []
    for word in spelled:
        if not has_cjk(word):
            found.append(word)
            continue
        for is_cjk, run in _runs(word):
            found.extend(_bigrams(run) if is_cjk else [run])
            if single and is_cjk:
                found.extend(run)
    return found


def spelling_of(spelled: Iterable[str]) -> list[str]:
    """The words worth correcting to: letters only, 3 to 24 of them, no Han, Kana or Hangul."""
    return [word for word in spelled if 2 < len(word) < 25 and word.isalpha() and (word.isascii() or not has_cjk(word))]


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
