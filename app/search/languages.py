"""The languages whose words are stemmed: their function words, and guessing which one a text is in. Knows words, not texts.

Whoever changes what is guessed or left out raises analysis.ANALYSIS_VERSION.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

LANGUAGES = ("english", "german")

_LANGUAGE_OF_CODE = {"en": "english", "de": "german"}
_UMLAUTS = re.compile("[äöüßÄÖÜ]")

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


def guess_language(texts: Sequence[Mapping[str, int]], umlauts: int) -> str:
    """English or German by the function words of some texts, with their counts, and umlauts; English when little speaks for German."""
    german = umlauts + _count(_GERMAN_HINTS, texts)
    return "german" if german >= 2 and german > _count(_ENGLISH, texts) else "english"


def _count(hints: frozenset[str], texts: Sequence[Mapping[str, int]]) -> int:
    return sum(counts[word] for counts in texts for word in hints & counts.keys())


def umlauts(text: str) -> int:
    """How many German umlauts a text holds."""
    return 0 if text.isascii() else len(_UMLAUTS.findall(text))


def declared_language(declared: str) -> str:
    """The Snowball language of a declared code, '' when we cannot stem it."""
    return _LANGUAGE_OF_CODE.get(declared[:2].lower(), "")
