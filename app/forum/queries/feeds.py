"""What Atom feeds list: public, listed threads and posts only, whoever asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import read
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Category, Post, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.policies import public_only
from app.forum.queries.tags import tags_of_threads
from app.forum.queries.thread_rows import ThreadHead
from app.forum.urls import post_path, thread_path

LIMIT = 30
TITLE_LENGTH = 90
REMOVED = "[removed]"


class FeedEntry(Struct, frozen=True):
    """One entry: `id_path` never changes, `path` is where it is read. `html` is the whole sanitised text."""

    id_path: str
    path: str
    title: str
    author: str
    html: str
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()


_THREADS = (
    sa.select(
        Thread.id, Thread.kind, Thread.slug, Thread.title, Thread.created_at, Thread.modified_at, Post.body_html, Person.name,
        Person.display_name,
    )
    .select_from(Thread)
    .join(Category, Category.id == Thread.category_id)
    .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
    .outerjoin(Person, Person.id == Thread.author_id)
    .where(public_only())
    .order_by(Thread.created_at.desc(), Thread.id.desc())
    .limit(LIMIT)
)  # fmt: skip
_BY_CATEGORY = _THREADS.where(Thread.category_id == sa.bindparam("category_id"))
_BY_TAG = _THREADS.join(ThreadTag, sa.and_(ThreadTag.thread_id == Thread.id, ThreadTag.tag_id == sa.bindparam("tag_id")))
_POSTS = (
    sa.select(
        Post.id, Post.kind, Post.created_at, Post.edited_at, Post.body_html, Post.body_text, Person.name, Person.display_name
    )
    .select_from(Post)
    .outerjoin(Person, Person.id == Post.author_id)
    .where(Post.thread_id == sa.bindparam("thread_id"), Post.hidden_at.is_(None), Post.held_at.is_(None))
    .order_by(Post.created_at.desc(), Post.id.desc())
    .limit(LIMIT)
)


def list_feed_threads(category: int | None = None, tag: int | None = None) -> tuple[FeedEntry, ...]:
    """Return the newest public threads, of one category or tag (ids) if asked for."""
    if category is not None:
        found = read(_BY_CATEGORY, {"category_id": category}).all()
    elif tag is not None:
        found = read(_BY_TAG, {"tag_id": tag}).all()
    else:
        found = read(_THREADS).all()
    return _thread_entries(found)


def _thread_entries(rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> tuple[FeedEntry, ...]:
    tags = tags_of_threads([row.id for row in rows])
    return tuple(
        FeedEntry(
            id_path=f"/{row.kind}s/{row.id}",
            path=thread_path(row.kind, row.id, row.slug),
            title=row.title,
            author=row.display_name or row.name or REMOVED,
            html=row.body_html,
            published_at=row.created_at,
            updated_at=max(row.modified_at, row.created_at),
            tags=tags.get(row.id, ()),
        )
        for row in rows
    )


def list_feed_posts(head: ThreadHead) -> tuple[FeedEntry, ...]:
    """Return the newest posts of a public thread, its opening text among them."""
    rows = read(_POSTS, {"thread_id": head.id}).all()
    return tuple(
        FeedEntry(
            id_path=post_path(row.id),
            path=head.path if row.kind == PostKind.OPENING else post_path(row.id),
            title=head.title if row.kind == PostKind.OPENING else shorten(row.body_text, TITLE_LENGTH) or f"Re: {head.title}",
            author=row.display_name or row.name or REMOVED,
            html=row.body_html,
            published_at=row.created_at,
            updated_at=row.edited_at or row.created_at,
        )
        for row in rows
    )
