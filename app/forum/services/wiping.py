"""Taking a person's own words out of the forum for good: what an erasure does unless the posts stay.

Texts, revisions and comments are overwritten and there is no way back; hiding is for moderators (curating). Decides nothing.
"""

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.markup import Rendered
from app.core.slugs import slugify
from app.forum.events import CommentCurated, PostCurated, ThreadCurated
from app.forum.models import Comment, Post, PostRevision, Thread
from app.forum.models.post import PostKind
from app.forum.queries.threads import get_thread_and_category_for_update
from app.forum.services.figures import derive_comment_counts, settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.revising import set_text

WIPE = "wipe"
GONE = "Removed with the account of its author"
UNTITLED = "[removed]"


def next_thread_to_wipe(person_id: int, blank: Rendered) -> int | None:
    """Return a thread that still has words of this person, or None."""
    posts = sa.select(Post.thread_id).where(Post.author_id == person_id, Post.body_hash != blank.hash)
    found = db.session.scalar(posts.limit(1))
    if found is None:
        comments = (
            sa.select(Post.thread_id)
            .join(Comment, Comment.post_id == Post.id)
            .where(Comment.author_id == person_id, Comment.body_source != blank.source)
        )
        found = db.session.scalar(comments.limit(1))
    return found


def wipe_thread(person_id: int, thread_id: int, blank: Rendered) -> None:
    """Put `blank` in the place of everything the person wrote in a thread, and hide it.

    The question itself stays listed, without its text, while others have written in the thread: their answers would make no
    sense without its title. Otherwise thread and title go, too.
    """
    thread = get_thread_and_category_for_update(thread_id)
    posts = list(_own(sa.select(Post).where(Post.thread_id == thread_id, Post.author_id == person_id).order_by(Post.id)))
    here = sa.select(Post.id).where(Post.thread_id == thread_id)
    comments = list(
        _own(sa.select(Comment).where(Comment.post_id.in_(here), Comment.author_id == person_id).order_by(Comment.id))
    )
    is_own_alone = thread.author_id == person_id and not _others_wrote(thread_id, person_id)
    place = place_of(thread)
    for post in posts:
        _wipe_post(post, blank)
    for comment in comments:
        comment.body_source, comment.body_html, comment.body_text = blank.source, str(blank.html), blank.text
        comment.hidden_at, comment.hidden_reason = comment.hidden_at or now(), GONE
    if thread.author_id == person_id:
        thread.excerpt = ""
    if is_own_alone:
        thread.title, thread.slug = UNTITLED, slugify(UNTITLED)
        thread.hidden_at, thread.hidden_reason = thread.hidden_at or now(), GONE
    move_counts(place, place_of(thread))
    _settle(thread, posts, comments, is_own_alone)


def _own(statement: sa.Select[Post] | sa.Select[Comment]) -> sa.ScalarResult[Post | Comment]:
    locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalars(locked)  # type: ignore[arg-type]


def _wipe_post(post: Post, blank: Rendered) -> None:
    set_text(post, blank)
    values = {"body_source": blank.source, "body_hash": blank.hash, "title": "", "tags": "", "reason": ""}
    statement = sa.update(PostRevision).where(PostRevision.post_id == post.id).values(values)
    db.session.execute(statement.execution_options(synchronize_session=False))
    if post.kind != PostKind.OPENING:
        post.hidden_at, post.hidden_reason = post.hidden_at or now(), GONE


def _others_wrote(thread_id: int, person_id: int) -> bool:
    theirs = sa.or_(Post.author_id.is_(None), Post.author_id != person_id)
    return bool(db.session.scalar(sa.select(sa.exists().where(Post.thread_id == thread_id, theirs))))


def _settle(thread: Thread, posts: list[Post], comments: list[Comment], is_hidden: bool) -> None:
    """Let figures, search, articles and the desk follow; nobody is told."""
    db.session.flush()
    counts = derive_comment_counts(sorted({comment.post_id for comment in comments}))
    for post_id, number in counts.items():
        db.session.execute(sa.update(Post).where(Post.id == post_id).values(comment_count=number))
    settle(thread)
    for post in posts:
        emit(PostCurated(thread.id, post.id, WIPE, None, GONE, is_one_of_many=True))
    for comment in comments:
        emit(CommentCurated(thread.id, comment.post_id, comment.id, WIPE, None, GONE, is_one_of_many=True))
    if is_hidden:
        emit(ThreadCurated(thread.id, "hide", None, GONE, is_one_of_many=True))
