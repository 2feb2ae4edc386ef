"""Which texts a wave takes: each is in one wave only. Also what its people were writing while it was put away, which goes along."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.services.restricting_many import wait_for_texts
from app.core.db import db, lock_name
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.moderation.models import ItemState, Wave, WaveItem, WaveState
from app.moderation.models.wave import SUMMARY_MAX
from app.moderation.waves.criteria import Criteria, from_json
from app.moderation.waves.finding import Found, is_in_sight
from app.moderation.waves.reading import lock_wave

_LATE = lazy_gettext("written while this was put away")
_IN_THE_MAKING = timedelta(minutes=1)


def wait_for_others() -> None:
    """Let one decision after another choose its texts: each is in one wave only, and who comes second sees what the first one has."""
    lock_name("waves")


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition that a wave has a text or account, or is about to."""
    return WaveItem.state.in_((ItemState.WAITING, ItemState.TAKEN))


def add_texts(wave: Wave, posts: Mapping[int, str], comments: Mapping[int, str]) -> None:
    """Note texts, each with the reason, that go out of sight next; those that another wave has already are left to it."""
    rows: list[dict[str, object]] = []
    for column, found in ((WaveItem.post_id, posts), (WaveItem.comment_id, comments)):
        if not found:
            continue
        _let_go(column, list(found))
        others = set(db.session.scalars(sa.select(column).where(column.in_(list(found)), is_open())))
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


def new_and_left_out(criteria: Criteria, found: Found, left_out: Collection[str]) -> list[str]:
    """Return the keys of texts that were so new that they look as if they came late, and that the moderator left out."""
    since = _since(criteria)
    return [text.key for text in found.texts if text.key in left_out and text.created_at > since]


def add_late(wave_id: int, revision: int, left_out: Collection[str]) -> None:
    """Add what the suspended people wrote after the moderator looked. Call it outside a unit of work, after the decision.

    What they are writing at this moment is stored or refused first; after that they can write no more, so nothing comes later. It
    may be a little older by its date than the decision, and was not there to be found.
    """
    taken = sa.and_(WaveItem.wave_id == wave_id, WaveItem.state == ItemState.TAKEN, WaveItem.person_id.is_not(None))
    people = [one for one in db.session.scalars(sa.select(WaveItem.person_id).where(taken)) if one is not None]
    db.session.rollback()
    wait_for_texts(people)
    with unit_of_work():
        wave = lock_wave(wave_id)
        if people and wave.revision == revision and wave.state == WaveState.TAKING:
            wait_for_others()
            _add_new(wave, people, set(left_out))


def _add_new(wave: Wave, people: Sequence[int], left_out: Collection[str]) -> None:
    since = _since(from_json(wave.criteria))
    posts = (
        sa.select(Post.id).join(Thread, Thread.id == Post.thread_id).where(Post.author_id.in_(people), Post.created_at > since)
    )
    comments = sa.select(Comment.id).where(Comment.author_id.in_(people), Comment.created_at > since)
    is_mine = sa.select(WaveItem.id).where(WaveItem.wave_id == wave.id)
    late = {
        sign: {one: _LATE for one in db.session.scalars(statement) if f"{sign}{one}" not in left_out}
        for sign, statement in (
            ("p", posts.where(is_in_sight(Post), ~is_mine.where(WaveItem.post_id == Post.id).exists())),
            ("c", comments.where(is_in_sight(Comment), ~is_mine.where(WaveItem.comment_id == Comment.id).exists())),
        )
    }
    add_texts(wave, late["p"], late["c"])


def _since(criteria: Criteria) -> datetime:
    return criteria.written_to - _IN_THE_MAKING
