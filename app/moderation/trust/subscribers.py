"""What changes a record at once: then the level follows at once, instead of at night."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.events import PeopleMerged, PersonSignedUp
from app.core.db import db
from app.core.events import Event
from app.forum.events import (
    SHOWS_OR_HIDES,
    AcceptanceWithdrawn,
    AnswerAccepted,
    CommentCurated,
    CommentHeld,
    PostCurated,
    PostHeld,
    PostsMoved,
    ThreadCurated,
    ThreadHeld,
)
from app.forum.models import Comment, Post
from app.moderation.events import FlagResolved, SanctionEnded, SanctionImposed
from app.moderation.models import Flag
from app.moderation.trust.levels import request_refresh


def on_post(event: AnswerAccepted | AcceptanceWithdrawn | PostCurated | PostHeld) -> None:
    _request_of_authors(Post.id == event.post_id)


def on_thread_shown_or_hidden(event: ThreadCurated | ThreadHeld) -> None:
    """Whoever wrote in it has a text more or less, and what helped there counts or does not."""
    if isinstance(event, ThreadHeld) or event.action in SHOWS_OR_HIDES:
        _request_of_authors(Post.thread_id == event.thread_id)


def on_posts_moved(event: PostsMoved) -> None:
    """A solution counts by whose question it answers, and a text by whether readers see its thread."""
    _request_of_authors(Post.id.in_(event.post_ids))


def _request_of_authors(which: sa.ColumnElement[bool]) -> None:
    request_refresh(db.session.scalars(sa.select(Post.author_id).where(which).distinct()))


def on_comment(event: CommentCurated | CommentHeld) -> None:
    request_refresh([db.session.scalar(sa.select(Comment.author_id).where(Comment.id == event.comment_id))])


def on_flag_resolved(event: FlagResolved) -> None:
    """A report that was right counts against whom it is about."""
    statement = (
        sa.select(sa.func.coalesce(Flag.person_id, Comment.author_id, Post.author_id))
        .select_from(Flag).outerjoin(Comment, Comment.id == Flag.comment_id).outerjoin(Post, Post.id == Flag.post_id)
        .where(Flag.id == event.flag_id)
    )  # fmt: skip
    request_refresh([db.session.scalar(statement)])


def on_person(event: SanctionImposed | SanctionEnded | PersonSignedUp) -> None:
    request_refresh([event.person_id])


def on_people_merged(event: PeopleMerged) -> None:
    """Two records became one."""
    request_refresh([event.from_id, event.into_id])


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (AnswerAccepted, on_post),
    (AcceptanceWithdrawn, on_post),
    (PostCurated, on_post),
    (PostHeld, on_post),
    (ThreadCurated, on_thread_shown_or_hidden),
    (ThreadHeld, on_thread_shown_or_hidden),
    (PostsMoved, on_posts_moved),
    (CommentCurated, on_comment),
    (CommentHeld, on_comment),
    (FlagResolved, on_flag_resolved),
    (SanctionImposed, on_person),
    (SanctionEnded, on_person),
    (PersonSignedUp, on_person),
    (PeopleMerged, on_people_merged),
)
