"""Structured data of articles as search engines want it: pure functions. Callers decide which pages get any."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.kb.queries.article_page import ArticleHead
from app.kb.queries.sources import Credit


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def article_data(
    article: ArticleHead, *, base_url: str, site_name: str, address: str, description: str, credits: Sequence[Credit]
) -> dict[str, Any]:
    """Return Article data; its authors are the people whose posts it was built from, else its owner, else the site."""
    data: dict[str, Any] = {
        "@type": "Article",
        "headline": article.title,
        "mainEntityOfPage": address,
        "url": address,
        "author": _authors(article, base_url, site_name, credits),
        "publisher": {"@type": "Organization", "name": site_name, "url": base_url},
        "dateModified": _moment(article.modified_at),
        "articleSection": article.section.title,
        "isAccessibleForFree": True,
    }
    if article.published_at:
        data["datePublished"] = _moment(article.published_at)
    if description:
        data["description"] = description
    return data


def _authors(article: ArticleHead, base_url: str, site_name: str, credits: Sequence[Credit]) -> list[dict[str, Any]]:
    named = {credit.author_path: credit.author_display_name for credit in credits if credit.author_path}
    if not named and article.owner is not None:
        named = {article.owner.path: article.owner.display_name or article.owner.name}
    if not named:
        return [{"@type": "Organization", "name": site_name, "url": base_url}]
    return [{"@type": "Person", "name": name, "url": base_url + path} for path, name in named.items()]
