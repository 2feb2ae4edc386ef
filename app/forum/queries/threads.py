"""Single threads, posts, comments and categories: to be read by an actor, or locked to be changed. Lists live elsewhere.

Lock order of the forum: categories (by id), threads (by id), posts, comments, tags (by id). `FOR UPDATE` counts on
PostgreSQL; on SQLite the unit of work already holds the only write lock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.core.actor import Actor
from app.core.db import db, read
from app.core.entities import columns_of, enter, is_known, values_of
from app.core.errors import Conflict, NotFound
from app.forum.models import Acceptance, Category, Comment, Follow, Post, PostRevision, Tag, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_see_post, ensure_can_see_thread, visible_categories


def get_thread(actor: Actor, thread_id: int) -> Thread:
    """Return a thread with category and author. Raises NotFound when there is none, or none the actor may see."""
    statement = sa.select(Thread).options(joinedload(Thread.category), joinedload(Thread.author)).where(Thread.id == thread_id)
    thread: Thread | None = db.session.scalar(statement)
    if thread is None:
        raise NotFound
    ensure_can_see_thread(actor, thread)
    return thread


def get_post(actor: Actor, post_id: int) -> Post:
    """Return a post with author, thread and category. Raises NotFound when there is none, or none the actor may see."""
    statement = (
        sa.select(Post)
        .options(joinedload(Post.thread).joinedload(Thread.category), joinedload(Post.author))
        .where(Post.id == post_id)
    )  # fmt: skip
    post: Post | None = db.session.scalar(statement)
    if post is None:
        raise NotFound
    ensure_can_see_post(actor, post, post.thread)
    return post


def get_comment(actor: Actor, comment_id: int) -> Comment:
    """Return a comment with its post, thread and category. Raises NotFound when there is none, or none the actor may see."""
    statement = (
        sa.select(Comment)
        .options(joinedload(Comment.post).joinedload(Post.thread).joinedload(Thread.category))
        .where(Comment.id == comment_id)
    )  # fmt: skip
    comment: Comment | None = db.session.scalar(statement)
    if comment is None or (comment.hidden_at is not None and not actor.is_moderator):
        raise NotFound
    ensure_can_see_post(actor, comment.post, comment.post.thread)
    return comment


def get_categories_for_update(ids: Iterable[int]) -> dict[int, Category]:
    """Lock categories in the order of their ids and return them by id; unknown ids are left out."""
    statement = sa.select(Category).where(Category.id.in_(sorted(set(ids)))).order_by(Category.id)
    found = db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    return {category.id: category for category in found}


def get_thread_for_update(thread_id: int) -> Thread:
    """Lock a thread and return it fresh, with its category. Raises NotFound."""
    return get_threads_for_update([thread_id])[thread_id]


def get_threads_for_update(ids: Sequence[int]) -> dict[int, Thread]:
    """Lock threads in the order of their ids and return them by id, with their categories. Raises NotFound if one is missing.

    PostgreSQL looks a row that changed while it was waited for up again, but not the one joined to it: a thread that was moved
    to another category at this very moment falls out, and is there at the second look.
    """
    wanted = set(ids)
    found = _lock_threads(wanted)
    if len(found) < len(wanted):
        found = _lock_threads(wanted)
    if len(found) < len(wanted):
        raise NotFound
    return found


_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_LOCKED_THREADS = (
    sa.select(Thread)
    .join(Thread.category)
    .options(contains_eager(Thread.category))
    .where(Thread.id.in_(_ids))
    .order_by(Thread.id)
    .with_for_update(of=Thread, key_share=True)
    .execution_options(populate_existing=True)
)


_WIDTH = len(columns_of(Thread))
_LOCKED_ROWS = (
    sa.select(*columns_of(Thread), *columns_of(Category))
    .join(Thread.category)
    .where(Thread.id.in_(_ids))
    .order_by(Thread.id)
    .with_for_update(of=Thread, key_share=True)
)


def _lock_threads(ids: set[int]) -> dict[int, Thread]:
    """Return those that there are. What the session knows is refreshed by SQLAlchemy, which takes several times as long."""
    given = {"ids": sorted(ids)}
    db.session.flush()
    rows = [] if any(is_known(Thread, thread_id) for thread_id in ids) else read(_LOCKED_ROWS, given).all()
    categories = {row[_WIDTH]: row[_WIDTH:] for row in rows}
    if not rows or any(is_known(Category, category_id) for category_id in categories):
        return {thread.id: thread for thread in db.session.scalars(_LOCKED_THREADS, given)}
    entered = {category_id: enter(Category, values_of(Category, row)) for category_id, row in categories.items()}
    threads = [enter(Thread, values_of(Thread, row[:_WIDTH])) for row in rows]
    for thread in threads:
        set_committed_value(thread, "category", entered[thread.category_id])
    return {thread.id: thread for thread in threads}


def get_thread_and_category_for_update(thread_id: int, other_category_id: int | None = None) -> Thread:
    """Lock the thread's category (and one more), then the thread: for changes of what the category counts.

    Raises NotFound, or Conflict when the thread moved to another category at this very moment.
    """
    category_id = db.session.scalar(sa.select(Thread.category_id).where(Thread.id == thread_id))
    if category_id is None:
        raise NotFound
    wanted = [category_id] if other_category_id is None else [category_id, other_category_id]
    get_categories_for_update(wanted)
    thread = get_thread_for_update(thread_id)
    if thread.category_id != category_id:
        raise Conflict
    return thread


def get_post_for_update(post_id: int) -> Post:
    """Lock a post's thread, then the post, and return it fresh with its thread and category. Raises NotFound."""
    thread_id = db.session.scalar(sa.select(Post.thread_id).where(Post.id == post_id))
    if thread_id is None:
        raise NotFound
    thread = get_thread_for_update(thread_id)
    statement = sa.select(Post).where(Post.id == post_id).with_for_update(key_share=True)
    post = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    set_committed_value(post, "thread", thread)
    return post


