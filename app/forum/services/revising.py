"""The text of a post and its chain of revisions: every text that ever stood there has a row. Decides nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import connection, db, read
from app.core.entities import enter
from app.core.markup import Rendered
from app.core.prepared_writes import run_write
from app.forum.models import Post, PostRevision, Thread
from app.forum.models.post import PostKind

# The same text by the same person within this time is a double click, not a second post.
DOUBLE_SUBMIT = timedelta(seconds=60)
_DOUBLES = (
    sa.select(Post.id)
    .where(
        Post.thread_id == sa.bindparam("thread_id"), Post.author_id == sa.bindparam("author_id"),
        Post.body_hash == sa.bindparam("hash"), Post.kind != PostKind.OPENING, Post.created_at > sa.bindparam("since"),
    )
    .limit(1)
)  # fmt: skip
_NEW_POST = sa.insert(Post.__table__).returning(Post.__table__.c.id)  # type: ignore[arg-type]
_NEW_REVISION = sa.insert(PostRevision.__table__)  # type: ignore[arg-type]


def add_first_text(actor: Actor, thread: Thread, kind: PostKind, body: Rendered, tags: Sequence[str] = ()) -> Post:
    """Add a post with its revision 1 to a locked (or new) thread and return it."""
    moment = now()
    values = {
        "thread_id": thread.id, "kind": kind, "author_id": actor.id, "created_at": moment, "revision": 1, "edited_at": None,
        "edited_by_id": None, "score": 0, "comment_count": 0, "worked_count": 0, "failed_count": 0, "last_worked_at": None,
        "accepted_at": None, "held_at": None, "hidden_at": None, "hidden_reason": "",
        "is_official": kind == PostKind.ANSWER and actor.is_staff, **_stored_text(body),
    }  # fmt: skip
    post_id = run_write(connection(), _NEW_POST, values)[0][0]
    post = enter(Post, {"id": post_id, **values})
    add_revision(post, thread, tags, actor, "", moment)
    return post


def set_text(post: Post, body: Rendered) -> None:
    """Give the post a text in all its stored forms."""
    for name, value in _stored_text(body).items():
        setattr(post, name, value)


def _stored_text(body: Rendered) -> dict[str, Any]:
    return {
        "body_source": body.source, "body_html": str(body.html), "body_text": body.text, "body_hash": body.hash,
        "renderer_version": body.version,
    }  # fmt: skip


def add_revision(post: Post, thread: Thread, tags: Sequence[str], actor: Actor, reason: str, moment: datetime) -> None:
    """Keep what the post says now as its revision `post.revision`; an opening also keeps the thread's title and tags."""
    is_opening = post.kind == PostKind.OPENING
    values = {
        "post_id": post.id, "number": post.revision, "title": thread.title if is_opening else "",
        "tags": " ".join(tags) if is_opening else "", "body_source": post.body_source, "body_hash": post.body_hash,
        "editor_id": actor.id, "reason": reason, "created_at": moment,
    }  # fmt: skip
    db.session.flush()
    run_write(connection(), _NEW_REVISION, values)


def find_double(thread: Thread, author_id: int | None, body: Rendered) -> Post | None:
    """Return the post with the same text that the author added to the locked thread within the last minute. Each post changes its
    thread, so that nothing has to be looked for in one that did not change since."""
    since = now() - DOUBLE_SUBMIT
    if thread.modified_at <= since:
        return None
    values = {"thread_id": thread.id, "author_id": author_id, "hash": body.hash, "since": since}
    post_id = read(_DOUBLES, values).scalar()
    return db.session.get(Post, post_id) if post_id is not None else None
