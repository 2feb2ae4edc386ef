"""What one person wrote, as far as the reader may see it: counts and a list of answers. Reads only."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from app.core.actor import ANONYMOUS, Actor
from app.core.db import db
from app.core.pagination import Page, window
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import ThreadKind
from app.forum.policies import listed_threads
from app.forum.urls import post_path

PER_PAGE = 25
EXCERPT_LENGTH = 200


class Contributions(Struct, frozen=True):
    """How much a person wrote, of what the reader may see. `has_praise`: a public post with a positive score or accepted."""

    questions: int
    discussions: int
    answers: int
    accepted: int
    replies: int
    has_praise: bool


class AnswerRow(Struct, frozen=True):
    """One answer in a list: `path` is its permalink, `title` that of its question."""

    id: int
    title: str
    path: str
    excerpt: str
    score: int
    is_accepted: bool
    created_at: datetime


def _listed_posts(actor: Actor, author_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Post.author_id == author_id, Post.hidden_at.is_(None), Post.held_at.is_(None), listed_threads(actor))


def count_contributions(actor: Actor, author_id: int) -> Contributions:
    """Return what `author_id` wrote in threads that `actor` may find in lists (one statement)."""
    is_praised = sa.and_(listed_threads(ANONYMOUS), sa.or_(Post.score > 0, Post.accepted_at.is_not(None)))
    statement = (
        sa.select(
            Thread.kind,
            Post.kind,
            sa.func.count(),
            sa.func.count(Post.accepted_at),
            sa.func.max(sa.case((is_praised, 1), else_=0)),
        )
        .select_from(Post)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(_listed_posts(actor, author_id))
        .group_by(Thread.kind, Post.kind)
    )
    counts: dict[tuple[str, str], int] = defaultdict(int)
    accepted, has_praise = 0, False
    for thread_kind, post_kind, number, accepted_number, praised in db.session.execute(statement):
        counts[(thread_kind, post_kind)] = number
        accepted += accepted_number
        has_praise = has_praise or bool(praised)
    return Contributions(
        questions=counts[(ThreadKind.QUESTION, PostKind.OPENING)],
        discussions=counts[(ThreadKind.DISCUSSION, PostKind.OPENING)],
        answers=counts[(ThreadKind.QUESTION, PostKind.ANSWER)],
        accepted=accepted,
        replies=counts[(ThreadKind.DISCUSSION, PostKind.REPLY)],
        has_praise=has_praise,
    )


def list_answers_of(actor: Actor, author_id: int, page: int = 1) -> Page[AnswerRow]:
    """Return a page of answers by one person in listed questions, newest first. Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    statement = (
        sa.select(Post.id, Thread.title, Post.body_text, Post.score, Post.accepted_at, Post.created_at)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(_listed_posts(actor, author_id), Post.kind == PostKind.ANSWER)
        .order_by(Post.created_at.desc(), Post.id.desc())
        .offset(offset)
        .limit(limit)
    )
    rows = [
        AnswerRow(
            id=row.id, title=row.title, path=post_path(row.id), excerpt=shorten(row.body_text, EXCERPT_LENGTH), score=row.score,
            is_accepted=row.accepted_at is not None, created_at=row.created_at,
        )
        for row in db.session.execute(statement)
    ]  # fmt: skip
    return Page.from_rows(rows, page, PER_PAGE)


def list_thread_ids_of(person_id: int) -> list[int]:
    """Return the threads in which a person wrote or started something, whoever may see it, in the order of their ids."""
    comments = sa.select(Post.thread_id).join(Comment, Comment.post_id == Post.id).where(Comment.author_id == person_id)
    posts = sa.select(Post.thread_id).where(Post.author_id == person_id)
    threads = sa.select(Thread.id).where(Thread.author_id == person_id)
    return sorted(set(db.session.scalars(sa.union(posts, comments, threads))))
