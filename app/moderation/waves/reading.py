"""Waves that were put away: the list, one with its texts and accounts, and the lock for changing one."""

from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import db, read
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import Page, window
from app.core.records import Struct
from app.core.text import shorten
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from app.forum.queries.categories import reader_of
from app.forum.urls import comment_path, post_path
from app.moderation.models import ItemState, Wave, WaveItem, WaveState
from app.moderation.policies import ensure_can_decide, ensure_can_moderate_site
from app.moderation.urls import wave_path

WAVES_PER_PAGE = 20
ITEMS_PER_PAGE = 50
_EXCERPT = 140


class WaveRow(Struct, frozen=True):
    """A wave in the list. `texts` and `people`: how many are (or were) out of sight with it."""

    id: int
    path: str
    state: str
    is_running: bool
    summary: str
    reason: str
    texts: int
    people: int
    by_name: str
    created_at: datetime
    purge_at: datetime | None
    ended_at: datetime | None

    @property
    def can_come_back(self) -> bool:
        return self.state in (WaveState.TAKING, WaveState.QUARANTINED)

    @property
    def can_go(self) -> bool:
        return self.state == WaveState.QUARANTINED


class WaveItemRow(Struct, frozen=True):
    """One text or account of a wave. `label` names it: the title of its thread, or the account."""

    label: str
    path: str
    excerpt: str
    author_name: str
    why: str
    state: str


def lock_wave(wave_id: int) -> Wave:
    """Lock a wave and return it fresh. Raises NotFound."""
    require_unit_of_work()
    wave: Wave | None = db.session.get(Wave, wave_id, with_for_update={"key_share": True}, populate_existing=True)
    if wave is None:
        raise NotFound(_("There is no such wave."))
    return wave


def get_wave_for_update(actor: Actor, wave_id: int) -> Wave:
    """Lock a wave to decide about it. Raises Forbidden, and NotFound for one with texts that the actor may not read."""
    ensure_can_decide(actor)
    wave = lock_wave(wave_id)
    if db.session.scalar(sa.select(Wave.id).where(Wave.id == wave_id, visible_waves(actor))) is None:
        raise NotFound(_("There is no such wave."))
    return wave


def visible_waves(actor: Actor) -> sa.ColumnElement[bool]:
    """Waves of which the moderator may read everything. One with a text of staff's is for staff."""
    if actor.is_staff:
        return sa.true()
    above = aliased(Post)
    secret = (
        sa.select(sa.literal(1)).select_from(WaveItem)
        .outerjoin(Comment, Comment.id == WaveItem.comment_id)
        .join(above, above.id == sa.func.coalesce(WaveItem.post_id, Comment.post_id))
        .join(Thread, Thread.id == above.thread_id).join(Category, Category.id == Thread.category_id)
        .where(WaveItem.wave_id == Wave.id, Category.audience.not_in(actor.audiences))
    )  # fmt: skip
    return sa.not_(secret.exists())


def list_waves(actor: Actor, page: int = 1) -> Page[WaveRow]:
    """Return waves, newest first. Raises Forbidden, NotFound past the end."""
    ensure_can_moderate_site(actor)
    offset, limit = window(page, WAVES_PER_PAGE)
    statement = _waves(actor).order_by(Wave.id.desc()).offset(offset).limit(limit)
    return Page.from_rows([_row(*row) for row in db.session.execute(statement)], page, WAVES_PER_PAGE)


def list_waiting_waves(actor: Actor, limit: int) -> list[WaveRow]:
    """Return waves that wait to be given back or removed, the one that is removed first on top."""
    statement = _waves(actor).where(Wave.state == WaveState.QUARANTINED)
    rows = db.session.execute(statement.order_by(Wave.purge_at.is_(None), Wave.purge_at, Wave.id).limit(limit))
    return [_row(*row) for row in rows]


def count_waiting_waves(actor: Actor) -> int:
    """Return how many waves wait to be given back or removed."""
    return read(_counting_waiting(reader_of(actor))).scalar() or 0


@lru_cache(maxsize=8)
def _counting_waiting(actor: Actor) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(Wave).where(Wave.state == WaveState.QUARANTINED, visible_waves(actor))


def get_wave(actor: Actor, wave_id: int) -> WaveRow:
    """Return one wave. Raises Forbidden, NotFound."""
    ensure_can_moderate_site(actor)
    row = db.session.execute(_waves(actor).where(Wave.id == wave_id)).first()
    if row is None:
        raise NotFound(_("There is no such wave."))
    return _row(*row)


def count_items(wave_id: int) -> Counter[str]:
    """Return how many texts of a wave are in which state."""
    texts = sa.select(WaveItem.state, sa.func.count()).where(WaveItem.wave_id == wave_id, WaveItem.person_id.is_(None))
    return Counter(dict(db.session.execute(texts.group_by(WaveItem.state)).all()))


def count_texts(wave_id: int, state: ItemState) -> int:
    """Return how many texts of a wave are in one state."""
    return count_items(wave_id)[state]


def list_items(wave_id: int, page: int = 1) -> Page[WaveItemRow]:
    """Return texts and accounts of a wave, in the order in which they were put away."""
    offset, limit = window(page, ITEMS_PER_PAGE)
    post, above, person = aliased(Post), aliased(Post), aliased(Person)
    body = sa.func.coalesce(post.body_text, Comment.body_text)
    statement = (
        sa.select(
            WaveItem, Thread.title, sa.func.substr(body, 1, _EXCERPT + 1).label("start"), Person.display_name,
            person.display_name.label("account"), person.name.label("handle"),
        )
        .outerjoin(post, post.id == WaveItem.post_id)
        .outerjoin(Comment, Comment.id == WaveItem.comment_id)
        .outerjoin(above, above.id == Comment.post_id)
        .outerjoin(Thread, Thread.id == sa.func.coalesce(post.thread_id, above.thread_id))
        .outerjoin(Person, Person.id == sa.func.coalesce(post.author_id, Comment.author_id))
        .outerjoin(person, person.id == WaveItem.person_id)
        .where(WaveItem.wave_id == wave_id)
        .order_by(WaveItem.id)
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    return Page.from_rows([_item(row) for row in db.session.execute(statement)], page, ITEMS_PER_PAGE)


def _waves(actor: Actor) -> sa.Select[Wave, str | None]:
    return sa.select(Wave, Person.display_name).outerjoin(Person, Person.id == Wave.created_by_id).where(visible_waves(actor))


def _row(wave: Wave, by_name: str | None) -> WaveRow:
    return WaveRow(
        id=wave.id, path=wave_path(wave.id), state=wave.state, is_running=wave.is_running, summary=wave.summary, reason=wave.reason,
        texts=wave.text_count,
        people=wave.person_count, by_name=by_name or "", created_at=wave.created_at, purge_at=wave.purge_at, ended_at=wave.ended_at,
    )  # fmt: skip


def _item(row: Any) -> WaveItemRow:
    item: WaveItem = row[0]
    if item.person_id is not None:
        return WaveItemRow(row.account or "", person_path(row.handle), "", "", item.why, item.state)
    path = post_path(item.post_id) if item.post_id is not None else comment_path(item.comment_id or 0)
    return WaveItemRow(
        row.title or "", path, shorten(row.start or "", _EXCERPT), row.display_name or "[removed]", item.why, item.state
    )
