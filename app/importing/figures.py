"""The denormalised figures of rows written in bulk, derived by the forum's own rules. Works in the caller's unit of work.

Nothing here may know how a figure is counted: that is `forum.services.figures` for threads and posts; for categories and tags the
same count as in `forum.services.recounting`, as one statement.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Post, Tag, Thread, ThreadTag
from app.forum.services.figures import FIGURES, POST_FIGURES, derive_figures, derive_post_figures


def write_figures(thread_ids: Sequence[int]) -> int:
    """Correct the figures of these threads and their posts, and return how many rows were not right."""
    require_unit_of_work()
    return _write_post_figures(thread_ids) + _write_thread_figures(thread_ids)


def _write_post_figures(thread_ids: Sequence[int]) -> int:
    columns = [getattr(Post, name) for name in POST_FIGURES]
    posts = db.session.execute(sa.select(Post.id, *columns).where(Post.thread_id.in_(thread_ids))).all()
    derived = derive_post_figures([post.id for post in posts])
    changes = []
    for post in posts:
        right = {name: getattr(derived[post.id], name) for name in POST_FIGURES}
        if any(getattr(post, name) != value for name, value in right.items()):
            changes.append({"id": post.id, **right})
    if changes:
        db.session.execute(sa.update(Post), changes)
    return len(changes)


def _write_thread_figures(thread_ids: Sequence[int]) -> int:
    statement = sa.select(Thread).where(Thread.id.in_(thread_ids)).execution_options(populate_existing=True)
    threads = list(db.session.scalars(statement))
    derived = derive_figures(threads)
    changes = []
    for thread in threads:
        right = {name: getattr(derived[thread.id], name) for name in FIGURES}
        if any(getattr(thread, name) != value for name, value in right.items()):
            right["modified_at"] = max(thread.modified_at, right["last_activity_at"])
            changes.append({"id": thread.id, **right})
    if changes:
        db.session.execute(sa.update(Thread), changes)
    db.session.expire_all()
    return len(changes)


def write_listing_counts() -> None:
    """Correct the number of threads of all categories and tags where it is not right."""
    require_unit_of_work()
    is_listed = sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None))
    in_category = (
        sa.select(sa.func.count()).select_from(Thread).where(Thread.category_id == Category.id, is_listed).scalar_subquery()
    )
    with_tag = (
        sa.select(sa.func.count())
        .select_from(ThreadTag)
        .join(Thread, Thread.id == ThreadTag.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(ThreadTag.tag_id == Tag.id, is_listed, Category.audience == Audience.PUBLIC)
        .correlate(Tag)
        .scalar_subquery()
    )
    for table, count in ((Category, in_category), (Tag, with_tag)):
        statement = sa.update(table).where(table.thread_count != count).values(thread_count=count)
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
