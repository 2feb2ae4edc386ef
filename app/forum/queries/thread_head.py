"""Reading the head of a thread: the thread with its board, its author, its tags and its opening post, in one statement.

For whoever asks: who may see the thread is decided by the policies.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.db import read
from app.forum.models import Category, Post, Tag, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.queries.post_rows import POST_COLUMNS, post_row
from app.forum.queries.thread_rows import CategoryCard, StoredNext, ThreadHead
from app.pageviews.models import PageviewTotal
from app.search.models import ReadNext

# In the order of the fields of `ThreadHead`.
_THREAD = (
    Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.author_id, Thread.created_at, Thread.last_activity_at,
    Thread.modified_at, Thread.status, Thread.excerpt, Thread.answer_count, Thread.accepted_count, Thread.me_too_count,
    Thread.duplicate_count, Thread.is_pinned, Thread.slow_minutes, Thread.archived_at, Thread.locked_at, Thread.lock_note,
    Thread.held_at, Thread.hidden_at, Thread.hidden_reason,
    Thread.closed_at, Thread.close_reason, Thread.duplicate_of_id, Thread.article_title, Thread.article_path,
    Thread.version_words, Thread.card_post_id,
)  # fmt: skip
_CATEGORY = (Category.id, Category.slug, Category.name, Category.audience)
_answer = aliased(Post)
_HAS_VOTED_ANSWER = sa.exists().where(
    _answer.thread_id == Thread.id, _answer.kind == PostKind.ANSWER, _answer.score > 0, _answer.hidden_at.is_(None),
    _answer.held_at.is_(None),
)  # fmt: skip
# Names do not sort by themselves in the order that their author gave: each brings its number.
_LINE_BREAK: Any = sa.literal_column("'\n'")
_TAGS = (
    sa.select(sa.func.aggregate_strings(ThreadTag.position.cast(sa.String) + " " + Tag.name, _LINE_BREAK))
    .select_from(ThreadTag)
    .join(Tag, Tag.id == ThreadTag.tag_id)
    .where(ThreadTag.thread_id == Thread.id)
    .correlate(Thread)
    .scalar_subquery()
)
_NEXT = (ReadNext.similar, ReadNext.together, ReadNext.made_at)
_AROUND = (Person.level, Person.role.label("author_role"), _HAS_VOTED_ANSWER, PageviewTotal.views, _TAGS)
_HEAD = (
    sa.select(*_THREAD, *_AROUND, *_CATEGORY, *_NEXT, *POST_COLUMNS)
    .select_from(Thread)
    .join(Category, Category.id == Thread.category_id)
    .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
    .outerjoin(Person, Person.id == Thread.author_id)
    .outerjoin(PageviewTotal, sa.and_(PageviewTotal.kind == "thread", PageviewTotal.target_id == Thread.id))
    .outerjoin(ReadNext, sa.and_(ReadNext.kind == "thread", ReadNext.target_id == Thread.id))
    .where(Thread.id == sa.bindparam("thread_id"))
)
_AFTER_THREAD = len(_THREAD)
_AFTER_AROUND = _AFTER_THREAD + len(_AROUND)
_AFTER_CATEGORY = _AFTER_AROUND + len(_CATEGORY)
_AFTER_NEXT = _AFTER_CATEGORY + len(_NEXT)


def find_thread_head(thread_id: int) -> ThreadHead | None:
    """Return a thread whoever asks (the caller checks the policy), or None."""
    row = read(_HEAD, {"thread_id": thread_id}).first()
    if row is None:
        return None
    found: tuple[Any, ...] = tuple(row)
    level, role, has_voted, views, tags = found[_AFTER_THREAD:_AFTER_AROUND]
    stored = found[_AFTER_CATEGORY:_AFTER_NEXT]
    rest: tuple[Any, ...] = (
        level or 0, role or "", bool(has_voted), views or 0, _tag_names(tags),
        CategoryCard(*found[_AFTER_AROUND:_AFTER_CATEGORY]), post_row(found[_AFTER_NEXT:]),
        StoredNext(*stored) if stored[-1] is not None else None,
    )  # fmt: skip
    return ThreadHead(*found[:_AFTER_THREAD], *rest)


def _tag_names(tags: str | None) -> tuple[str, ...]:
    """Return the names of tags in their order."""
    found = [tag.partition(" ") for tag in tags.split("\n")] if tags else []
    return tuple(name for _position, _space, name in sorted(found, key=lambda tag: (int(tag[0]), tag[2])))
