"""Putting a wave away: a moderator's decision, written at once; the texts go out of sight right after it, or batch by batch.

One entry of the log for all of it. The accounts are suspended in the transaction of the decision, so that they add nothing; the
texts follow in others, because nobody may hold an account and then wait for a thread.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, lock_name
from app.core.errors import Conflict, Invalid
from app.core.reasons import checked_reason
from app.core.uow import require_unit_of_work
from app.forum.models import Comment, Post, Thread
from app.moderation.models import ItemState, Wave, WaveItem, WaveState
from app.moderation.models.wave import SUMMARY_MAX
from app.moderation.policies import ensure_can_decide
from app.moderation.services.logging import write_log
from app.moderation.waves.accounts import take_people
from app.moderation.waves.criteria import Criteria, in_words
from app.moderation.waves.finding import Found, is_in_sight
from app.moderation.waves.reading import get_wave_for_update
from app.moderation.waves.stepping import go_on
from app.moderation.waves.terms import wave_terms

_LATE = "written while this was put away"
_IN_THE_MAKING = timedelta(minutes=1)


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
        raise Invalid("Nothing is checked. Please check at least one text or account.", field="items")
    _wait_for_others()
    wave = _new_wave(actor, criteria, why)
    taken = take_people(wave, sorted(people))
    _note_why(wave, people)
    posts = {text.id: text.why for text in texts if text.key.startswith("p")}
    comments = {text.id: text.why for text in texts if text.key.startswith("c")}
    _add_texts(wave, posts, comments)
    _add_late(wave, criteria, found, taken)
    write_log(actor.id, "quarantine", why, wave_id=wave.id)
    go_on(wave)
    return wave


def put_away_again(actor: Actor, *, wave_id: int, reason: str) -> Wave:
    """Put away once more what was given back (the undo of that). Raises NotFound, Forbidden, Conflict, Invalid("reason")."""
    wave = get_wave_for_update(actor, wave_id)
    why = checked_reason(reason, is_required=True)
    if wave.state != WaveState.RESTORED:
        raise Conflict("This wave is not given back, so there is nothing to put away again.")
    _wait_for_others()
    wave.state, wave.revision, wave.ended_at = WaveState.TAKING, wave.revision + 1, None
    wave.purge_at = _purge_at()
    was_mine = sa.and_(WaveItem.wave_id == wave.id, WaveItem.state == ItemState.RESTORED)
    people = db.session.scalars(sa.select(WaveItem.person_id).where(was_mine, WaveItem.person_id.is_not(None)))
    take_people(wave, [one for one in people if one is not None])
    posts = sa.select(WaveItem.post_id).where(_is_open(), WaveItem.post_id.is_not(None))
    comments = sa.select(WaveItem.comment_id).where(_is_open(), WaveItem.comment_id.is_not(None))
    free = sa.or_(
        sa.and_(WaveItem.post_id.is_not(None), WaveItem.post_id.not_in(posts)),
        sa.and_(WaveItem.comment_id.is_not(None), WaveItem.comment_id.not_in(comments)),
    )
    statement = sa.update(WaveItem).where(was_mine, free).values(state=ItemState.WAITING)
    db.session.execute(statement.execution_options(synchronize_session=False))
    write_log(actor.id, "quarantine", why, wave_id=wave.id)
    go_on(wave)
    return wave


def _wait_for_others() -> None:
    """Let one decision after another choose its texts: each is in one wave only, and who comes second sees what the first one has."""
    lock_name("waves")


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


def _is_open() -> sa.ColumnElement[bool]:
    return WaveItem.state.in_((ItemState.WAITING, ItemState.TAKEN))


def _note_why(wave: Wave, people: Mapping[int, str]) -> None:
    rows = db.session.scalars(sa.select(WaveItem).where(WaveItem.wave_id == wave.id, WaveItem.person_id.is_not(None)))
    for item in rows:
        item.why = people.get(item.person_id or 0, "")[:SUMMARY_MAX]


def _add_texts(wave: Wave, posts: Mapping[int, str], comments: Mapping[int, str]) -> None:
    """Note texts that go out of sight next; those that another wave has already are left to it."""
    rows: list[dict[str, object]] = []
    for column, found in ((WaveItem.post_id, posts), (WaveItem.comment_id, comments)):
        if not found:
            continue
        _let_go(column, list(found))
        others = set(db.session.scalars(sa.select(column).where(column.in_(list(found)), _is_open())))
        rows += [
            {
                "wave_id": wave.id, "post_id": None, "comment_id": None, column.key: one, "state": ItemState.WAITING,
                "why": why[:SUMMARY_MAX], "before": {},
            }
            for one, why in found.items() if one not in others
        ]  # fmt: skip
    if rows:
        db.session.execute(sa.insert(WaveItem), rows)


def _let_go(column: InstrumentedAttribute[int | None], ids: Sequence[int]) -> None:
    """Let other waves have no more what they took and somebody has shown again since."""
    model = Post if column is WaveItem.post_id else Comment
    shown = sa.select(model.id).where(model.id.in_(ids), is_in_sight(model))
    if model is Post:
        shown = shown.join(Thread, Thread.id == Post.thread_id)
    statement = sa.update(WaveItem).where(column.in_(shown), WaveItem.state == ItemState.TAKEN).values(state=ItemState.SKIPPED)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _add_late(wave: Wave, criteria: Criteria, found: Found, person_ids: Iterable[int]) -> None:
    """Add what the suspended people wrote after the moderator looked: they can write no more, so nothing comes after that.

    What was being written at that moment is older by its date, and was not there to be found.
    """
    ids, since = sorted(person_ids), criteria.written_to - _IN_THE_MAKING
    if not ids:
        return
    posts = (
        sa.select(Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.author_id.in_(ids), Post.created_at > since, is_in_sight(Post))
    )
    comments = sa.select(Comment.id).where(Comment.author_id.in_(ids), Comment.created_at > since, is_in_sight(Comment))
    known = {text.key for text in found.texts}
    late = {
        sign: {one: _LATE for one in db.session.scalars(statement) if f"{sign}{one}" not in known}
        for sign, statement in (("p", posts), ("c", comments))
    }
    _add_texts(wave, late["p"], late["c"])
