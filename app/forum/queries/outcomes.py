"""The log of evidence about one question."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.forum.models import Outcome
from app.forum.outcomes import OutcomeFact, standing_events


def find_outcome(outcome_id: int) -> Outcome | None:
    """Return one event."""
    return db.session.get(Outcome, outcome_id)


def list_outcomes(thread_id: int) -> list[Outcome]:
    """Return all events of a question with who gave them, in order, withdrawals among them."""
    statement = sa.select(Outcome).options(joinedload(Outcome.actor)).where(Outcome.thread_id == thread_id).order_by(Outcome.id)
    return list(db.session.scalars(statement))


def list_standing_outcomes(thread_id: int) -> list[Outcome]:
    """Return the events that nobody took back, in order."""
    every = list_outcomes(thread_id)
    standing = {fact.id for fact in standing_events(OutcomeFact(e.id, e.kind, e.withdraws_id) for e in every)}
    return [event for event in every if event.id in standing]
