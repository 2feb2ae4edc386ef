"""Who works at the desk and who arranges it. `can_` is pure, `ensure_` raises, `desk_threads` is the rule as SQL."""

from datetime import datetime

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound
from app.core.i18n import gettext as _
from app.desk.models import CannedAnswer, DeskItem
from app.forum.models import Thread
from app.forum.models.thread import ThreadKind
from app.forum.policies import can_see_thread, listed_threads


def can_use_desk(actor: Actor) -> bool:
    """Staff and admins answer from the desk; moderators look after conduct, not after answers."""
    return actor.is_staff and actor.can_write


def can_arrange_desk(actor: Actor) -> bool:
    """Admins decide on rules, groups and working hours."""
    return actor.is_admin and actor.can_write


def can_work_on(actor: Actor, thread: Thread) -> bool:
    """Whether a thread is the desk's matter: a listed question that the actor may read."""
    return can_use_desk(actor) and thread.is_question and thread.is_listed and can_see_thread(actor, thread)


def desk_threads(actor: Actor) -> sa.ColumnElement[bool]:
    """SQL twin of `can_work_on`; the statement must join Category."""
    if not can_use_desk(actor):
        return sa.false()
    return sa.and_(listed_threads(actor), Thread.kind == ThreadKind.QUESTION)


def can_take(actor: Actor, item: DeskItem, moment: datetime) -> bool:
    """Whoever holds the lock renews it; others take what is free."""
    return can_use_desk(actor) and actor.is_authenticated and (not item.is_taken_at(moment) or item.taken_by_id == actor.id)


def can_take_over(actor: Actor, item: DeskItem, moment: datetime) -> bool:
    """Admins may take a question out of somebody's hands before the lock runs out."""
    return can_take(actor, item, moment) or (can_use_desk(actor) and actor.is_authenticated and actor.is_admin)


def can_release(actor: Actor, item: DeskItem) -> bool:
    """People let go of what they took; admins of everybody's."""
    return can_use_desk(actor) and (actor.is_admin or item.taken_by_id == actor.id)


def ensure_can_use_desk(actor: Actor) -> None:
    """Raise NotFound (nobody else need know that it exists) unless the actor works at the desk."""
    if not can_use_desk(actor):
        raise NotFound


def ensure_can_arrange_desk(actor: Actor) -> None:
    """Raise NotFound unless the actor arranges the desk."""
    if not can_arrange_desk(actor):
        raise NotFound


def ensure_can_work_on(actor: Actor, thread: Thread) -> None:
    """Raise NotFound unless the thread is a question for this actor's desk."""
    if not can_work_on(actor, thread):
        raise NotFound


def can_see_canned(actor: Actor, canned: CannedAnswer) -> bool:
    """Everybody at the desk uses shared canned answers; a personal one only its owner."""
    return can_use_desk(actor) and (canned.is_shared or canned.owner_id == actor.id)


def visible_canned(actor: Actor) -> sa.ColumnElement[bool]:
    """SQL twin of `can_see_canned`."""
    if not can_use_desk(actor):
        return sa.false()
    return sa.or_(CannedAnswer.is_shared, CannedAnswer.owner_id == actor.id)


def can_edit_canned(actor: Actor, canned: CannedAnswer) -> bool:
    """Owners keep their canned answers; admins keep all shared ones."""
    return can_see_canned(actor, canned) and (actor.is_admin or canned.owner_id == actor.id)


def ensure_can_see_canned(actor: Actor, canned: CannedAnswer) -> None:
    """Raise NotFound unless the actor may use the canned answer."""
    if not can_see_canned(actor, canned):
        raise NotFound


def ensure_can_edit_canned(actor: Actor, canned: CannedAnswer) -> None:
    """Raise NotFound or Forbidden unless the actor may change the canned answer."""
    ensure_can_see_canned(actor, canned)
    if not can_edit_canned(actor, canned):
        raise Forbidden(_("Only its owner and admins change a shared text. Write one of your own instead."))
