"""What the settings say about the desk, set once when the application starts. Reads no environment itself."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from app.core.records import Struct


class DeskTerms(Struct, frozen=True):
    """How long a question is held for one person, after how much working time it is escalated (none: never), and the time zone."""

    zone: ZoneInfo = ZoneInfo("UTC")
    take_for: timedelta = timedelta(minutes=30)
    escalate_after: timedelta = timedelta(hours=8)

    @property
    def is_escalating(self) -> bool:
        return self.escalate_after > timedelta()


_terms = [DeskTerms()]


def use_terms(terms: DeskTerms) -> None:
    """Let the desk work on these terms from now on."""
    _terms[0] = terms


def desk_terms() -> DeskTerms:
    """Return the terms that hold."""
    return _terms[0]
