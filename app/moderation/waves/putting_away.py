"""Putting a wave away: a moderator's decision, written at once; the texts go out of sight right after it, or batch by batch.

One entry of the log for all of it. The accounts are suspended in the transaction of the decision, so that they add nothing; the
texts follow in others, because nobody may hold an account and then wait for a thread. Which texts: see choosing.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.core.uow import require_unit_of_work
from app.moderation.models import ItemState, Wave, WaveItem, WaveState
from app.moderation.models.wave import SUMMARY_MAX
from app.moderation.policies import ensure_can_decide
from app.moderation.services.logging import write_log
from app.moderation.waves.accounts import take_people
from app.moderation.waves.choosing import add_texts, is_open, new_and_left_out, wait_for_others
from app.moderation.waves.criteria import Criteria, in_words
from app.moderation.waves.finding import Found
from app.moderation.waves.reading import get_wave_for_update
from app.moderation.waves.stepping import go_on
from app.moderation.waves.terms import wave_terms


def put_away(actor: Actor, *, criteria: Criteria, found: Found, left_out: Collection[str], reason: str) -> Wave:
    """Take what was found out of everybody's sight, without what the moderator left out (keys of texts and accounts).

    Raises Forbidden, Invalid("reason"), Invalid("items") when nothing is left.
    """
    require_unit_of_work()
    ensure_can_decide(actor)
    why = checked_reason(reason, is_required=True)
    people = {person.id: person.why for person in found.people if person.key not in left_out}
    texts = [text for text in found.texts if text.key not in left_out]
    if not texts and not people:
        raise Invalid(_("Nothing is checked. Please check at least one text or account."), field="items")
    wait_for_others()
    wave = _new_wave(actor, criteria, why)
    take_people(wave, sorted(people), actor.id)
    _note_why(wave, people)
    posts = {text.id: text.why for text in texts if text.key.startswith("p")}
    comments = {text.id: text.why for text in texts if text.key.startswith("c")}
    add_texts(wave, posts, comments)
    write_log(actor.id, "quarantine", why, wave_id=wave.id)
    go_on(wave, new_and_left_out(criteria, found, left_out))
    return wave


def put_away_again(actor: Actor, *, wave_id: int, reason: str) -> Wave:
    """Put away once more what was given back (the undo of that). Raises NotFound, Forbidden, Conflict, Invalid("reason")."""
    wave = get_wave_for_update(actor, wave_id)
    why = checked_reason(reason, is_required=True)
    if wave.state != WaveState.RESTORED:
        raise Conflict(_("This wave is not given back, so there is nothing to put away again."))
    wait_for_others()
    wave.state, wave.revision, wave.ended_at = WaveState.TAKING, wave.revision + 1, None
    wave.purge_at = _purge_at()
    was_mine = sa.and_(WaveItem.wave_id == wave.id, WaveItem.state == ItemState.RESTORED)
    people = db.session.scalars(sa.select(WaveItem.person_id).where(was_mine, WaveItem.person_id.is_not(None)))
    take_people(wave, [one for one in people if one is not None], actor.id)
    posts = sa.select(WaveItem.post_id).where(is_open(), WaveItem.post_id.is_not(None))
    comments = sa.select(WaveItem.comment_id).where(is_open(), WaveItem.comment_id.is_not(None))
    free = sa.or_(
        sa.and_(WaveItem.post_id.is_not(None), WaveItem.post_id.not_in(posts)),
        sa.and_(WaveItem.comment_id.is_not(None), WaveItem.comment_id.not_in(comments)),
    )
    statement = sa.update(WaveItem).where(was_mine, free).values(state=ItemState.WAITING)
    db.session.execute(statement.execution_options(synchronize_session=False))
    write_log(actor.id, "quarantine", why, wave_id=wave.id)
    go_on(wave)
    return wave


def _new_wave(actor: Actor, criteria: Criteria, why: str) -> Wave:
    wave = Wave(
        state=WaveState.TAKING, revision=1, summary=in_words(criteria)[:SUMMARY_MAX], criteria=criteria.as_json(), reason=why,
        created_by_id=actor.id, created_at=now(), purge_at=_purge_at(), text_count=0, person_count=0,
    )  # fmt: skip
    db.session.add(wave)
    db.session.flush()
    return wave


def _purge_at() -> datetime | None:
    after = wave_terms().purge_after
    return now() + after if after else None


def _note_why(wave: Wave, people: Mapping[int, str]) -> None:
    rows = db.session.scalars(sa.select(WaveItem).where(WaveItem.wave_id == wave.id, WaveItem.person_id.is_not(None)))
    for item in rows:
        item.why = people.get(item.person_id or 0, "")[:SUMMARY_MAX]
