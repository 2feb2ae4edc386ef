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
