"""How a route says that its page may be kept, and what it shows."""

from collections.abc import Callable
from typing import Any

from flask import request

# Keys of the WSGI environment: the cache is in front, what the page shows and until when it may be kept, and who must hear of each reader of a copy.
CACHED = "threadwell.cached"
SHOWN = "threadwell.shown"
UNTIL = "threadwell.until"
REPEATED = "threadwell.repeated"

THREADS = "threads"
ARTICLES = "articles"
PEOPLE = "people"
SITE = "site"


def thread_tag(thread_id: int) -> str:
    """Return the tag of everything about one thread."""
    return f"thread:{thread_id}"


def article_tag(article_id: int) -> str:
    """Return the tag of everything about one article."""
    return f"article:{article_id}"


def keep_page(*tags: str) -> None:
    """Say that the running page is the same for every visitor as long as nothing behind these tags changes.

    May be called several times; tags add up. A page that never says so is not kept. PEOPLE and SITE are always among them: names,
    categories and sections are on every page.
    """
    request.environ.setdefault(SHOWN, {PEOPLE, SITE}).update(tags)


def keep_until(moment: float) -> None:
    """Say that the running page may be kept no longer than until a moment of the monotonic clock."""
    request.environ[UNTIL] = min(moment, request.environ.get(UNTIL, moment))


def repeat(note: Callable[[dict[str, Any]], object]) -> None:
    """Have `note` called with the WSGI environment each time the page that is being made is given out from the cache."""
    request.environ.setdefault(REPEATED, []).append(note)
