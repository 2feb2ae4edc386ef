"""What stands around a text that waits: the opening text, the posts before and after it, the post that a comment is on."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.db import db
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.forum.urls import comment_path, post_path

EXCERPT = 600


class Neighbour(Struct, frozen=True):
    """A text beside the one that waits. `place`: opening, before, after, or above (the post that a comment is on)."""

    place: str
    path: str
    author_name: str
    text: str
    created_at: datetime


def list_around_post(post_id: int) -> list[Neighbour]:
    """Return the opening text and the listed posts before and after a post of a thread, in one statement; none for an opening itself."""
    own, near = aliased(Post), aliased(Post)

    def _next_to(is_before: bool) -> sa.ScalarSelect[Any]:
        own_place = sa.select(own.thread_id, own.created_at).where(own.id == post_id).subquery()
        side = near.created_at < own_place.c.created_at if is_before else near.created_at > own_place.c.created_at
        found = sa.select(near.id).join(own_place, near.thread_id == own_place.c.thread_id)
        found = found.where(side, near.kind != PostKind.OPENING, near.hidden_at.is_(None), near.held_at.is_(None))
        order = near.created_at.desc() if is_before else near.created_at
        return found.order_by(order, near.id).limit(1).scalar_subquery()

    here = sa.select(own.thread_id).where(own.id == post_id).scalar_subquery()
    before, after = _next_to(True), _next_to(False)
    place = sa.case((Post.kind == PostKind.OPENING, "opening"), (Post.id == before, "before"), else_="after")
    statement = (
        sa.select(place, Post.id, Post.body_text, Post.created_at, Person.display_name)
        .outerjoin(Person, Person.id == Post.author_id)
        .where(Post.thread_id == here, Post.id != post_id)
        .where(sa.or_(Post.kind == PostKind.OPENING, Post.id == before, Post.id == after))
        .order_by(Post.kind != PostKind.OPENING, Post.created_at, Post.id)
    )
    rows = db.session.execute(statement)
    return [_neighbour(where, post_path(found_id), *rest) for where, found_id, *rest in rows]


def list_around_comment(comment_id: int) -> list[Neighbour]:
    """Return the post that a comment is on, and the visible comments before and after it, in two statements."""
    own = aliased(Comment)
    on = (
        sa.select(Post.id, Post.body_text, Post.created_at, Person.display_name, own.created_at)
        .join(own, own.post_id == Post.id)
        .outerjoin(Person, Person.id == Post.author_id)
        .where(own.id == comment_id)
    )
    row = db.session.execute(on).first()
    if row is None:
        return []
    found = [_neighbour("above", post_path(row[0]), *row[1:4])]
    sides = []
    for where, side, order in (
        ("before", Comment.created_at < row[4], Comment.created_at.desc()), ("after", Comment.created_at > row[4], Comment.created_at)
    ):  # fmt: skip
        one = (
            sa.select(sa.literal(where), Comment.id, Comment.body_text, Comment.created_at, Person.display_name)
            .outerjoin(Person, Person.id == Comment.author_id)
            .where(Comment.post_id == row[0], Comment.id != comment_id, Comment.hidden_at.is_(None), side)
            .order_by(order, Comment.id)
            .limit(1)
        )
        sides.append(sa.select(one.subquery()))
    for where, number, *rest in db.session.execute(sa.union_all(*sides)):
        found.append(_neighbour(where, comment_path(number), *rest))
    return found


def _neighbour(place: str, path: str, text: str, created_at: datetime, author_name: str | None) -> Neighbour:
    return Neighbour(place, path, author_name or "[removed]", shorten(text, EXCERPT), created_at)
