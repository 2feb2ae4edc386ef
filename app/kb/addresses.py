"""All addresses of articles and sections with the facts of the page contract: for the audit and for IndexNow. Reads only."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.kb.models import Article, Section
from app.kb.queries.sections import load_tree
from app.kb.urls import article_path
from app.web.contract import Address, ArticleFacts, ListFacts

_ARTICLES = (
    sa.select(
        Article.id, Section.slug.label("section"), Article.slug, Article.title, Article.audience, Article.state,
        Article.published_revision, Article.modified_at,
    )
    .join(Section, Section.id == Article.section_id)
    .order_by(Article.id)
)  # fmt: skip


def list_articles_after(after_id: int, limit: int) -> list[Address]:
    """Return the addresses of all articles above an id, by id, whoever may read them."""
    return [_address(row) for row in db.session.execute(_ARTICLES.where(Article.id > after_id).limit(limit))]


def find_articles(ids: Sequence[int]) -> list[Address]:
    """Return the addresses of articles by their ids."""
    return [_address(row) for row in db.session.execute(_ARTICLES.where(Article.id.in_(ids)))]


def _address(row: Any) -> Address:
    facts = ArticleFacts(row.audience, row.state, row.published_revision is not None)
    return Address("article", row.id, article_path(row.section, row.slug), row.title, facts, row.modified_at)


def list_sections_after(after_id: int, limit: int) -> list[Address]:
    """Return the addresses of the sections above an id that visitors find."""
    nodes = sorted(load_tree(ANONYMOUS).by_id.values(), key=lambda node: node.id)
    wanted = [node for node in nodes if node.id > after_id and node.count][:limit]
    return [Address("section", node.id, node.path, node.title, ListFacts(node.count, has_trail=True)) for node in wanted]
