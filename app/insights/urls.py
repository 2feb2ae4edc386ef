"""Paths of insights pages: pure functions."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode


def _with(path: str, query: Mapping[str, str] | None) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def insights_path(query: Mapping[str, str] | None = None, part: str = "") -> str:
    """Return the path of the overview, or of one of its parts (`knowledge`, `figures.csv`)."""
    return _with(f"/insights/{part}" if part else "/insights", query)


def figure_path(key: str, query: Mapping[str, str] | None = None) -> str:
    """Return the path of the list that a figure counts."""
    return _with(f"/insights/list/{quote(key)}", query)


def figure_csv_path(key: str, query: Mapping[str, str] | None = None) -> str:
    """Return the path of the same list as a CSV file."""
    return _with(f"/insights/list/{quote(key)}.csv", query)


def overview_csv_path(query: Mapping[str, str] | None = None) -> str:
    """Return the path of all figures as a CSV file."""
    return _with("/insights/figures.csv", query)


def knowledge_path(query: Mapping[str, str] | None = None, table: str = "") -> str:
    """Return the path of the page about knowledge, or of one of its tables as a CSV file."""
    return _with(f"/insights/knowledge/{quote(table)}.csv" if table else "/insights/knowledge", query)


def search_figures_path(query: Mapping[str, str] | None = None, table: str = "") -> str:
    """Return the path of the page about search, or of one of its tables as a CSV file."""
    return _with(f"/insights/search/{quote(table)}.csv" if table else "/insights/search", query)


def api_path(key: str = "", query: Mapping[str, str] | None = None) -> str:
    """Return the path of all figures, or of one with its list, for programs."""
    return _with(f"/api/v1/insights/{quote(key)}" if key else "/api/v1/insights", query)
