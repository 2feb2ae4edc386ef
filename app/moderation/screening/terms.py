"""What the settings say about screening, set once when the application starts. Reads no environment itself."""

from datetime import timedelta

from app.core.records import Struct


class ScreeningTerms(Struct, frozen=True):
    """Who counts as new, what new people may do, and from when on habits look like those of a machine.

    New is who has fewer than `new_texts` visible texts or joined less than `new_for` ago. `links`: other sites that one text of
    theirs may link to. `images`: allow, hold or block. `pace`: texts in ten minutes from which on the next one waits (0: never).
    `repeats`: earlier texts that say much the same, from which on a text waits (0: never). `sure`: per cent from which on the
    classifier holds a text (0: it is off); `examples`: how many it needs of each kind. What levels of trust change of that is said
    in app/core/trust.py.
    """

    own_host: str = ""
    new_texts: int = 2
    new_for: timedelta = timedelta(hours=24)
    links: int = 2
    images: str = "hold"
    pace: int = 8
    repeats: int = 2
    sure: int = 95
    examples: int = 50


_terms = [ScreeningTerms()]


def use_terms(terms: ScreeningTerms) -> None:
    """Screen on these terms from now on."""
    _terms[0] = terms


def screening_terms() -> ScreeningTerms:
    """Return the terms that hold."""
    return _terms[0]
