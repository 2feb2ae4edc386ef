"""What moderators decided about a person's reports, and how many were made today. Reads only."""

from datetime import timedelta

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.trust import Ability
from app.moderation.flags.weighing import FlagRecord
from app.moderation.models import Flag, FlagState

# Older decisions are forgotten: people learn.
COUNTED_FOR = timedelta(days=365)
DAY = timedelta(days=1)


def flag_record_of(actor: Actor) -> tuple[FlagRecord, int]:
    """Return an actor's record as a reporter, and the number of their reports within the last 24 hours; one statement."""
    moment = now()
    decided = Flag.resolved_at > moment - COUNTED_FOR
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(Flag.state == FlagState.UPHELD, decided),
            sa.func.count().filter(Flag.state == FlagState.DECLINED, decided),
            sa.func.count().filter(Flag.created_at > moment - DAY),
        ).where(Flag.reporter_id == actor.id)
    ).one()
    is_trusted = actor.has(Ability.WEIGHTY_REPORTS)
    record = FlagRecord(
        row[0], row[1], is_trusted=is_trusted, is_staff=actor.is_staff, is_moderator=actor.is_moderator
    )  # fmt: skip
    return record, row[2]
