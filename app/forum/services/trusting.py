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
    counted = dict(db.session.execute(_counted().where(Post.author_id.in_(ids))).all())
    set_trust({person_id: counted.get(person_id, 0) for person_id in ids})


def recount_trust() -> int:
    """Derive the trust of everybody and return how many were wrong."""
    require_unit_of_work()
    counted = _counted().subquery()
    right = sa.func.coalesce(counted.c.trust, 0)
    wrong = db.session.execute(
        sa.select(Person.id, right).outerjoin(counted, counted.c.author_id == Person.id).where(Person.trust != right)
    ).all()
    set_trust(dict(wrong))
    return len(wrong)


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
