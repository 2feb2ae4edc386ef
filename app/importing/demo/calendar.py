"""Times of the demo: counted back from the moment it is loaded, and scattered without chance. Knows no database."""

import hashlib
from datetime import datetime, timedelta

from app.core.records import Struct


class Calendar(Struct, frozen=True):
    """The moment of loading, from which everything is counted back."""

    today: datetime

    def days_ago(self, days: float) -> datetime:
        """Return the moment so many days ago."""
        return self.today - timedelta(days=days)

    def after(self, opened: datetime, hours: float) -> datetime:
        """Return the moment so many hours after another, but never one in the future."""
        return min(opened + timedelta(hours=hours), self.today)

    def scattered(self, earliest: datetime, *key: object, within: timedelta = timedelta(days=20)) -> datetime:
        """Return a moment after `earliest`, at most `within` later and never in the future; the same one for the same key."""
        span = min(self.today - earliest, within)
        return (earliest + span * chance(*key)).replace(microsecond=0)


def chance(*key: object) -> float:
    """Return a number from 0 to below 1 that looks random and is the same for the same key."""
    digest = hashlib.sha256("|".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
