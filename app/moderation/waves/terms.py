"""What the settings say about waves, set once when the application starts. Reads no environment itself."""

from datetime import timedelta

from app.core.records import Struct
from app.core.trust import Level


class WaveTerms(Struct, frozen=True):
    """`purge_after`: so long texts of a wave can be given back before they are removed for good; zero: they are kept."""

    purge_after: timedelta = timedelta(days=30)
    own_host: str = ""


SPARED_FROM = Level.REGULAR
"""Texts of people of this level and above, and of everybody who looks after the site, never belong to a wave."""

MOST_TEXTS = 10_000
"""More texts than this are not put away in one go."""
MOST_PEOPLE = 2_000
AT_ONCE = 40
"""So many texts are put away while the moderator waits; more go batch by batch in the background."""

_terms = [WaveTerms()]


def use_terms(terms: WaveTerms) -> None:
    """Treat waves on these terms from now on."""
    _terms[0] = terms


def wave_terms() -> WaveTerms:
    """Return the terms that hold."""
    return _terms[0]
