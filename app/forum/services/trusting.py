"""Trust: how many answers of a person were accepted by others. The one place that derives it."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.services.trusting import set_trust
from app.core.db import db
from app.core.uow import require_unit_of_work
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind


def refresh_trust(person_ids: Iterable[int]) -> None:
    """Derive the trust of these people anew: their accepted, visible answers to questions that are not their own."""
    require_unit_of_work()
    ids = sorted(set(person_ids))
    set_trust(_find_wrong(_counted().where(Post.author_id.in_(ids)), Person.id.in_(ids)))


def recount_trust() -> int:
    """Derive the trust of everybody and return how many were wrong."""
    require_unit_of_work()
    wrong = _find_wrong(_counted(), sa.true())
    set_trust(wrong)
    return len(wrong)


def _find_wrong(statement: sa.Select[int | None, int], whose: sa.ColumnElement[bool]) -> dict[int, int]:
    """Return what the trust of people should be whose stored one is different, by their ids."""
    counted = statement.subquery()
    right = sa.func.coalesce(counted.c.trust, 0)
    people = sa.select(Person.id, right).outerjoin(counted, counted.c.author_id == Person.id)
    return dict(db.session.execute(people.where(whose, Person.trust != right)).all())


def _counted() -> sa.Select[int | None, int]:
    is_own = sa.and_(Thread.author_id.is_not(None), Thread.author_id == Post.author_id)
    return (
        sa.select(Post.author_id, sa.func.count().label("trust"))
        .join(Thread, Thread.id == Post.thread_id)
        .where(
            Post.kind == PostKind.ANSWER, Post.accepted_at.is_not(None), Post.hidden_at.is_(None), Post.held_at.is_(None),
            Thread.hidden_at.is_(None), Thread.held_at.is_(None), Post.author_id.is_not(None), sa.not_(is_own),
        )
        .group_by(Post.author_id)
    )  # fmt: skip
