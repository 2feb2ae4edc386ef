"""Taking many texts of a thread out of sight at once, and giving back exactly those: one lock, one settling, whatever their number.

Who sweeps keeps what is returned, logs and tells; what became of a text otherwise in between stays as it is. Also where texts that
were swept go for good. Decides nothing about who may.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.markup import Rendered
from app.core.records import Struct
from app.core.slugs import slugify
from app.forum.events import CommentCurated, PostCurated, ThreadCurated
from app.forum.models import Comment, Post, PostRevision, Redirect, Thread
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place
from app.forum.queries.threads import get_thread_and_category_for_update
from app.forum.services.commenting import WAITING
from app.forum.services.duplicates import sync_group
from app.forum.services.figures import derive_comment_counts, settle
from app.forum.services.listing import move_counts, place_of

UNTITLED = "[removed]"


class Swept(Struct, frozen=True):
    """What was taken in one thread at `moment`: posts (an opening stands for the thread) and comments, `waiting` those that waited
    for a moderator. `changed_from`: when the thread had changed last, `changed_to`: what the sweep made of that."""

    moment: datetime
    posts: frozenset[int]
    comments: frozenset[int]
    waiting: frozenset[int]
    changed_from: datetime
    changed_to: datetime

    @property
    def is_empty(self) -> bool:
        return not self.posts and not self.comments


def sweep(actor: Actor, *, thread_id: int, post_ids: Collection[int], comment_ids: Collection[int], reason: str) -> Swept:
    """Hide those of the posts and comments that stand in the thread and are not hidden yet; an opening takes its thread along.

    Comments that wait for a moderator do not wait any more. Raises NotFound for an unknown thread.
    """
    thread = get_thread_and_category_for_update(thread_id)
    posts, comments = _lock_posts(thread_id, post_ids), _lock_comments(thread_id, comment_ids)
    place, moment, before = place_of(thread), now(), thread.modified_at
    taken = [post for post in posts if _holder(thread, post).hidden_at is None]
    for post in taken:
        holder = _holder(thread, post)
        holder.hidden_at, holder.hidden_reason = moment, reason
    waiting = [comment for comment in comments if comment.hidden_at is not None and comment.hidden_reason == WAITING]
    shown = [comment for comment in comments if comment.hidden_at is None]
    for comment in (*waiting, *shown):
        comment.hidden_at, comment.hidden_reason = moment, reason
    if taken or waiting or shown:
        move_counts(place, place_of(thread))
        _settle(thread, shown)
        _tell(actor, thread, taken, shown, "hide", reason)
        _tell(actor, thread, [], waiting, "reject", reason)
    return Swept(
        moment, _ids(taken), _ids([*waiting, *shown]), _ids(waiting), before, thread.modified_at
    )  # fmt: skip


def unsweep(actor: Actor, swept: Swept, *, thread_id: int, reason: str) -> tuple[frozenset[int], frozenset[int]]:
    """Give back what was swept and is still hidden by that; return which posts and comments those were.

    What was shown or hidden anew meanwhile, or stands elsewhere as something else, is left alone.
    """
    thread = get_thread_and_category_for_update(thread_id)
    gone = _moved_on(thread_id, swept)
    posts = [
        post
        for post in _lock_posts(thread_id, swept.posts - gone[Place.POST])
        if _holder(thread, post).hidden_at == swept.moment
        and not (post.kind == PostKind.OPENING and thread_id in gone[Place.THREAD])
    ]
    comments = [
        comment
        for comment in _lock_comments(thread_id, swept.comments - gone[Place.COMMENT])
        if comment.hidden_at == swept.moment
    ]
    place = place_of(thread)
    for post in posts:
        holder = _holder(thread, post)
        holder.hidden_at, holder.hidden_reason = None, ""
    for comment in comments:
        waits = comment.id in swept.waiting
        comment.hidden_at, comment.hidden_reason = (comment.held_at, WAITING) if waits else (None, "")
    if posts or comments:
        is_last_change = thread.modified_at == swept.changed_to
        move_counts(place, place_of(thread))
        _settle(thread, comments)
        if is_last_change:
            thread.modified_at = swept.changed_from
        _tell(actor, thread, posts, comments, "restore", reason)
    return _ids(posts), _ids(comments)


def blank_texts(post_ids: Collection[int], comment_ids: Collection[int], blank: Rendered) -> None:
    """Put `blank` in the place of texts for good, in all their revisions; hidden threads whose opening is among them lose their title.

    A handful of statements, however many texts. The texts are hidden, so no figure changes.
    """
    text = {"body_source": blank.source, "body_html": str(blank.html), "body_text": blank.text}
    posts, comments = sorted(post_ids), sorted(comment_ids)
    openings = sa.select(Post.thread_id).where(Post.id.in_(posts), Post.kind == PostKind.OPENING)
    untitled = {"title": UNTITLED, "slug": slugify(UNTITLED), "excerpt": ""}
    emptied = {"body_source": blank.source, "body_hash": blank.hash, "title": "", "tags": "", "reason": ""}
    for statement in (
        sa.update(Thread).where(Thread.id.in_(openings), Thread.hidden_at.is_not(None)).values(untitled),
        sa.update(Post).where(Post.id.in_(posts)).values(body_hash=blank.hash, **text),
        sa.update(PostRevision).where(PostRevision.post_id.in_(posts)).values(emptied),
        sa.update(Comment).where(Comment.id.in_(comments)).values(text),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()


def _holder(thread: Thread, post: Post) -> Thread | Post:
    return thread if post.kind == PostKind.OPENING else post


def _lock_posts(thread_id: int, ids: Collection[int]) -> list[Post]:
    if not ids:
        return []
    statement = sa.select(Post).where(Post.id.in_(sorted(ids)), Post.thread_id == thread_id).order_by(Post.id)
    locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(db.session.scalars(locked))


def _lock_comments(thread_id: int, ids: Collection[int]) -> list[Comment]:
    if not ids:
        return []
    here = sa.select(Post.id).where(Post.thread_id == thread_id)
    statement = sa.select(Comment).where(Comment.id.in_(sorted(ids)), Comment.post_id.in_(here)).order_by(Comment.id)
    locked = statement.with_for_update(key_share=True, of=Comment).execution_options(populate_existing=True)
    return list(db.session.scalars(locked))


def _moved_on(thread_id: int, swept: Swept) -> dict[str, frozenset[int]]:
    """Return what of the swept texts became something else, by kind of place."""
    wanted = {Place.THREAD: {thread_id}, Place.POST: swept.posts, Place.COMMENT: swept.comments}
    either = [sa.and_(Redirect.kind == kind, Redirect.old_id.in_(sorted(ids))) for kind, ids in wanted.items() if ids]
    rows = db.session.execute(sa.select(Redirect.kind, Redirect.old_id).where(sa.or_(*either))).all()
    return {kind: frozenset(old_id for of, old_id in rows if of == kind) for kind in Place}


def _settle(thread: Thread, comments: Iterable[Comment]) -> None:
    """Let the figures of the thread, and the numbers of visible comments, follow."""
    db.session.flush()
    post_ids = sorted({comment.post_id for comment in comments})
    for post_id, number in (derive_comment_counts(post_ids) if post_ids else {}).items():
        db.session.execute(sa.update(Post).where(Post.id == post_id).values(comment_count=number))
    settle(thread)
    if thread.duplicate_of_id is not None:
        sync_group(thread)


def _tell(actor: Actor, thread: Thread, posts: list[Post], comments: list[Comment], action: str, reason: str) -> None:
    """Tell the rest of the program of each text; whoever sweeps logs it and tells people."""
    for post in posts:
        if post.kind == PostKind.OPENING:
            emit(ThreadCurated(thread.id, action, actor.id, reason, is_one_of_many=True))
        else:
            emit(PostCurated(thread.id, post.id, action, actor.id, reason, is_one_of_many=True))
    for comment in comments:
        emit(CommentCurated(thread.id, comment.post_id, comment.id, action, actor.id, reason, is_one_of_many=True))


def _ids(rows: Iterable[Post | Comment]) -> frozenset[int]:
    return frozenset(row.id for row in rows)
