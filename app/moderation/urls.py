"""Paths of moderation pages."""

from urllib.parse import urlencode

QUEUE = "/moderation/queue"
LOG = "/moderation/log"


def queue_path(item: str = "") -> str:
    """Return the path of the queue, with one item open."""
    return QUEUE + (f"?{urlencode({'item': item})}" if item else "")


def log_path(**query: str | int) -> str:
    """Return the path of the log with filters; empty ones are left out."""
    given = {key: value for key, value in query.items() if value}
    return LOG + (f"?{urlencode(given)}" if given else "")
