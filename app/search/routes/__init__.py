"""Pages of search."""

from app.search.routes import gaps, searching

__all__ = ["gaps", "searching"]
