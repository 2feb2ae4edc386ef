"""Paths of the knowledge base: pure functions for pages, mails, feeds and workers."""

from urllib.parse import quote


def article_path(section_slug: str, slug: str) -> str:
    """Return the path of an article."""
    return f"/kb/{quote(section_slug)}/{quote(slug)}"


def section_path(slug: str, page: int = 1) -> str:
    """Return the path of a section; page 1 has no query string."""
    return f"/kb/{quote(slug)}" + (f"?page={page}" if page > 1 else "")


def version_path(version_id: int, page: int = 1) -> str:
    """Return the path of the articles that hold on a version."""
    return f"/kb?version={version_id}" + (f"&page={page}" if page > 1 else "")


def article_permalink(article_id: int) -> str:
    """Return the path that leads to an article wherever it stands now."""
    return f"/kb/articles/{article_id}"


def article_edit_path(article_id: int) -> str:
    """Return the path of an article's editor."""
    return f"/kb/articles/{article_id}/edit"


def article_add_path(article_id: int, thread_id: int | None = None) -> str:
    """Return the path where passages of a thread are added to an article."""
    return f"/kb/articles/{article_id}/add" + (f"?thread={thread_id}" if thread_id else "")


def article_merge_path(article_id: int) -> str:
    """Return the path where an unsaved edit meets what others saved meanwhile."""
    return f"/kb/articles/{article_id}/merge"


def article_fixes_path(article_id: int) -> str:
    """Return the path of the threads that say what an article should say better."""
    return f"/kb/articles/{article_id}/fixes"


def fix_path(thread_id: int) -> str:
    """Return the path where a thread is linked to an article that should be improved for it."""
    return f"/moderation/promotions/{thread_id}/fix"


def article_history_path(article_id: int) -> str:
    """Return the path of an article's revisions."""
    return f"/kb/articles/{article_id}/history"


def article_sources_path(article_id: int) -> str:
    """Return the path where an article is compared with its sources."""
    return f"/kb/articles/{article_id}/sources"


def article_review_path(article_id: int) -> str:
    """Return the path where people talk about an article, publish it and look after it."""
    return f"/kb/articles/{article_id}/review"


def verify_path(view: str = "all") -> str:
    """Return the path of the list of articles and questions to look at again."""
    return "/kb/verify" + (f"?view={view}" if view != "all" else "")


def article_wordings_path(article_id: int) -> str:
    """Return the path where a curator chooses which duplicates lead to an article."""
    return f"/kb/articles/{article_id}/wordings"


def articles_path(view: str = "draft") -> str:
    """Return the path of the curators' list of articles."""
    return f"/kb/articles?view={view}"


def promotions_path(state: str = "proposed") -> str:
    """Return the path of the queue of candidates."""
    return "/moderation/promotions" + (f"?state={state}" if state != "proposed" else "")


def why_path(thread_id: int) -> str:
    """Return the path that tells why a thread is proposed for an article, or why not."""
    return f"/moderation/promotions/{thread_id}/why"


def promote_path(thread_id: int) -> str:
    """Return the path where an article is built from a thread."""
    return f"/moderation/promotions/{thread_id}/promote"
