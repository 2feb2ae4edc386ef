"""Pages of kb."""

from app.kb.routes import (
    candidates,
    editing,
    feedback,
    fixing,
    history,
    merging,
    passages,
    promotions,
    publishing,
    reading,
    reviewing,
    sections,
    sources,
    verifying,
    wordings,
    writing,
)

__all__ = [
    "candidates", "editing", "feedback", "fixing", "history", "merging", "passages", "promotions", "publishing", "reading",
    "reviewing", "sections", "sources", "verifying", "wordings", "writing",
]  # fmt: skip
