"""Paths of the search pages. Pure functions."""

from __future__ import annotations

from urllib.parse import urlencode

from app.search.querying import SearchForm

_DEFAULTS = {"type": "all", "status": "", "tag": "", "category": "", "age": "any", "sort": "relevance", "page": "1", "q": ""}
IN_ADDRESS = ("type", "status", "tag", "category", "age", "sort")


def search_path(query: str = "", form: SearchForm | None = None, page: int = 1) -> str:
    """The path of a page of results; what equals the default is left out."""
    values = {"q": query}
    if form is not None:
        values |= {name: str(getattr(form, name)) for name in IN_ADDRESS}
    values["page"] = str(page)
    given = {name: value for name, value in values.items() if value != _DEFAULTS[name]}
    return "/search" + (f"?{urlencode(given)}" if given else "")


GAPS = "/moderation/gaps"
ALIASES = "/moderation/aliases"


def gaps_path(state: str = "", page: int = 1) -> str:
    """The path of the gaps in one state; open ones without one."""
    given = {"state": "" if state == "open" else state, "page": page if page > 1 else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return GAPS + (f"?{query}" if query else "")


def aliases_path(gap_id: int | None = None, is_removed: bool = False, page: int = 1) -> str:
    """The path of the words that mean the same, with those of a gap in the form."""
    given = {"gap": gap_id or "", "state": "removed" if is_removed else "", "page": page if page > 1 else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return ALIASES + (f"?{query}" if query else "")
