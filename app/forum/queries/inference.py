"""What the inference of `likely` looks at: open questions with answers, what their askers wrote, and what was inferred before."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import db, read
from app.core.records import Struct, field
from app.forum.inference import THANKS_MAX, AnswerSeen, AskerSaid, Circumstances
from app.forum.models import Comment, Outcome, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.resolution import OutcomeKind, Voice
from app.forum.models.thread import Status, ThreadKind
from app.forum.queries.outcomes import IS_STANDING


class Known(Struct):
    """The circumstances of one question, and its standing inferences: event id and the answer each is about."""

    answers: list[AnswerSeen] = field(default_factory=list)
    said: list[AskerSaid] = field(default_factory=list)
    signs: list[datetime] = field(default_factory=list)
    last_word_at: datetime | None = None
    inferred: dict[int, int | None] = field(default_factory=dict)

    def circumstances(self) -> Circumstances:
        """Return what the rules look at."""
        return Circumstances(self.answers, self.said, max(self.signs, default=None), self.last_word_at)


_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_is_askers_post = sa.and_(Post.author_id == Thread.author_id, Post.kind == PostKind.ANSWER)
_POSTS = (
    sa.select(
        Post.thread_id, Post.id, Post.kind, Post.score, Post.created_at, _is_askers_post.label("is_askers"),
        sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None)).label("is_listed"),
        sa.case((_is_askers_post, sa.func.substr(Post.body_text, 1, THANKS_MAX + 1)), else_="").label("text"),
        sa.case((Post.edited_by_id == Thread.author_id, Post.edited_at)).label("edited_at"),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.thread_id.in_(_ids))
    .order_by(Post.id)
)  # fmt: skip
_COMMENTS = (
    sa.select(
        Post.thread_id, Comment.post_id, Comment.body_text, Comment.created_at, Comment.edited_at,
        Comment.hidden_at.is_(None).label("is_visible"),
    )
    .join(Post, Post.id == Comment.post_id)
    .join(Thread, Thread.id == Post.thread_id)
    .where(Post.thread_id.in_(_ids), Comment.author_id == Thread.author_id)
    .order_by(Comment.id)
)  # fmt: skip
_EVENTS = (
    sa.select(Outcome.thread_id, sa.func.max(Outcome.created_at))
    .where(Outcome.thread_id.in_(_ids), Outcome.voice == Voice.ASKER)
    .group_by(Outcome.thread_id)
)
_INFERRED = sa.select(Outcome.thread_id, Outcome.id, Outcome.post_id).where(
    Outcome.thread_id.in_(_ids), Outcome.kind == OutcomeKind.LIKELY, IS_STANDING
)


def list_candidates(after_id: int, limit: int) -> list[int]:
    """Return the next questions, by id, about which something may be inferred: listed, answered, with an asker, nothing said."""
    statement = (
        sa.select(Thread.id)
        .where(
            Thread.id > after_id, Thread.kind == ThreadKind.QUESTION, Thread.status.in_((Status.ANSWERED, Status.LIKELY_SOLVED)),
            Thread.hidden_at.is_(None), Thread.held_at.is_(None), Thread.author_id.is_not(None),
        )
        .order_by(Thread.id)
        .limit(limit)
    )  # fmt: skip
    return list(db.session.scalars(statement))


def load_known(thread_ids: Sequence[int]) -> dict[int, Known]:
    """Return what is known about each question, in four statements whatever their number."""
    found: dict[int, Known] = defaultdict(Known)
    ids = {"ids": list(thread_ids)}
    for post in read(_POSTS, ids):
        _add_post(found[post.thread_id], post)
    for thread_id, post_id, text, at, edited_at, is_visible in read(_COMMENTS, ids):
        found[thread_id].said.append(AskerSaid(post_id, text, at, is_visible))
        found[thread_id].signs.append(edited_at or at)
    for thread_id, moment in read(_EVENTS, ids):
        found[thread_id].last_word_at = moment
        found[thread_id].signs.append(moment)
    for thread_id, event_id, about_id in read(_INFERRED, ids):
        found[thread_id].inferred[event_id] = about_id
    return found


def _add_post(known: Known, post: sa.Row[*tuple[Any, ...]]) -> None:
    if post.edited_at is not None:
        known.signs.append(post.edited_at)
    if post.is_askers:
        known.said.append(AskerSaid(None, post.text, post.created_at, post.is_listed))
        known.signs.append(post.created_at)
    elif post.kind == PostKind.ANSWER and post.is_listed:
        known.answers.append(AnswerSeen(post.id, post.score, post.created_at))
