"""What the settings say about articles, set once when the application starts. Reads no environment itself."""

from zoneinfo import ZoneInfo

from app.core.records import Struct


class KbTerms(Struct, frozen=True):
    """Days until an article is looked at again (0: never), and the time zone in which publishing is planned."""

    review_days: int = 365
    zone: ZoneInfo = ZoneInfo("UTC")


_terms = [KbTerms()]


def use_terms(terms: KbTerms) -> None:
    """Let the knowledge base work on these terms from now on."""
    _terms[0] = terms


def kb_terms() -> KbTerms:
    """Return the terms that hold."""
    return _terms[0]
