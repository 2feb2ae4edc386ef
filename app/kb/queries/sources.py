"""What an article was built from: credits for its readers, and the comparison for its curators."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import db, read
from app.core.errors import NotFound
from app.core.records import Struct
from app.forum.models import Category, Post, PostRevision, Thread
from app.forum.models.post import PostKind
from app.forum.policies import listed_threads
from app.forum.queries.categories import reader_of
from app.forum.urls import post_path, thread_path
from app.kb.models import ArticleSource
from app.web.marking import PEOPLE, SITE, THREADS, article_tag
from app.web.remembering import remember


class Credit(Struct, frozen=True):
    """A passage that a reader of the article may look up. The author's name is "" for somebody who was removed."""

    post_id: int
    post_kind: str
    role: str
    path: str
    author_name: str
    author_display_name: str
    author_path: str
    thread_id: int
    thread_kind: str
    thread_title: str
    thread_path: str


class SourceState(Struct, frozen=True):
    """A source with the text it was taken from and the text that stands there now."""

    id: int
    post_id: int
    role: str
    path: str
    author_display_name: str
    author_path: str
    thread_title: str
    thread_path: str
    change: str
    changed_at: datetime | None
    revision_then: int
    revision_now: int
    text_then: str
    text_now: str


class SourcePost(Struct, frozen=True):
    """A post that blocks were taken from, as it stands now. Title and path of its thread are "" where the reader may not see it."""

    post_id: int
    path: str
    author_display_name: str
    author_path: str
    is_opening: bool
    is_accepted: bool
    is_listed: bool
    revision_now: int
    hash_now: str
    thread_title: str
    thread_path: str


def list_source_posts(actor: Actor, post_ids: Iterable[int]) -> dict[int, SourcePost]:
    """Return posts by id, in one statement; none for no ids."""
    ids = sorted(set(post_ids))
    if not ids:
        return {}
    statement = (
        sa.select(
            Post.id, Post.kind, Post.accepted_at, Post.hidden_at, Post.held_at, Post.revision, Post.body_hash, Person.name,
            Person.display_name, Thread.id.label("thread_id"), Thread.kind.label("thread_kind"), Thread.title, Thread.slug,
            Thread.hidden_at.label("thread_hidden_at"), Thread.held_at.label("thread_held_at"), Category.audience,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(Person, Person.id == Post.author_id)
        .where(Post.id.in_(ids))
    )  # fmt: skip
    return {row.id: _source_post(row, actor.can_read(row.audience)) for row in db.session.execute(statement)}


def _source_post(row: sa.Row[*tuple[Any, ...]], is_readable: bool) -> SourcePost:
    return SourcePost(
        post_id=row.id, path=post_path(row.id), author_display_name=row.display_name or row.name or "",
        author_path=person_path(row.name) if row.name else "", is_opening=row.kind == PostKind.OPENING,
        is_accepted=row.accepted_at is not None,
        is_listed=not any((row.hidden_at, row.held_at, row.thread_hidden_at, row.thread_held_at)),
        revision_now=row.revision, hash_now=row.body_hash, thread_title=row.title if is_readable else "",
        thread_path=thread_path(row.thread_kind, row.thread_id, row.slug) if is_readable else "",
    )  # fmt: skip


def list_credits(actor: Actor, article_id: int) -> tuple[Credit, ...]:
    """Return the sources of the text that readers of an article see, in its order, as far as the actor may look them up.

    One statement, remembered while nothing about the article, threads and people changes.
    """
    reader = reader_of(actor)
    tags = (article_tag(article_id), THREADS, PEOPLE, SITE)
    return remember(
        reader, ("credits", article_id), tags, lambda: tuple(map(_credit, read(_credits(reader), {"article_id": article_id})))
    )


@lru_cache(maxsize=8)
def _credits(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ArticleSource.post_id, Post.kind, ArticleSource.role, Person.name, Person.display_name, Thread.id, Thread.title,
            Thread.kind, Thread.slug,
        )
        .join(Post, Post.id == ArticleSource.post_id)
        .join(Thread, Thread.id == ArticleSource.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(Person, Person.id == ArticleSource.author_id)
        .where(
            ArticleSource.article_id == sa.bindparam("article_id"), ArticleSource.is_shown, listed_threads(reader),
            Post.hidden_at.is_(None), Post.held_at.is_(None),
        )
        .order_by(ArticleSource.position, ArticleSource.id)
    )  # fmt: skip


def _credit(row: sa.Row[*tuple[Any, ...]]) -> Credit:
    post_id, post_kind, role, name, display_name, thread_id, title, kind, slug = row
    return Credit(
        post_id=post_id, post_kind=post_kind, role=role, path=post_path(post_id), author_name=name or "",
        author_display_name=display_name or name or "", author_path=person_path(name) if name else "",
        thread_id=thread_id, thread_kind=kind, thread_title=title, thread_path=thread_path(kind, thread_id, slug),
    )  # fmt: skip


def list_source_states(actor: Actor, article_id: int) -> list[SourceState]:
    """Return the sources of an article with both texts, for curators; those in categories they cannot read are left out."""
    statement = (
        sa.select(
            ArticleSource.id, ArticleSource.post_id, ArticleSource.role, Person.name, Person.display_name, Thread.id,
            Thread.title, Thread.kind, Thread.slug, ArticleSource.change, ArticleSource.changed_at, ArticleSource.post_revision,
            Post.revision, PostRevision.body_source, Post.body_source,
        )
        .join(Post, Post.id == ArticleSource.post_id)
        .join(Thread, Thread.id == ArticleSource.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(
            PostRevision, sa.and_(PostRevision.post_id == Post.id, PostRevision.number == ArticleSource.post_revision)
        )
        .outerjoin(Person, Person.id == ArticleSource.author_id)
        .where(ArticleSource.article_id == article_id, Category.audience.in_(actor.audiences))
        .order_by(ArticleSource.position, ArticleSource.id)
    )  # fmt: skip
    return [_state(row) for row in db.session.execute(statement)]


def _state(row: sa.Row[*tuple[Any, ...]]) -> SourceState:
    (source_id, post_id, role, name, display_name, thread_id, title, kind, slug, change, changed_at, then, now, text_then,
     text_now) = row  # fmt: skip
    return SourceState(
        id=source_id, post_id=post_id, role=role, path=post_path(post_id), author_display_name=display_name or name or "",
        author_path=person_path(name) if name else "", thread_title=title, thread_path=thread_path(kind, thread_id, slug),
        change=change, changed_at=changed_at, revision_then=then, revision_now=now, text_then=text_then or "", text_now=text_now,
    )  # fmt: skip


def get_article_id_of_source(source_id: int) -> int:
    """Return the article that a source belongs to. Raises NotFound."""
    article_id = db.session.scalar(sa.select(ArticleSource.article_id).where(ArticleSource.id == source_id))
    if article_id is None:
        raise NotFound
    return article_id
