"""What the sitemap and the operators' pages read. A sitemap file holds a block of ids, so that files keep their content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Audience
from app.core.clock import now
from app.core.db import db
from app.forum.indexability import MIN_ITEMS, sitemap_threads
from app.forum.models import Category, Post, Tag, Thread
from app.forum.policies import public_only
from app.forum.urls import category_path, tag_path, thread_path
from app.jobs.models import Job
from app.kb.models import Article
from app.kb.policies import public_articles
from app.kb.queries import list_sitemap_articles

BLOCK = 10_000
"""Ids, and so at most addresses, in one sitemap file (the protocol allows 50,000)."""
SITEMAP_KINDS = ("threads", "articles", "categories", "tags")


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """One file of the index. `changed_at` is the newest change of what it lists, or None where nobody keeps it."""

    kind: str
    number: int
    changed_at: datetime | None

    @property
    def path(self) -> str:
        return f"/sitemap-{self.kind}-{self.number}.xml"


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One address with the moment of its last significant change, if known."""

    path: str
    changed_at: datetime | None


def _block_of(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    # Literal numbers: with parameters PostgreSQL does not see that the grouped expression is the selected one.
    return ((column - sa.literal_column("1", sa.Integer)) // sa.literal_column(str(BLOCK), sa.Integer)).label("block")


def list_sitemap_files() -> list[SitemapFile]:
    """Return the files that have something in them (four statements)."""
    block = _block_of(Thread.id)  # type: ignore[arg-type]
    threads = (
        sa.select(block, sa.func.max(Thread.modified_at))
        .join(Category, Category.id == Thread.category_id)
        .where(sitemap_threads())
        .group_by(block)
        .order_by(block)
    )
    block = _block_of(Article.id)  # type: ignore[arg-type]
    articles = sa.select(block, sa.func.max(Article.modified_at)).where(public_articles()).group_by(block).order_by(block)
    files = [SitemapFile("threads", int(number) + 1, changed) for number, changed in db.session.execute(threads)]
    files += [SitemapFile("articles", int(number) + 1, changed) for number, changed in db.session.execute(articles)]
    files += [SitemapFile("categories", 1, None)] if list_sitemap_entries("categories", 1) else []
    block = _block_of(Tag.id)  # type: ignore[arg-type]
    tags = sa.select(block).where(Tag.thread_count >= MIN_ITEMS).group_by(block).order_by(block)
    return files + [SitemapFile("tags", int(number) + 1, None) for number in db.session.scalars(tags)]


def list_sitemap_entries(kind: str, number: int) -> Sequence[SitemapEntry]:
    """Return the addresses of one file (one statement); none for a file that does not exist."""
    low, high = (number - 1) * BLOCK, number * BLOCK
    if kind == "threads":
        return _threads(low, high)
    if kind == "articles":
        rows = list_sitemap_articles(low, BLOCK)
        return [SitemapEntry(path, changed) for row_id, path, changed in rows if row_id <= high]
    if kind == "tags":
        names = sa.select(Tag.name).where(Tag.thread_count >= MIN_ITEMS, Tag.id > low, Tag.id <= high).order_by(Tag.id)
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
    statement = (
        sa.select(Category.slug, newest)
        .where(Category.audience == Audience.PUBLIC, Category.thread_count >= MIN_ITEMS, Category.id > low, Category.id <= high)
        .order_by(Category.id)
    )
    return [SitemapEntry(category_path(slug), changed) for slug, changed in db.session.execute(statement)]


@dataclass(frozen=True, slots=True)
class SiteCounts:
    """How much there is. `threads` by kind and status, `articles` by state."""

    threads: dict[tuple[str, str], int]
    articles: dict[str, int]
    posts: int
    people: int


def count_everything() -> SiteCounts:
    """Return the counts that operators watch (four statements, whole tables)."""
    threads = db.session.execute(sa.select(Thread.kind, Thread.status, sa.func.count()).group_by(Thread.kind, Thread.status))
    articles = db.session.execute(sa.select(Article.state, sa.func.count()).group_by(Article.state))
    return SiteCounts(
        threads={(kind, status): count for kind, status, count in threads},
        articles={state: int(count) for state, count in articles},
        posts=db.session.scalar(sa.select(sa.func.count()).select_from(Post)) or 0,
        people=db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0,
    )


@dataclass(frozen=True, slots=True)
class JobFigures:
    """State of the background work. `lag_seconds`: for how long the oldest ready job has been waiting."""

    pending: int
    dead: int
    lag_seconds: float


def job_figures() -> JobFigures:
    """Return how much work waits, how much failed for good, and the lag (one statement)."""
    moment = now()
    is_ready = sa.and_(
        Job.dead_at.is_(None), Job.available_at <= moment, sa.or_(Job.lease_until.is_(None), Job.lease_until < moment)
    )
    pending, dead, oldest = db.session.execute(
        sa.select(
            sa.func.count().filter(Job.dead_at.is_(None)),
            sa.func.count().filter(Job.dead_at.is_not(None)),
            sa.func.min(Job.available_at).filter(is_ready),
        )
    ).one()
    lag = (moment - oldest).total_seconds() if oldest else 0.0
    return JobFigures(pending, dead, max(0.0, lag))
