"""Which files the sitemap has and what they list. A file holds a block of ids, so that files keep their content as the site grows.

The cost of the index does not follow the number of threads: whether a block has anything is one look at its first rows, and dates come
from the threads changed last.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db
from app.core.records import Struct
from app.forum.indexability import sitemap_threads
from app.forum.models import Category, Tag, Thread
from app.forum.policies import public_only
from app.forum.urls import category_path, tag_path, thread_path
from app.kb.models import Article
from app.kb.policies import public_articles
from app.kb.queries import list_sitemap_articles
from app.web.contract import index_policy

BLOCK = 10_000
"""Ids, and so at most addresses, in one file (the protocol allows 50,000)."""
RECENT = 500
"""Threads changed last that the index looks at. A file in which none of them stands has no date in the index: its own dates are right."""
KINDS = ("threads", "articles", "categories", "tags")


class SitemapFile(Struct, frozen=True):
    """One file of the index. `changed_at` is the newest change of what it lists, or None where that is not known at hand."""

    kind: str
    number: int
    changed_at: datetime | None

    @property
    def path(self) -> str:
        return f"/sitemap-{self.kind}-{self.number}.xml.gz"


class SitemapEntry(Struct, frozen=True):
    """One address with the moment of its last significant change, if known."""

    path: str
    changed_at: datetime | None


def list_sitemap_files() -> list[SitemapFile]:
    """Return the files that have something in them (five statements)."""
    in_sitemap = sa.select(Thread.id).join(Category, Category.id == Thread.category_id).where(sitemap_threads())
    dates = _recent_changes()
    files = [SitemapFile("threads", number, dates.get(number)) for number in _filled(Thread.id, in_sitemap)]
    files += [SitemapFile("articles", number, changed) for number, changed in _article_blocks()]
    files += [SitemapFile("categories", 1, None)] if list_sitemap_entries("categories", 1) else []
    listed = sa.select(Tag.id).where(Tag.thread_count >= index_policy().least_threads)
    return files + [SitemapFile("tags", number, None) for number in _filled(Tag.id, listed)]


def _filled(column: Any, rows: sa.Select[Any]) -> list[int]:
    """Return the numbers of the blocks of ids in which `rows` are; it stops at the first one in each."""
    highest = sa.select(sa.func.max(column)).scalar_subquery()
    block = sa.select(sa.literal(0).label("number")).cte("block", recursive=True)
    block = block.union_all(sa.select(block.c.number + 1).where((block.c.number + 1) * BLOCK < highest))
    within = rows.where(column > block.c.number * BLOCK, column <= (block.c.number + 1) * BLOCK).correlate(block).exists()
    return [number + 1 for number in db.session.scalars(sa.select(block.c.number).where(within).order_by(block.c.number))]


def _recent_changes() -> dict[int, datetime]:
    """Return block -> newest change, of the blocks in which one of the threads changed last stands."""
    recent = sa.select(Thread.id).order_by(Thread.modified_at.desc()).limit(RECENT).subquery()
    statement = (
        sa.select(Thread.id, Thread.modified_at)
        .join(Category, Category.id == Thread.category_id)
        .where(Thread.id.in_(sa.select(recent.c.id)), sitemap_threads())
    )
    found: dict[int, datetime] = {}
    for thread_id, changed in db.session.execute(statement):
        number = (thread_id - 1) // BLOCK + 1
        found[number] = max(changed, found.get(number, changed))
    return found


def _article_blocks() -> list[tuple[int, datetime]]:
    # Literal numbers: with parameters PostgreSQL does not see that the grouped expression is the selected one.
    one, size = sa.literal_column("1", sa.Integer), sa.literal_column(str(BLOCK), sa.Integer)
    block = ((Article.id - one) // size).label("block")
    statement = sa.select(block, sa.func.max(Article.modified_at)).where(public_articles()).group_by(block).order_by(block)
    return [(int(number) + 1, changed) for number, changed in db.session.execute(statement)]


def list_sitemap_entries(kind: str, number: int) -> Sequence[SitemapEntry]:
    """Return the addresses of one file (one statement); none for a file that does not exist."""
    low, high = (number - 1) * BLOCK, number * BLOCK
    if kind == "threads":
        return _threads(low, high)
    if kind == "articles":
        rows = list_sitemap_articles(low, BLOCK)
        return [SitemapEntry(path, changed) for row_id, path, changed in rows if row_id <= high]
    if kind == "tags":
        least = index_policy().least_threads
        names = sa.select(Tag.name).where(Tag.thread_count >= least, Tag.id > low, Tag.id <= high).order_by(Tag.id)
        return [SitemapEntry(tag_path(name), None) for name in db.session.scalars(names)]
    return _categories(low, high)


def _threads(low: int, high: int) -> list[SitemapEntry]:
    statement = (
        sa.select(Thread.kind, Thread.id, Thread.slug, Thread.modified_at)
        .join(Category, Category.id == Thread.category_id)
        .where(sitemap_threads(), Thread.id > low, Thread.id <= high)
        .order_by(Thread.id)
    )
    return [SitemapEntry(thread_path(kind, i, slug), changed) for kind, i, slug, changed in db.session.execute(statement)]


def _categories(low: int, high: int) -> list[SitemapEntry]:
    """Return public categories with enough in them; their pages change with each new thread."""
    newest = sa.select(sa.func.max(Thread.created_at)).where(Thread.category_id == Category.id, public_only()).scalar_subquery()
    least = index_policy().least_threads
    statement = (
        sa.select(Category.slug, newest)
        .where(Category.audience == Audience.PUBLIC, Category.thread_count >= least, Category.id > low, Category.id <= high)
        .order_by(Category.id)
    )
    return [SitemapEntry(category_path(slug), changed) for slug, changed in db.session.execute(statement)]
