"""Finding the thread of a post or comment that the actor may see within it."""

from typing import NamedTuple

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import read
from app.forum.models import Comment, Post
from app.forum.policies import visible_comments, visible_posts


class PostPlace(NamedTuple):
    """Where a post belongs. Whether its thread may be seen is checked by the caller."""

    post_id: int
    thread_id: int
    kind: str


def find_post_place(actor: Actor, post_id: int) -> PostPlace | None:
    """Return the place of a post, or None for one the actor does not see."""
    statement = sa.select(Post.id, Post.thread_id, Post.kind).where(Post.id == post_id, visible_posts(actor))
    row = read(statement).first()
    return PostPlace(*row) if row else None


def find_comment_place(actor: Actor, comment_id: int) -> PostPlace | None:
    """Return the place of the post under which a comment stands, or None for one the actor does not see."""
    statement = (
        sa.select(Post.id, Post.thread_id, Post.kind)
        .join(Comment, Comment.post_id == Post.id)
        .where(Comment.id == comment_id, visible_posts(actor), visible_comments(actor))
    )
    row = read(statement).first()
    return PostPlace(*row) if row else None
