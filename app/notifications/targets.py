"""What a notification is about: loading it, and whether a person may (still) see it."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.db import db
from app.core.records import Struct
from app.desk.urls import item_path
from app.forum.models import Comment, Post, Thread
from app.forum.policies import can_see_comment, can_see_post, can_see_thread
from app.forum.urls import comment_path, post_path
from app.kb.models import Article
from app.kb.policies import can_see_article
from app.kb.urls import article_path, article_review_path
from app.notifications.models import NotificationKind

_WITH_CATEGORY = (joinedload(Thread.category),)


class Target(Struct, frozen=True):
    """An article, or a thread with the post or comment in it."""

    thread: Thread | None = None
    post: Post | None = None
    comment: Comment | None = None
    article: Article | None = None

    @property
    def title(self) -> str:
        """The heading that people know the target by."""
        if self.article is not None:
            return self.article.title
        return self.thread.title if self.thread else ""

    @property
    def path(self) -> str:
        """Where the target is read."""
        if self.article is not None:
            return article_path(self.article.section.slug, self.article.slug)
        if self.comment is not None:
            return comment_path(self.comment.id)
        if self.post is not None:
            return post_path(self.post.id)
        return self.thread.path if self.thread else "/notifications"

    @property
    def text(self) -> str:
        """What was written, as plain text."""
        if self.article is not None:
            return self.article.summary or self.article.body_text
        written = self.comment or self.post
        return written.body_text if written else ""


def path_for(kind: str, target: Target) -> str:
    """Return where a notification of this kind leads: word from the desk to the desk, about keeping an article to where it is
    looked after, all others to the text itself."""
    if kind == NotificationKind.KEEPING and target.article is not None:
        return article_review_path(target.article.id)
    return item_path(target.thread.id) if kind == NotificationKind.DESK and target.thread is not None else target.path


def load_target(
    thread_id: int | None, post_id: int | None = None, comment_id: int | None = None, article_id: int | None = None
) -> Target | None:
    """Return what the ids name, or None when any of it does not exist (any more)."""
    session = db.session
    if article_id is not None:
        article = session.scalar(sa.select(Article).where(Article.id == article_id).options(joinedload(Article.section)))
        return Target(article=article) if article else None
    if thread_id is None:
        return None
    thread = _find_thread(thread_id)
    post = session.get(Post, post_id) if post_id is not None else None
    comment = session.get(Comment, comment_id) if comment_id is not None else None
    if thread is None or (post_id is not None and post is None) or (comment_id is not None and comment is None):
        return None
    return Target(thread, post, comment)


def _find_thread(thread_id: int) -> Thread | None:
    """Return a thread with its category; where its writer has both at hand, nothing is read."""
    thread = db.session.get(Thread, thread_id, options=_WITH_CATEGORY)
    if thread is not None and "category" in sa.inspect(thread).unloaded:
        return db.session.scalar(sa.select(Thread).where(Thread.id == thread_id).options(*_WITH_CATEGORY))
    return thread


def can_see_target(actor: Actor, target: Target) -> bool:
    """Return whether the actor may read all of the target."""
    if target.article is not None:
        return can_see_article(actor, target.article)
    if target.thread is None or not can_see_thread(actor, target.thread):
        return False
    if target.post is not None and not can_see_post(actor, target.post, target.thread):
        return False
    return target.comment is None or can_see_comment(actor, target.comment)
