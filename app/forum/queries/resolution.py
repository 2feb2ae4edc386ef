"""Reading what happened to a question: acceptances, evidence, helpers' solutions, and what the actor did to the thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import read
from app.forum.models import Acceptance, Follow, MeToo, Outcome, Post, Vote
from app.forum.models.thread import Status
from app.forum.outcomes import OutcomeFact, standing_events
from app.forum.queries.people import PERSON_WIDTH, PersonCard, person_card, person_columns
from app.forum.queries.thread_rows import ThreadHead


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """Who marked an answer as a solution, and when."""

    by_id: int | None
    by: PersonCard | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One standing event of evidence about a question, with who gave it."""

    id: int
    kind: str
    post_id: int | None
    actor_id: int | None
    actor: PersonCard | None
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """What the actor did to a thread: votes by post id, me-too, follow."""

    votes: dict[int, int]
    said_me_too: bool
    follows: bool


_ACCEPTANCES = (
    sa.select(Acceptance.post_id, Acceptance.accepted_by_id, Acceptance.accepted_at, *person_columns())
    .select_from(Acceptance)
    .outerjoin(Person, Person.id == Acceptance.accepted_by_id)
    .where(Acceptance.thread_id == sa.bindparam("thread_id"))
    .order_by(Acceptance.accepted_at, Acceptance.post_id)
)


def acceptances_of(thread_id: int) -> dict[int, AcceptanceRow]:
    """Return who accepted which answer of a thread, the main solution first."""
    rows = read(_ACCEPTANCES, {"thread_id": thread_id})
    return {post_id: AcceptanceRow(by_id, person_card(person), at) for post_id, by_id, at, *person in rows}


_OUTCOMES = (
    sa.select(
        Outcome.id, Outcome.kind, Outcome.withdraws_id, Outcome.post_id, Outcome.actor_id, Outcome.reason, Outcome.created_at,
        *person_columns(),
    )
    .select_from(Outcome)
    .outerjoin(Person, Person.id == Outcome.actor_id)
    .where(Outcome.thread_id == sa.bindparam("thread_id"))
    .order_by(Outcome.id)
)  # fmt: skip


def outcomes_of(thread_id: int) -> tuple[OutcomeRow, ...]:
    """Return the events of evidence that nobody took back, oldest first."""
    rows = read(_OUTCOMES, {"thread_id": thread_id}).all()
    standing = {fact.id for fact in standing_events(OutcomeFact(row.id, row.kind, withdraws_id=row.withdraws_id) for row in rows)}
    return tuple(
        OutcomeRow(row.id, row.kind, row.post_id, row.actor_id, person_card(row[-PERSON_WIDTH:]), row.reason, row.created_at)
        for row in rows
        if row.id in standing
    )


_SOLUTIONS = (
    sa.select(Post.author_id, sa.func.count())
    .join(Acceptance, Acceptance.post_id == Post.id)
    .where(Post.author_id.in_(sa.bindparam("ids", expanding=True)), Post.hidden_at.is_(None))
    .group_by(Post.author_id)
)


def solutions_by(person_ids: Sequence[int]) -> dict[int, int]:
    """Return how many answers of each person were accepted."""
    if not person_ids:
        return {}
    return {row[0]: row[1] for row in read(_SOLUTIONS, {"ids": list(person_ids)}) if row[0] is not None}


def own_marks(person_id: int, thread_id: int, post_ids: Sequence[int]) -> OwnMarks:
    """Return the votes of a person on the given posts, and whether they said me-too and follow (one statement)."""
    votes = sa.select(sa.literal("vote"), Vote.post_id, Vote.value).where(
        Vote.person_id == person_id, Vote.post_id.in_(list(post_ids))
    )
    me_too = sa.select(sa.literal("me_too"), MeToo.thread_id, sa.literal(1)).where(
        MeToo.person_id == person_id, MeToo.thread_id == thread_id
    )
    follow = sa.select(sa.literal("follow"), Follow.thread_id, sa.literal(1)).where(
        Follow.person_id == person_id, Follow.thread_id == thread_id, sa.not_(Follow.is_muted)
    )
    rows = read(sa.union_all(votes, me_too, follow)).all()
    return OwnMarks(
        votes={target: value for name, target, value in rows if name == "vote"},
        said_me_too=any(name == "me_too" for name, _, _ in rows),
        follows=any(name == "follow" for name, _, _ in rows),
    )


def has_outcome(head: ThreadHead) -> bool:
    """Whether there can be evidence about the question that its page tells about."""
    return head.accepted_count > 0 or head.status in (Status.SOLVED, Status.DISPUTED, Status.CLOSED, Status.LIKELY_SOLVED)
