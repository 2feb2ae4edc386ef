"""How a wave ends: everything comes back as it was, or the texts are removed for good, by a moderator or when their time is over."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.i18n import lazy_gettext
from app.core.reasons import checked_reason
from app.core.uow import unit_of_work
from app.moderation.models import ItemState, Wave, WaveItem, WaveState
from app.moderation.services.logging import write_log
from app.moderation.waves.accounts import release_people
from app.moderation.waves.reading import get_wave_for_update, lock_wave
from app.moderation.waves.stepping import go_on

PURGE_JOB = "moderation.purge_waves"
PURGE_EVERY = timedelta(hours=1)
_NOT_AWAY = {
    WaveState.TAKING: lazy_gettext("This wave is still being put away. Please try again in a minute."),
    WaveState.RESTORING: lazy_gettext("This wave is on its way back already."),
    WaveState.RESTORED: lazy_gettext("This wave was given back already."),
    WaveState.PURGING: lazy_gettext("This wave is being removed for good, so it cannot be given back."),
    WaveState.PURGED: lazy_gettext("The texts of this wave were removed for good."),
}


def give_back(actor: Actor, *, wave_id: int, reason: str) -> Wave:
    """Show everything again that the wave took, and nothing else, and release its people. Also while it is still being put away.

    Raises NotFound, Forbidden, Invalid("reason"), Conflict when it is on its way back, was given back or removed.
    """
    wave = get_wave_for_update(actor, wave_id)
    why = checked_reason(reason, is_required=True)
    if wave.state not in (WaveState.TAKING, WaveState.QUARANTINED):
        raise Conflict(_NOT_AWAY[WaveState(wave.state)])
    _decide(wave, WaveState.RESTORING)
    release_people(wave, why, actor.id)
    waiting = sa.and_(WaveItem.wave_id == wave.id, WaveItem.state == ItemState.WAITING)
    statement = sa.update(WaveItem).where(waiting).values(state=ItemState.RESTORED)
    db.session.execute(statement.execution_options(synchronize_session=False))
    write_log(actor.id, "wave_back", why, wave_id=wave.id)
    go_on(wave)
    return wave


def remove(actor: Actor, *, wave_id: int, reason: str) -> Wave:
    """Remove the texts of a wave for good, before its time is over. Its accounts stay suspended. Cannot be undone.

    Raises NotFound, Forbidden, Invalid("reason"), Conflict unless it is put away and complete.
    """
    wave = get_wave_for_update(actor, wave_id)
    why = checked_reason(reason, is_required=True)
    _remove(wave, actor.id, why)
    return wave


def purge_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `moderation.purge_waves`: remove the texts of waves whose time is over."""
    due = sa.select(Wave.id).where(Wave.purge_at <= now(), Wave.state == WaveState.QUARANTINED).order_by(Wave.id)
    for wave_id in list(db.session.scalars(due)):
        with unit_of_work():
            wave = lock_wave(wave_id)
            if wave.state == WaveState.QUARANTINED and wave.purge_at is not None and wave.purge_at <= now():
                _remove(wave, None, "Nobody wanted it back in time")


def _remove(wave: Wave, actor_id: int | None, why: str) -> None:
    if wave.state != WaveState.QUARANTINED:
        raise Conflict(_NOT_AWAY[WaveState(wave.state)])
    _decide(wave, WaveState.PURGING)
    write_log(actor_id, "wave_removed", why, wave_id=wave.id, before=f"{wave.text_count},{wave.person_count}")
    go_on(wave)


def _decide(wave: Wave, state: WaveState) -> None:
    wave.state, wave.revision, wave.purge_at = state, wave.revision + 1, None
