"""The engines behind search and the one in use, which the factory chooses at start."""

from __future__ import annotations

from pathlib import Path

from app.search.engines.base import SearchEngine
from app.search.engines.postgres import PostgresEngine
from app.search.engines.whoosh import WhooshEngine
from app.search.ranking import ALL_PRIORS, Priors

_current: SearchEngine | None = None


def create_engine(
    name: str, instance_path: Path, priors: Priors = ALL_PRIORS, database_url: str = "", processes: int = 1
) -> SearchEngine:
    """The engine for the setting SEARCH_ENGINE; `auto` searches where the site's data is. `processes`: how many will search.

    Raises ValueError for an engine that does not exist, or that needs another database.
    """
    is_postgres = database_url.startswith("postgres")
    if name == "whoosh" or (name == "auto" and not is_postgres):
        return WhooshEngine(instance_path / "search", priors, processes)
    if name not in ("auto", "postgres"):
        raise ValueError(f"There is no search engine called {name!r}.")
    if not is_postgres:
        raise ValueError("SEARCH_ENGINE=postgres needs a DATABASE_URL that begins with postgresql://.")
    return PostgresEngine(database_url, priors)


def use_engine(engine: SearchEngine) -> None:
    """Make an engine the one that pages and jobs use."""
    global _current
    _current = engine


def current_engine() -> SearchEngine:
    """The engine in use; raises RuntimeError before the factory chose one."""
    if _current is None:
        raise RuntimeError("No search engine was chosen: the factory calls use_engine().")
    return _current
