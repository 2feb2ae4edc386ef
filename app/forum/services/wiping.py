"""Taking a person's own words out of the forum for good: what an erasure does unless the posts stay.

Texts, revisions and comments are overwritten and there is no way back; hiding is for moderators (curating). Decides nothing.
"""

import sqlalchemy as sa

from app.core.actor import SYSTEM
from app.core.db import db
from app.core.events import emit
from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.forum.events import PostCurated
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.forum.queries.threads import get_thread_and_category_for_update
from app.forum.services.figures import settle
from app.forum.services.sweeping import blank_texts, sweep

WIPE = "wipe"
GONE = lazy_gettext("Removed with the account of its author")


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
    get_thread_and_category_for_update(thread_id)
    own = sa.select(Post.id, Post.kind).where(Post.thread_id == thread_id, Post.author_id == person_id)
    kinds = dict(db.session.execute(own).all())
    here = sa.select(Post.id).where(Post.thread_id == thread_id)
    comments = set(db.session.scalars(sa.select(Comment.id).where(Comment.post_id.in_(here), Comment.author_id == person_id)))
    kept = {post_id for post_id, kind in kinds.items() if kind == PostKind.OPENING and _others_wrote(thread_id, person_id)}
    sweep(SYSTEM, thread_id=thread_id, post_ids=kinds.keys() - kept, comment_ids=comments, reason=GONE)
    blank_texts(kinds.keys(), comments, blank)
    thread = get_thread_and_category_for_update(thread_id)
    if thread.author_id == person_id:
        thread.excerpt = ""
    settle(thread)
    for post_id in kept:
        emit(PostCurated(thread_id, post_id, WIPE, None, GONE, is_one_of_many=True))


def _others_wrote(thread_id: int, person_id: int) -> bool:
    theirs = sa.or_(Post.author_id.is_(None), Post.author_id != person_id)
    return bool(db.session.scalar(sa.select(sa.exists().where(Post.thread_id == thread_id, theirs))))
