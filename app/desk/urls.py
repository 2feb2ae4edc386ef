"""Paths of the desk. A test checks them against the route table."""

from collections.abc import Mapping
from urllib.parse import urlencode

DESK = "/desk"
RULES = "/desk/rules"
GROUPS = "/desk/groups"
HOURS = "/desk/hours"


def desk_path(**query: str | int | None) -> str:
    """Return the path of the queue with the given view and filters; empty ones are left out."""
    return DESK + _asked(query)


def item_path(thread_id: int, action: str = "", **query: str | int | None) -> str:
    """Return the path where staff work on one question, or of an action there; with the list it was opened from, as `desk_path`."""
    return f"{DESK}/questions/{thread_id}{f'/{action}' if action else ''}{_asked(query)}"


def _asked(query: Mapping[str, str | int | None]) -> str:
    given = {key: value for key, value in query.items() if value not in (None, "", 0)}
    return f"?{urlencode(given)}" if given else ""


def take_path(thread_id: int) -> str:
    """Where a question is taken, or the lock renewed (POST)."""
    return f"{item_path(thread_id)}/take"


def release_path(thread_id: int) -> str:
    """Where a question is given back (POST)."""
    return f"{item_path(thread_id)}/release"


def assign_path(thread_id: int) -> str:
    """Where somebody is put in charge of a question (POST)."""
    return f"{item_path(thread_id)}/assign"


def group_path(group_id: int) -> str:
    """Return the path of one group."""
    return f"{GROUPS}/{group_id}"


def rule_path(rule_id: int) -> str:
    """Return the path of one rule."""
    return f"{RULES}/{rule_id}"


CANNED = "/desk/canned"


def answer_path(thread_id: int) -> str:
    """Where the form of the item page posts to: answers, questions back, and the helpers of the editor (POST)."""
    return f"{item_path(thread_id)}/answer"


def canned_path(canned_id: int) -> str:
    """Return the path where a canned answer is changed."""
    return f"{CANNED}/{canned_id}"
