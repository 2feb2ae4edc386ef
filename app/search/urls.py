"""Paths of the search pages. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

from app.search.querying import SearchForm

_DEFAULTS = {"type": "all", "status": "", "tag": "", "category": "", "age": "any", "sort": "relevance", "page": "1", "q": ""}
IN_ADDRESS = ("type", "status", "tag", "category", "age", "sort")


def search_path(query: str = "", form: SearchForm | None = None, page: int = 1) -> str:
    """The path of a page of results; what equals the default is left out."""
    return _path([*_pairs(query, form).values(), _pair("page", str(page))])


def paths_with(query: str, form: SearchForm) -> Callable[[str, str], str]:
    """What gives the path of results with one name of IN_ADDRESS at another value: for pages with many such links."""
    pairs = _pairs(query, form)
    return lambda name, value: _path((pairs | {name: _pair(name, value)}).values())


def _pairs(query: str, form: SearchForm | None) -> dict[str, str]:
    values = {name: _pair(name, getattr(form, name)) for name in IN_ADDRESS} if form is not None else {}
    return {"q": _pair("q", query), **values}


@lru_cache(maxsize=512)
def _pair(name: str, value: str) -> str:
    return f"{name}={quote_plus(value)}" if value != _DEFAULTS[name] else ""


def _path(pairs: Iterable[str]) -> str:
    given = "&".join(filter(None, pairs))
    return f"/search?{given}" if given else "/search"


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
