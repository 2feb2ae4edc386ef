"""The only source of the current time: aware UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current moment as an aware UTC datetime."""
    return datetime.now(UTC)
