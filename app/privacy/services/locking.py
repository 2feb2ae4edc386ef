"""Locking the threads in which a person did something, before what names that person is changed there: as everybody else does it,
threads in the order of their ids, then posts, and accounts last."""

from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.uow import require_unit_of_work
from app.forum.models import Acceptance, Comment, MeToo, Outcome, Post, PostRevision, Thread, Vote


def lock_threads_of(person_id: int) -> set[int]:
    """Lock the threads that a person's rows are about, and return their ids."""
    require_unit_of_work()
    mine = sa.union(*_places(person_id)).subquery()
    statement = sa.select(Thread.id).where(Thread.id.in_(sa.select(mine.c[0]))).order_by(Thread.id)
    return set(db.session.scalars(statement.with_for_update(key_share=True)))


def find_threads_of(person_id: int) -> set[int]:
    """Return the threads that a person's rows are about."""
    return set(db.session.scalars(sa.union(*_places(person_id))))


def _places(person_id: int) -> list[sa.Select[Any]]:
    direct = ((Thread.id, Thread.author_id), (MeToo.thread_id, MeToo.person_id), (Outcome.thread_id, Outcome.actor_id))
    by_post = ((Comment, Comment.author_id), (Vote, Vote.person_id), (PostRevision, PostRevision.editor_id))
    posts = sa.or_(Post.author_id == person_id, Post.edited_by_id == person_id)
    return [
        sa.select(Post.thread_id).where(posts),
        sa.select(Acceptance.thread_id).where(Acceptance.accepted_by_id == person_id),
        *(sa.select(place).where(who == person_id) for place, who in direct),
        *(sa.select(Post.thread_id).join(table, table.post_id == Post.id).where(who == person_id) for table, who in by_post),
    ]
