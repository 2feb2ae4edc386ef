"""Paths of moderation pages."""

from collections.abc import Mapping
from urllib.parse import urlencode

QUEUE = "/moderation/queue"
LOG = "/moderation/log"
LOG_CSV = "/moderation/log.csv"
TRANSPARENCY = "/transparency"
DUPLICATES = "/moderation/duplicates"
SCREENING = "/moderation/screening"
WAVES = "/moderation/waves"
MY_REPORTS = "/settings/reports"
PEOPLE = "/moderation/people"


def queue_path(item: str = "", chosen: str = "") -> str:
    """Return the path of the inbox, or of one list of it (the name of a source), with one item open."""
    given = {key: value for key, value in (("from", chosen), ("item", item)) if value}
    return QUEUE + (f"?{urlencode(given)}" if given else "")


def batch_path(batch_id: int) -> str:
    """Return the path of what came of a decision about many items."""
    return f"/moderation/several/{batch_id}"


def log_path(query: Mapping[str, str] | None = None, *, before: int | None = None, is_csv: bool = False) -> str:
    """Return the path of the log, or of its file for a spreadsheet, with filters; empty ones are left out."""
    given = {key: value for key, value in {**(query or {}), "before": str(before or "")}.items() if value}
    return (LOG_CSV if is_csv else LOG) + (f"?{urlencode(given)}" if given else "")


def undo_path(entry_id: int) -> str:
    """Return the address that undoes one decision of the log."""
    return f"{LOG}/{entry_id}/undo"


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


def level_path(person_id: int) -> str:
    """Return the path of a person's level of trust, for whoever may set it by hand."""
    return f"{PEOPLE}/{person_id}/level"


def people_path(text: str = "", page: int = 1) -> str:
    """Return the path of the people about whom something counts now, or of those whose name matches."""
    query = urlencode({key: value for key, value in (("q", text), ("page", page if page > 1 else 0)) if value})
    return PEOPLE + (f"?{query}" if query else "")


def my_reports_path(page: int = 1) -> str:
    """Return the path of the list of one's own reports."""
    return MY_REPORTS + (f"?page={page}" if page > 1 else "")


def wave_path(wave_id: int, page: int = 1) -> str:
    """Return the path of a wave that was put away."""
    return f"{WAVES}/{wave_id}" + (f"?page={page}" if page > 1 else "")


def everything_like_path(**like: int) -> str:
    """Return the path of looking for everything like one text or account: `post_id`, `comment_id` or `person_id`."""
    return f"{WAVES}/new?{urlencode(like)}"
