"""Short ways to call services in tests: each opens its unit of work, and rows are read again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Tag, Thread
from app.forum.services.composing import compose
from app.jobs.models import Job
from tests.factories import actor_of


def do(service: Callable[..., Any], who: Person | Actor | None, **values: Any) -> Any:
    """Call a service as somebody, in a unit of work of its own."""
    actor = actor_of(who) if isinstance(who, Person) else who
    with unit_of_work():
        return service(*([actor] if actor is not None else []), **values)


def text(source: str, is_comment: bool = False) -> Any:
    return compose(source, is_comment=is_comment).body


def thread_now(thread: Thread) -> Thread:
    return db.session.scalars(sa.select(Thread).where(Thread.id == thread.id).execution_options(populate_existing=True)).one()


def post_now(post: Post) -> Post:
    return db.session.scalars(sa.select(Post).where(Post.id == post.id).execution_options(populate_existing=True)).one()


def comment_now(comment: Comment) -> Comment:
    return db.session.scalars(sa.select(Comment).where(Comment.id == comment.id).execution_options(populate_existing=True)).one()


def count_in(category: Category) -> int:
    return db.session.scalars(sa.select(Category.thread_count).where(Category.id == category.id)).one()


def tag_counts() -> dict[str, int]:
    return dict(db.session.execute(sa.select(Tag.name, Tag.thread_count)).all())


def is_sync_requested(thread: Thread) -> bool:
    return db.session.scalar(sa.select(sa.func.count()).where(Job.dedupe_key == f"search:thread:{thread.id}")) == 1
