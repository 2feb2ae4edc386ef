"""Paths of forum pages: pure functions for pages, mails, feeds and workers. A test checks them against the route table."""

from functools import lru_cache
from urllib.parse import quote, urlencode


@lru_cache(maxsize=512)
def thread_path(kind: str, thread_id: int, slug: str, page: int = 1) -> str:
    """Return the path of a question or discussion; page 1 has no query string."""
    return f"/{kind}s/{thread_id}/{quote(slug)}" + (f"?page={page}" if page > 1 else "")


def post_path(post_id: int) -> str:
    """Return the permalink of a post, which leads to the right page of its thread."""
    return f"/posts/{post_id}"


def comment_path(comment_id: int) -> str:
    """Return the permalink of a comment."""
    return f"/comments/{comment_id}"


def history_path(post_id: int) -> str:
    """Return the path of a post's revisions."""
    return f"/posts/{post_id}/history"


@lru_cache(maxsize=2048)
def category_path(slug: str) -> str:
    """Return the path of a category."""
    return f"/c/{quote(slug)}"


@lru_cache(maxsize=2048)
def tag_path(name: str) -> str:
    """Return the path of a tag."""
    return f"/tags/{quote(name, safe='')}"


def list_path(**query: str | int | None) -> str:
    """Return the path of the question list with the given filters; empty ones are left out."""
    given = {key: value for key, value in query.items() if value not in (None, "", 1)}
    return "/questions" + (f"?{urlencode(given)}" if given else "")


def followed_path(page: int = 1) -> str:
    """Return the path of what somebody follows."""
    return "/settings/following" + (f"?page={page}" if page > 1 else "")


def ask_path(title: str = "") -> str:
    """Return the path of the ask page, with the title filled in."""
    return "/ask" + (f"?{urlencode({'title': title})}" if title else "")
