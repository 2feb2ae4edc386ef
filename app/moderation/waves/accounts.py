"""The accounts of a wave: suspended all together when it is put away, and released all together when it comes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.services.restricting_many import release_many, suspend_many
from app.core.clock import now
from app.core.db import db
from app.moderation.models import AppealState, ItemState, Sanction, SanctionKind, Wave, WaveItem
from app.moderation.waves.terms import SPARED_FROM

FOR = timedelta(days=3650)
"""As good as for ever; they can ask for a second look."""


def take_people(wave: Wave, person_ids: Sequence[int], by_id: int | None) -> list[int]:
    """Suspend these people as part of the wave and return those it took; `by_id` decided it. Each has a sanction, which they can appeal against."""
    moment = now()
    taken = suspend_many(person_ids, below_level=SPARED_FROM, moment=moment, until=moment + FOR, reason=wave.reason)
    if not taken:
        return []
    rows = [
        {
            "person_id": person_id, "kind": SanctionKind.SUSPEND, "reason": wave.reason, "until": moment + FOR,
            "created_at": moment, "created_by_id": by_id, "end_reason": "", "is_replaced": False,
            "appeal_state": AppealState.NONE, "appeal_note": "", "appeal_answer": "",
        }
        for person_id in taken
    ]  # fmt: skip
    db.session.execute(sa.insert(Sanction), rows)
    _mark(wave, taken, moment)
    wave.person_count += len(taken)
    return taken


def release_people(wave: Wave, reason: str, actor_id: int | None) -> list[int]:
    """Release those of the wave's people who are still suspended by it, and end their sanctions; return them."""
    rows: dict[datetime, list[int]] = {}
    items = sa.select(WaveItem.person_id, WaveItem.taken_at).where(
        WaveItem.wave_id == wave.id, WaveItem.person_id.is_not(None), WaveItem.state == ItemState.TAKEN
    )
    for person_id, taken_at in db.session.execute(items):
        if person_id is not None and taken_at is not None:
            rows.setdefault(taken_at, []).append(person_id)
    released = []
    for moment, ids in sorted(rows.items()):
        released += release_many(ids, moment=moment)
        theirs = sa.and_(Sanction.person_id.in_(released), Sanction.created_at == moment, Sanction.ended_at.is_(None))
        ending: dict[str, Any] = {"ended_at": now(), "ended_by_id": actor_id, "end_reason": reason}
        db.session.execute(sa.update(Sanction).where(theirs).values(ending).execution_options(synchronize_session=False))
        waiting = sa.and_(
            Sanction.person_id.in_(released), Sanction.created_at == moment, Sanction.appeal_state == AppealState.OPEN
        )
        granted = {"appeal_state": AppealState.LIFTED, "appeal_decided_at": now(), "appeal_decided_by_id": actor_id}
        db.session.execute(sa.update(Sanction).where(waiting).values(granted).execution_options(synchronize_session=False))
    _end(wave)
    wave.person_count = 0
    return released


def _mark(wave: Wave, person_ids: Sequence[int], moment: datetime) -> None:
    """Note that people were taken: new items, or those of an earlier time. A wave whose suspension was over has them no more."""
    elsewhere = sa.and_(WaveItem.wave_id != wave.id, WaveItem.person_id.in_(person_ids), WaveItem.state == ItemState.TAKEN)
    statement = sa.update(WaveItem).where(elsewhere).values(state=ItemState.SKIPPED)
    db.session.execute(statement.execution_options(synchronize_session=False))
    known = sa.and_(WaveItem.wave_id == wave.id, WaveItem.person_id.in_(person_ids))
    again = set(db.session.scalars(sa.select(WaveItem.person_id).where(known)))
    values = {"state": ItemState.TAKEN, "taken_at": moment}
    if again:
        db.session.execute(sa.update(WaveItem).where(known).values(values).execution_options(synchronize_session=False))
    rows = [{"wave_id": wave.id, "person_id": one, "why": "", "before": {}, **values} for one in person_ids if one not in again]
    if rows:
        db.session.execute(sa.insert(WaveItem), rows)


def _end(wave: Wave) -> None:
    mine = sa.and_(WaveItem.wave_id == wave.id, WaveItem.person_id.is_not(None), WaveItem.state == ItemState.TAKEN)
    statement = sa.update(WaveItem).where(mine).values(state=ItemState.RESTORED)
    db.session.execute(statement.execution_options(synchronize_session=False))
