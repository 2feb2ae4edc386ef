"""Paths of moderation pages."""

from urllib.parse import urlencode

QUEUE = "/moderation/queue"
LOG = "/moderation/log"
DUPLICATES = "/moderation/duplicates"
SCREENING = "/moderation/screening"
PEOPLE = "/moderation/people"


def queue_path(item: str = "") -> str:
    """Return the path of the queue, with one item open."""
    return QUEUE + (f"?{urlencode({'item': item})}" if item else "")


def log_path(**query: str | int) -> str:
    """Return the path of the log with filters; empty ones are left out."""
    given = {key: value for key, value in query.items() if value}
    return LOG + (f"?{urlencode(given)}" if given else "")


def screening_path(kind: str = "word", *, is_removed: bool = False, page: int = 1) -> str:
    """Return the path of the rules of screening: watched words, or hosts; those in use, or those that were removed."""
    given = {"kind": "" if kind == "word" else kind, "removed": "1" if is_removed else "", "page": page if page > 1 else 0}
    query = urlencode({key: value for key, value in given.items() if value})
    return SCREENING + (f"?{query}" if query else "")


def join_path(thread_id: int, original_id: int | str = "", back: str = "") -> str:
    """Return the path of the preview of joining a thread to another."""
    given = {key: value for key, value in (("original_id", original_id), ("next", back)) if value}
    return f"/moderation/threads/{thread_id}/join" + (f"?{urlencode(given)}" if given else "")


def duplicates_path(state: str = "", page: int = 1) -> str:
    """Return the path of the proposed duplicates, or of those that were decided."""
    given = {"state": "" if state == "open" else state, "page": page if page > 1 else 0}
    query = urlencode({key: value for key, value in given.items() if value})
    return DUPLICATES + (f"?{query}" if query else "")


def record_path(person_id: int) -> str:
    """Return the path of what moderators know of a person."""
    return f"{PEOPLE}/{person_id}"
