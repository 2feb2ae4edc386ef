"""What people follow: whether, what all, and who hears of a new thread."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, CategoryFollow, Follow, Tag, TagFollow, Thread, ThreadTag
from app.forum.policies import visible_categories
from app.forum.queries.categories import reader_of
from app.forum.queries.lists import ThreadRow, base_select, rows_of
from app.forum.urls import category_path, tag_path

PER_PAGE = 30
# The place of the category behind the tags of a thread.
_BEHIND_TAGS = 1_000
_ME = sa.bindparam("person_id", type_=sa.BigInteger)
_OF_TAG = sa.select(TagFollow.tag_id).join(Tag, Tag.id == TagFollow.tag_id).where(TagFollow.person_id == _ME)
_OF_CATEGORY = (
    sa.select(CategoryFollow.category_id)
    .join(Category, Category.id == CategoryFollow.category_id)
    .where(CategoryFollow.person_id == _ME)
)
_FOLLOWS_TAG = _OF_TAG.where(Tag.name == sa.bindparam("name"))
_FOLLOWS_CATEGORY = _OF_CATEGORY.where(Category.slug == sa.bindparam("slug"))
_TAGS = _OF_TAG.with_only_columns(Tag.name).order_by(Tag.name)


class Place(Struct, frozen=True):
    """A tag or a category that somebody follows."""

    title: str
    path: str


class Follower(Struct, frozen=True):
    """Somebody who follows where a thread stands, by its first tag that they follow; without a tag: by its category."""

    person_id: int
    tag: str | None


def follows_tag(actor: Actor, name: str) -> bool:
    """Return whether the actor hears of new threads with a tag; who reads for many costs no statement."""
    return bool(actor.id) and read(_FOLLOWS_TAG, {"person_id": actor.id, "name": name}).first() is not None


def follows_category(actor: Actor, slug: str) -> bool:
    """Return the same for a category."""
    return bool(actor.id) and read(_FOLLOWS_CATEGORY, {"person_id": actor.id, "slug": slug}).first() is not None


def list_followed_tags(actor: Actor) -> list[Place]:
    """Return the tags that the actor follows, by name."""
    return [Place(name, tag_path(name)) for (name,) in read(_TAGS, {"person_id": actor.id})]


def list_followed_categories(actor: Actor) -> list[Place]:
    """Return the categories that the actor follows and may (still) read, in their set order."""
    return [Place(name, category_path(slug)) for name, slug in read(_categories(reader_of(actor)), {"person_id": actor.id})]


def list_followed_threads(actor: Actor, page: int = 1) -> Page[ThreadRow]:
    """Return the threads that the actor follows and may (still) read, what they followed last first. Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    found = read(_threads(reader_of(actor)), {"person_id": actor.id, "skipped": offset, "most": limit})
    return Page.from_rows(rows_of(found), page, PER_PAGE)


@lru_cache(maxsize=8)
def _categories(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    found = _OF_CATEGORY.with_only_columns(Category.name, Category.slug).where(visible_categories(reader))
    return found.order_by(Category.position, Category.name, Category.id)


@lru_cache(maxsize=8)
def _threads(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    followed = sa.and_(Follow.thread_id == Thread.id, Follow.person_id == _ME, Follow.is_muted.is_(False))
    found = base_select(reader, is_named=True).join(Follow, followed)
    return found.order_by(Follow.created_at.desc(), Thread.id.desc()).offset(sa.bindparam("skipped")).limit(sa.bindparam("most"))


def _followers() -> sa.Select[*tuple[Any, ...]]:
    is_of = sa.bindparam("thread_id", type_=sa.BigInteger)
    by_tag = sa.select(TagFollow.person_id, ThreadTag.position).join(ThreadTag, ThreadTag.tag_id == TagFollow.tag_id)
    by_category: sa.Select[int, int] = sa.select(
        CategoryFollow.person_id, sa.literal_column(str(_BEHIND_TAGS)).label("position")
    ).join(Thread, Thread.category_id == CategoryFollow.category_id)
    found = sa.union_all(by_tag.where(ThreadTag.thread_id == is_of), by_category.where(Thread.id == is_of)).subquery()
    first = sa.select(found.c.person_id, sa.func.min(found.c.position).label("position"))
    first = first.where(found.c.person_id > sa.bindparam("after", type_=sa.BigInteger)).group_by(found.c.person_id)
    return first.order_by(found.c.person_id).limit(sa.bindparam("most"))


_FOLLOWERS = _followers()
_TAGS_OF_THREAD = (
    sa.select(ThreadTag.position, Tag.name)
    .join(Tag, Tag.id == ThreadTag.tag_id)
    .where(ThreadTag.thread_id == sa.bindparam("thread_id", type_=sa.BigInteger))
)


def list_followers(thread_id: int, after: int, most: int) -> list[Follower]:
    """Return who follows a tag of a thread or its category, each once: the first `most` with a greater number than `after`."""
    rows = read(_FOLLOWERS, {"thread_id": thread_id, "after": after, "most": most}).all()
    tags = dict(read(_TAGS_OF_THREAD, {"thread_id": thread_id}).all()) if rows else {}
    return [Follower(person_id, tags.get(position)) for person_id, position in rows]