def get_post_and_category_for_update(post_id: int) -> Post:
    """Lock a post as `get_post_for_update` does, and before it its category: for changes that may take its thread out of sight."""
    category_id = db.session.scalar(
        sa.select(Thread.category_id).join(Post, Post.thread_id == Thread.id).where(Post.id == post_id)
    )
    if category_id is None:
        raise NotFound
    get_categories_for_update([category_id])
    post = get_post_for_update(post_id)
    if post.thread.category_id != category_id:
        raise Conflict
    return post


def get_comment_for_update(comment_id: int) -> Comment:
    """Lock a comment after its thread and post, and return it fresh with both. Raises NotFound."""
    post_id = db.session.scalar(sa.select(Comment.post_id).where(Comment.id == comment_id))
    if post_id is None:
        raise NotFound
    post = get_post_for_update(post_id)
    statement = sa.select(Comment).where(Comment.id == comment_id).with_for_update(key_share=True)
    comment = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    set_committed_value(comment, "post", post)
    return comment


def list_categories_to_post(actor: Actor) -> list[Category]:
    """Return the categories in which the actor may start threads, in their order."""
    if not actor.can_post:
        return []
    statement = sa.select(Category).where(visible_categories(actor)).order_by(Category.position, Category.name)
    return list(db.session.scalars(statement))


def get_opening(thread_id: int) -> Post:
    """Return the opening post of a thread. Raises NotFound."""
    post: Post | None = db.session.scalar(sa.select(Post).where(Post.thread_id == thread_id, Post.kind == PostKind.OPENING))
    if post is None:
        raise NotFound
    return post


def list_tag_names(thread_id: int) -> list[str]:
    """Return a thread's tags in the order their author gave."""
    statement = (
        sa.select(Tag.name).join(ThreadTag, ThreadTag.tag_id == Tag.id)
        .where(ThreadTag.thread_id == thread_id).order_by(ThreadTag.position, Tag.name)
    )  # fmt: skip
    return list(db.session.scalars(statement))


def find_acceptance(post_id: int) -> Acceptance | None:
    """Return the acceptance of an answer, if it is accepted."""
    return db.session.get(Acceptance, post_id)


def find_revision(post_id: int, number: int) -> PostRevision | None:
    """Return one revision of a post."""
    return db.session.scalar(sa.select(PostRevision).where(PostRevision.post_id == post_id, PostRevision.number == number))


def find_shown_text(post_id: int, held_at: datetime) -> str:
    """Return what a post said, as it was typed, before it began to wait; empty if it waits since it arrived."""
    statement = (
        sa.select(PostRevision.body_source)
        .where(PostRevision.post_id == post_id, PostRevision.created_at < held_at)
        .order_by(PostRevision.number.desc())
        .limit(1)
    )
    return db.session.scalar(statement) or ""


def find_follow(person_id: int, thread_id: int) -> Follow | None:
    """Return whether and how a person follows a thread."""
    return db.session.get(Follow, (thread_id, person_id))
