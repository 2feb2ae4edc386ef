"""What concerns one person among the threads: own questions, what they follow, where their help is wanted.

What is read is that person's: nothing here costs more on a larger site. Statements are built once a role.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.forum.models import CategoryFollow, Follow, Post, TagFollow, Thread, ThreadTag
from app.forum.models.thread import ThreadKind
from app.forum.queries.categories import reader_of
from app.forum.queries.lists import STILL_UNANSWERED, ThreadRow, base_select, rows_of

MOST = 5
# A person's tags: those of the threads of their last posts, so many posts and the commonest so many tags.
KNOWN_POSTS = 200
KNOWN_TAGS = 10
# Of the questions that wait, so many of the newest are looked at: more where the first are not enough.
WAITING_LOOKED_AT = (100, 1000)
_ME = sa.bindparam("person_id", type_=sa.BigInteger)


def list_own_questions(actor: Actor) -> tuple[ThreadRow, ...]:
    """Return the person's questions in which something happened last."""
    return _rows(_own(reader_of(actor)), actor)


def list_followed(actor: Actor) -> tuple[ThreadRow, ...]:
    """Return threads of others that the person follows, and own discussions, in which something happened last."""
    return _rows(_followed(reader_of(actor)), actor)


def list_wanted(actor: Actor) -> tuple[ThreadRow, ...]:
    """Return the newest questions of others without an answer that the person does not follow yet, in the tags that they write about
    or follow, and in the categories that they follow.

    Two or three statements; one for who has not written about any tag and follows nothing.
    """
    found: tuple[ThreadRow, ...] = ()
    places = read(_PLACES, {"person_id": actor.id}).all() if actor.id is not None else []
    tag_ids, category_ids = [row.tag_id for row in places if row.tag_id], [row.category_id for row in places if row.category_id]
    for looked_at in WAITING_LOOKED_AT if places else ():
        found = _rows(_wanted(reader_of(actor)), actor, tag_ids=tag_ids, category_ids=category_ids, looked_at=looked_at)
        if len(found) == MOST:
            break
    return found


def _rows(statement: sa.Select[*tuple[Any, ...]], actor: Actor, **given: Any) -> tuple[ThreadRow, ...]:
    return tuple(rows_of(read(statement, {"person_id": actor.id, **given}))) if actor.id is not None else ()


@lru_cache(maxsize=8)
def _own(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    own = base_select(reader, is_named=True).where(Thread.author_id == _ME, Thread.kind == ThreadKind.QUESTION)
    return own.order_by(Thread.last_activity_at.desc(), Thread.id.desc()).limit(MOST)


@lru_cache(maxsize=8)
def _followed(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    is_other = sa.or_(Thread.author_id.is_(None), Thread.author_id != _ME, Thread.kind != ThreadKind.QUESTION)
    followed = sa.and_(Follow.thread_id == Thread.id, Follow.person_id == _ME, Follow.is_muted.is_(False))
    found = base_select(reader, is_named=True).join(Follow, followed).where(is_other)
    return found.order_by(Thread.last_activity_at.desc(), Thread.id.desc()).limit(MOST)


def _places() -> sa.CompoundSelect[int | None, int | None]:
    """Tags and categories that are a person's own."""
    recent = sa.select(Post.thread_id).where(Post.author_id == _ME).order_by(Post.created_at.desc()).limit(KNOWN_POSTS).subquery()
    known = sa.select(ThreadTag.tag_id).join(recent, recent.c.thread_id == ThreadTag.thread_id)
    commonest = known.group_by(ThreadTag.tag_id).order_by(sa.func.count().desc(), ThreadTag.tag_id).limit(KNOWN_TAGS).subquery()
    none = sa.null().cast(sa.BigInteger)
    return sa.union_all(
        sa.select(commonest.c.tag_id, none.label("category_id")),
        sa.select(TagFollow.tag_id, none).where(TagFollow.person_id == _ME),
        sa.select(none, CategoryFollow.category_id).where(CategoryFollow.person_id == _ME),
    )


_PLACES = _places()


@lru_cache(maxsize=8)
def _wanted(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    waiting = (
        base_select(reader)
        .with_only_columns(Thread.id)
        .where(STILL_UNANSWERED)
        .order_by(Thread.created_at.desc(), Thread.id.desc())
        .limit(sa.bindparam("looked_at"))
        .subquery()
    )
    is_known = sa.or_(
        sa.exists().where(ThreadTag.thread_id == Thread.id, ThreadTag.tag_id.in_(sa.bindparam("tag_ids", expanding=True))),
        Thread.category_id.in_(sa.bindparam("category_ids", expanding=True)),
    )
    follows = sa.exists().where(Follow.thread_id == Thread.id, Follow.person_id == _ME, Follow.is_muted.is_(False))
    is_other = sa.or_(Thread.author_id.is_(None), Thread.author_id != _ME)
    found = base_select(reader, is_named=True).join(waiting, waiting.c.id == Thread.id).where(is_other, is_known, ~follows)
    return found.order_by(Thread.created_at.desc(), Thread.id.desc()).limit(MOST)
