"""Threads, posts and comments for the pages of those who moderate them. Raises NotFound for all others. Reads only."""

from app.core.actor import Actor
from app.core.errors import NotFound
from app.forum.models import Comment, Post, Thread
from app.forum.policies import can_moderate
from app.forum.queries.threads import get_comment, get_post, get_thread


def get_moderated(actor: Actor, thread_id: int) -> Thread:
    """Return a thread that the actor moderates."""
    thread = get_thread(actor, thread_id)
    _ensure_moderates(actor, thread)
    return thread


def get_moderated_post(actor: Actor, post_id: int) -> Post:
    """Return a post of a thread that the actor moderates."""
    post = get_post(actor, post_id)
    _ensure_moderates(actor, post.thread)
    return post


def get_moderated_comment(actor: Actor, comment_id: int) -> Comment:
    """Return a comment in a thread that the actor moderates."""
    comment = get_comment(actor, comment_id)
    _ensure_moderates(actor, comment.post.thread)
    return comment


def _ensure_moderates(actor: Actor, thread: Thread) -> None:
    if not can_moderate(actor, thread):
        raise NotFound
