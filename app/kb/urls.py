"""Paths of the knowledge base."""

from urllib.parse import quote


def article_path(section_slug: str, slug: str) -> str:
    """Return the path of an article."""
    return f"/kb/{quote(section_slug)}/{quote(slug)}"


def section_path(slug: str) -> str:
    """Return the path of a section."""
    return f"/kb/{quote(slug)}"


def article_edit_path(article_id: int) -> str:
    """Return the path of an article's editor."""
    return f"/kb/articles/{article_id}/edit"
