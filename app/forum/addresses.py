"""All addresses of threads, categories and tags with the facts of the page contract: for the audit and for IndexNow. Reads only.

A block costs two statements; blocks are asked for by id, so that going through a whole site holds one of them at a time.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import db
from app.core.likeness import is_nearly_the_same
from app.forum.indexability import has_voted_answer, is_trusted_author
from app.forum.models import Category, Post, Tag, Thread
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place, Redirect
from app.forum.urls import category_path, tag_path, thread_path
from app.web.contract import Address, ListFacts, ThreadFacts
from app.web.seo import contract_of

_IS_MOVED = sa.exists().where(Redirect.kind == Place.THREAD, Redirect.old_id == Thread.id)
_THREADS = (
    sa.select(
        Thread.id, Thread.kind, Thread.slug, Thread.title, Thread.status, Thread.held_at, Thread.hidden_at, Thread.author_id,
        Thread.duplicate_of_id, Thread.answer_count, Thread.accepted_count, Thread.created_at, Thread.modified_at,
        Thread.locked_at, Thread.closed_at, Thread.archived_at, Category.audience, Person.level, Person.role,
        sa.func.length(Post.body_text).label("text_length"), has_voted_answer().label("has_voted_answer"),
        _IS_MOVED.label("is_moved"),
    )
    .select_from(Thread)
    .join(Category, Category.id == Thread.category_id)
    .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
    .outerjoin(Person, Person.id == Thread.author_id)
    .order_by(Thread.id)
)  # fmt: skip


def list_threads_after(after_id: int, limit: int) -> list[Address]:
    """Return the addresses of all threads above an id, by id, whoever may read them."""
    return _addresses(db.session.execute(_THREADS.where(Thread.id > after_id).limit(limit)).all())


def find_threads(ids: Sequence[int]) -> list[Address]:
    """Return the addresses of threads by their ids."""
    return _addresses(db.session.execute(_THREADS.where(Thread.id.in_(ids))).all())


def _addresses(rows: Sequence[Any]) -> list[Address]:
    twins = _find_twins([(row.id, row.duplicate_of_id) for row in rows if row.duplicate_of_id])
    return [
        Address(
            row.kind, row.id, thread_path(row.kind, row.id, row.slug), row.title, _facts(row, twins.get(row.id, "")),
            row.modified_at,
        )
        for row in rows
    ]  # fmt: skip


def _facts(row: Any, twin_path: str = "") -> ThreadFacts:
    is_trusted = is_trusted_author(row.level or 0, row.role or "")
    return ThreadFacts(
        kind=row.kind, audience=row.audience, status=row.status, is_listed=row.held_at is None and row.hidden_at is None,
        is_duplicate=row.duplicate_of_id is not None, answer_count=row.answer_count, accepted_count=row.accepted_count,
        has_voted_answer=bool(row.has_voted_answer), text_length=row.text_length, is_author_trusted=is_trusted,
        created_at=row.created_at, is_author_new=row.author_id is not None and not is_trusted,
        is_open=row.locked_at is None and row.closed_at is None and row.archived_at is None,
        is_removed=row.hidden_at is not None and row.held_at is None, is_moved=bool(row.is_moved), twin_path=twin_path,
    )  # fmt: skip


def _find_twins(pairs: list[tuple[int, int]]) -> dict[int, str]:
    """Return duplicate -> path of its original, where that one is indexed and says nearly the same."""
    if not pairs:
        return {}
    originals = {row.id: row for row in db.session.execute(_THREADS.where(Thread.id.in_({one for _, one in pairs})))}
    ids = {thread_id for pair in pairs for thread_id in pair}
    texts = dict(
        db.session.execute(
            sa.select(Thread.id, Thread.title + "\n" + Post.body_text)
            .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
            .where(Thread.id.in_(ids))
        ).all()
    )
    found = {}
    for copy_id, original_id in pairs:
        row = originals.get(original_id)
        if row and contract_of(_facts(row)).is_indexable and is_nearly_the_same(texts[copy_id], texts[original_id]):
            found[copy_id] = thread_path(row.kind, row.id, row.slug)
    return found


def list_categories_after(after_id: int, limit: int) -> list[Address]:
    """Return the addresses of all categories above an id."""
    statement = sa.select(Category).where(Category.id > after_id).order_by(Category.id).limit(limit)
    return [
        Address("category", row.id, category_path(row.slug), row.name, ListFacts(row.thread_count, row.audience, True, True))
        for row in db.session.scalars(statement)
    ]


def list_tags_after(after_id: int, limit: int) -> list[Address]:
    """Return the addresses of all tags above an id that some thread carries; others have no page."""
    statement = sa.select(Tag).where(Tag.id > after_id, Tag.thread_count > 0).order_by(Tag.id).limit(limit)
    return [
        Address("tag", row.id, tag_path(row.name), row.name, ListFacts(row.thread_count, is_topic=True, has_trail=True))
        for row in db.session.scalars(statement)
    ]
