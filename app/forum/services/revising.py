"""The text of a post and its chain of revisions: every text that ever stood there has a row. Decides nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.markup import Rendered
from app.forum.models import Post, PostRevision, Thread
from app.forum.models.post import PostKind

# The same text by the same person within this time is a double click, not a second post.
DOUBLE_SUBMIT = timedelta(seconds=60)
_DOUBLES = (
    sa.select(Post)
    .where(
        Post.thread_id == sa.bindparam("thread_id"), Post.author_id == sa.bindparam("author_id"),
        Post.body_hash == sa.bindparam("hash"), Post.kind != PostKind.OPENING, Post.created_at > sa.bindparam("since"),
    )
    .limit(1)
)  # fmt: skip


def add_first_text(actor: Actor, thread: Thread, kind: PostKind, body: Rendered, tags: Sequence[str] = ()) -> Post:
    """Add a post with its revision 1 to a locked (or new) thread and return it."""
    moment = now()
    post = Post(
        thread_id=thread.id, kind=kind, author_id=actor.id, created_at=moment,
        is_official=kind == PostKind.ANSWER and actor.is_staff,
    )  # fmt: skip
    set_text(post, body)
    db.session.add(post)
    db.session.flush()
    add_revision(post, thread, tags, actor, "", moment)
    return post


def set_text(post: Post, body: Rendered) -> None:
    """Give the post a text in all its stored forms."""
    post.body_source = body.source
    post.body_html = str(body.html)
    post.body_text = body.text
    post.body_hash = body.hash
    post.renderer_version = body.version


def add_revision(post: Post, thread: Thread, tags: Sequence[str], actor: Actor, reason: str, moment: datetime) -> None:
    """Keep what the post says now as its revision `post.revision`; an opening also keeps the thread's title and tags."""
    is_opening = post.kind == PostKind.OPENING
    db.session.add(
        PostRevision(
            post_id=post.id, number=post.revision, title=thread.title if is_opening else "",
            tags=" ".join(tags) if is_opening else "", body_source=post.body_source, body_hash=post.body_hash,
            editor_id=actor.id, reason=reason, created_at=moment,
        )
    )  # fmt: skip
    db.session.flush()


def find_double(thread_id: int, author_id: int | None, body: Rendered) -> Post | None:
    """Return the post with the same text that the author added to the thread within the last minute."""
    values = {"thread_id": thread_id, "author_id": author_id, "hash": body.hash, "since": now() - DOUBLE_SUBMIT}
    return db.session.scalar(_DOUBLES, values)
