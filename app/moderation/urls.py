"""Paths of moderation pages."""

from collections.abc import Mapping
from urllib.parse import urlencode

QUEUE = "/moderation/queue"
LOG = "/moderation/log"
LOG_CSV = "/moderation/log.csv"
TRANSPARENCY = "/transparency"
DUPLICATES = "/moderation/duplicates"
SCREENING = "/moderation/screening"
MY_REPORTS = "/settings/reports"
PEOPLE = "/moderation/people"


def queue_path(item: str = "") -> str:
    """Return the path of the queue, with one item open."""
    return QUEUE + (f"?{urlencode({'item': item})}" if item else "")


def log_path(query: Mapping[str, str] | None = None, *, before: int | None = None, is_csv: bool = False) -> str:
    """Return the path of the log, or of its file for a spreadsheet, with filters; empty ones are left out."""
    given = {key: value for key, value in {**(query or {}), "before": str(before or "")}.items() if value}
    return (LOG_CSV if is_csv else LOG) + (f"?{urlencode(given)}" if given else "")


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


def wave_path(wave_id: int) -> str:
    """Return the path of one wave of spam."""
    return f"/moderation/waves/{wave_id}"


def record_path(person_id: int) -> str:
    """Return the path of what moderators know of a person."""
    return f"{PEOPLE}/{person_id}"


def people_path(text: str = "", page: int = 1) -> str:
    """Return the path of the people about whom something counts now, or of those whose name matches."""
    query = urlencode({key: value for key, value in (("q", text), ("page", page if page > 1 else 0)) if value})
    return PEOPLE + (f"?{query}" if query else "")


def my_reports_path(page: int = 1) -> str:
    """Return the path of the list of one's own reports."""
    return MY_REPORTS + (f"?page={page}" if page > 1 else "")
