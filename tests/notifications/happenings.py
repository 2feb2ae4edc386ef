"""Things that happen in a thread, as notifications hear of them: an event in a unit of work."""

from __future__ import annotations

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.events import Event, emit
from app.core.markup import render_inline
from app.core.uow import unit_of_work
from app.forum.events import CommentAdded, PostAdded
from app.forum.models import Comment, Follow, Post, Thread
from tests.factories import make_answer


def tell(event: Event) -> None:
    with unit_of_work():
        emit(event)


def answer(thread: Thread, author: Person, text: str = "Clean the intake filter.") -> Post:
    """Somebody answers, and it is told."""
    post = make_answer(thread, author=author, text=text)
    tell(PostAdded(thread.id, post.id, author.id))
    return post


def comment(post: Post, author: Person, text: str = "Which model is it?", **values: object) -> Comment:
    """Somebody comments, and it is told."""
    rendered = render_inline(text)
    with unit_of_work():
        written = Comment(
            post_id=post.id, author_id=author.id, body_source=text, body_html=str(rendered.html), body_text=rendered.text,
            created_at=now(), **values,
        )  # fmt: skip
        db.session.add(written)
        db.session.flush()
        emit(CommentAdded(post.thread_id, post.id, written.id, author.id))
    return written


def follow(thread: Thread, person: Person, is_muted: bool = False) -> None:
    with unit_of_work():
        db.session.add(Follow(thread_id=thread.id, person_id=person.id, is_muted=is_muted))
