"""What knowledge-base pages read, and what other packages may read of articles."""

from app.kb.queries.lists import (
    ArticleRow,
    list_articles,
    list_feed_articles,
    list_newest_articles,
    list_popular_articles,
    list_sitemap_articles,
)
from app.kb.queries.related import find_related_articles

__all__ = [
    "ArticleRow", "find_related_articles", "list_articles", "list_feed_articles", "list_newest_articles", "list_popular_articles",
    "list_sitemap_articles",
]  # fmt: skip
