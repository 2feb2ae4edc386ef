"""People's records, read from what they wrote, what became of it, and what moderators had to do. Reads only, for many at once."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.trust import WINDOW, Record
from app.forum.models import Comment, Outcome, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.resolution import OutcomeKind
from app.moderation.flags.reasons import sets_aside
from app.moderation.models import Flag, FlagReason, FlagState, Sanction

_WORKED = (OutcomeKind.CONFIRMED_BY_ASKER, OutcomeKind.CONFIRMED_BY_OTHER)
# Reports of what does harm; that something was asked before, or is out of date, is nobody's fault.
_HARMFUL = tuple(reason for reason in FlagReason if sets_aside(reason))
_IS_LISTED = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None), Thread.hidden_at.is_(None), Thread.held_at.is_(None))


def record_of(person_id: int) -> Record:
    """Return one person's record; an empty one for nobody."""
    return records_of([person_id]).get(person_id, Record())


def records_of(person_ids: Sequence[int]) -> dict[int, Record]:
    """Return the records of people by their ids, in six statements however many they are; unknown ids are left out."""
    moment, ids = now(), list(person_ids)
    people = db.session.execute(sa.select(Person.id, Person.created_at, Person.trust).where(Person.id.in_(ids))).all()
    posts, comments = _count(_posts(), ids, Post.author_id), _count(_comments(), ids, Comment.author_id)
    confirmed, upheld = _count(_confirmed(), ids, Post.author_id), _count_upheld(ids)
    sanctions = _count(_sanctions(), ids, Sanction.person_id)
    return {
        person_id: Record(
            age=moment - joined, texts=posts.get(person_id, 0) + comments.get(person_id, 0), accepted=accepted,
            confirmed=confirmed.get(person_id, 0), upheld=upheld.get(person_id, 0), sanctions=sanctions.get(person_id, 0),
        )
        for person_id, joined, accepted in people
    }  # fmt: skip


def _count(statement: sa.Select[Any, int], ids: list[int], whose: InstrumentedAttribute[Any]) -> dict[int, int]:
    return dict(db.session.execute(statement.where(whose.in_(ids)).group_by(whose)).all())


def _posts() -> sa.Select[int | None, int]:
    """Posts that everybody who may read their board sees."""
    return sa.select(Post.author_id, sa.func.count()).join(Thread, Thread.id == Post.thread_id).where(_IS_LISTED)


def _comments() -> sa.Select[int | None, int]:
    return sa.select(Comment.author_id, sa.func.count()).where(Comment.hidden_at.is_(None))


def _confirmed() -> sa.Select[int | None, int]:
    """Answers that were not accepted, of which somebody else who was signed in said that they worked (and did not take it back)."""
    withdrawal = aliased(Outcome)
    is_withdrawn = sa.exists().where(withdrawal.withdraws_id == Outcome.id)
    return (
        sa.select(Post.author_id, sa.func.count(Post.id.distinct()))
        .join(Thread, Thread.id == Post.thread_id)
        .join(Outcome, Outcome.post_id == Post.id)
        .where(
            _IS_LISTED, Post.kind == PostKind.ANSWER, Post.accepted_at.is_(None), Outcome.kind.in_(_WORKED),
            Outcome.actor_id.is_not(None), Outcome.actor_id != Post.author_id, sa.not_(is_withdrawn),
        )
    )  # fmt: skip


def _count_upheld(ids: list[int]) -> dict[int, int]:
    """Return how many texts of each person (and whether the person themself) were rightly reported within WINDOW."""
    upheld = sa.and_(Flag.state == FlagState.UPHELD, Flag.reason.in_(_HARMFUL), Flag.resolved_at > now() - WINDOW)
    by_post = sa.select(Post.author_id.label("whose"), sa.literal("post").label("kind"), Post.id.label("target"))
    by_comment = sa.select(Comment.author_id.label("whose"), sa.literal("comment").label("kind"), Comment.id.label("target"))
    by_person = sa.select(Flag.person_id.label("whose"), sa.literal("person").label("kind"), Flag.person_id.label("target"))
    found = sa.union(
        by_post.join(Flag, Flag.post_id == Post.id).where(upheld, Post.author_id.in_(ids)),
        by_comment.join(Flag, Flag.comment_id == Comment.id).where(upheld, Comment.author_id.in_(ids)),
        by_person.where(upheld, Flag.person_id.in_(ids)),
    ).subquery()
    return dict(db.session.execute(sa.select(found.c.whose, sa.func.count()).group_by(found.c.whose)).all())


def _sanctions() -> sa.Select[int | None, int]:
    """Warnings and worse within WINDOW that were not taken back."""
    return sa.select(Sanction.person_id, sa.func.count()).where(Sanction.created_at > now() - WINDOW, Sanction.ended_at.is_(None))
