"""Reading categories: those an actor may see, for navigation and for their pages."""

from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.core.records import Struct
from app.forum.models import Category
from app.forum.policies import visible_categories
from app.forum.urls import category_path
from app.web.marking import SITE, THREADS
from app.web.remembering import remember


class CategoryRow(Struct, frozen=True):
    """A board with the number of its listed threads."""

    id: int
    slug: str
    name: str
    description: str
    audience: str
    needs_approval: bool
    holds_first_posts: bool
    archive_after_days: int | None
    thread_count: int
    position: int

    @property
    def path(self) -> str:
        return category_path(self.slug)


_COLUMNS = (
    Category.id, Category.slug, Category.name, Category.description, Category.audience, Category.needs_approval,
    Category.holds_first_posts, Category.archive_after_days, Category.thread_count, Category.position,
)  # fmt: skip


class Topic(NamedTuple):
    """What pages for readers show of a board: nothing that could be older than the category itself."""

    id: int
    slug: str
    name: str
    thread_count: int
    description: str
    audience: str
    needs_approval: bool

    @property
    def path(self) -> str:
        return category_path(self.slug)


_TOPIC = (
    Category.id, Category.slug, Category.name, Category.thread_count, Category.description, Category.audience,
    Category.needs_approval,
)  # fmt: skip


@lru_cache(maxsize=8)
def _visible(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*_COLUMNS).where(visible_categories(reader)).order_by(Category.position, Category.name, Category.id)


@lru_cache(maxsize=8)
def _called(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*_COLUMNS).where(visible_categories(reader), Category.slug == sa.bindparam("slug"))


@lru_cache(maxsize=8)
def _topics(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return _visible(reader).with_only_columns(*_TOPIC)


def reader_of(actor: Actor) -> Actor:
    """Return an actor with the same rights to read lists: one value a role, so that statements are built once."""
    return Actor(id=0 if actor.is_authenticated else None, role=actor.role, is_system=actor.is_system)


def list_categories(actor: Actor) -> tuple[CategoryRow, ...]:
    """Return the categories the actor may read, in their set order."""
    return tuple(CategoryRow(*row) for row in read(_visible(reader_of(actor))))


def find_category(actor: Actor, slug: str) -> CategoryRow | None:
    """Return a category the actor may read, or None."""
    row = read(_called(reader_of(actor)), {"slug": slug}).first()
    return CategoryRow(*row) if row else None


def list_topics(actor: Actor) -> tuple[Topic, ...]:
    """As list_categories, for navigation: remembered while nothing about categories and threads changes."""
    reader = reader_of(actor)
    return remember(reader, "topics", (SITE, THREADS), lambda: tuple(map(Topic._make, read(_topics(reader)))))


def find_topic(actor: Actor, slug: str) -> Topic | None:
    """Return a category the actor may read as pages show it, or None."""
    return next((topic for topic in list_topics(actor) if topic.slug == slug), None)


def category_names(actor: Actor) -> dict[str, str]:
    """Return names by slug of the categories the actor may read, in one statement that is remembered."""
    return {row.slug: row.name for row in list_topics(actor)}
