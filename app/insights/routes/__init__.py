"""Pages of the insights."""

from app.insights.routes import knowledge, lists, pages, searching

__all__ = ["knowledge", "lists", "pages", "searching"]
