"""The engines behind search and the one in use, which the factory chooses at start."""

from __future__ import annotations

from pathlib import Path

from app.search.engines.base import SearchEngine
from app.search.engines.whoosh import WhooshEngine
from app.search.ranking import ALL_PRIORS, Priors

_current: SearchEngine | None = None


def create_engine(name: str, instance_path: Path, priors: Priors = ALL_PRIORS) -> SearchEngine:
    """The engine for the setting SEARCH_ENGINE; raises ValueError for one that does not exist."""
    if name in ("auto", "whoosh"):
        return WhooshEngine(instance_path / "search", priors)
    raise ValueError(f"There is no search engine called {name!r}.")


def use_engine(engine: SearchEngine) -> None:
    """Make an engine the one that pages and jobs use."""
    global _current
    _current = engine


def current_engine() -> SearchEngine:
    """The engine in use; raises RuntimeError before the factory chose one."""
    if _current is None:
        raise RuntimeError("No search engine was chosen: the factory calls use_engine().")
    return _current
