"""Taking a question: for a while it is one person's, for all to see; then it is free again by itself."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.desk.models import DeskItem, DeskState
from app.desk.policies import can_release, can_take, can_take_over, ensure_can_work_on
from app.desk.queries.facts import get_items_for_update
from app.desk.services.settling import settle_item
from app.desk.terms import desk_terms
from app.forum.models import Thread
from app.forum.queries.threads import get_thread_for_update


class TakenByOther(Conflict):
    """Somebody else holds the question. `holder_name` and `until` are for the page that shows it."""

    def __init__(self, holder_name: str, until: datetime) -> None:
        self.holder_name, self.until = holder_name, until
        clock = until.astimezone(desk_terms().zone)
        super().__init__(
            _(
                "%(person)s has taken this question until %(time)s. Ask them, or choose another one.",
                person=holder_name,
                time=f"{clock:%H:%M}",
            )
        )


def take_thread(actor: Actor, *, thread_id: int, take_over: bool = False) -> DeskItem:
    """Hold a question for the actor for TAKE_MINUTES from now; taking again renews. Returns the item with `taken_until`.

    Admins may `take_over` what somebody else holds. Raises NotFound, TakenByOther (a Conflict that names the holder),
    Conflict for a question that needs nobody any more.
    """
    thread = _locked_thread(actor, thread_id)
    item = _item_of(thread)
    moment = now()
    if item.state == DeskState.DONE:
        raise Conflict(_("This question is solved or closed: nobody needs to take it."))
    if not (can_take_over(actor, item, moment) if take_over else can_take(actor, item, moment)):
        assert item.taken_until is not None
        raise TakenByOther(_name_of(item.taken_by_id), item.taken_until)
    if item.taken_by_id != actor.id or not item.is_taken_at(moment):
        item.taken_at = moment
    item.taken_by_id, item.taken_until = actor.id, moment + desk_terms().take_for
    return item


def release_thread(actor: Actor, *, thread_id: int) -> bool:
    """Give a question back; return whether it was taken at all. Raises NotFound, Forbidden while it is somebody else's."""
    thread = _locked_thread(actor, thread_id)
    item = _item_of(thread)
    if not item.is_taken_at(now()):
        return False
    if not can_release(actor, item):
        raise Forbidden(_("%(person)s has taken this question: only they can give it back.", person=_name_of(item.taken_by_id)))
    free(item)
    return True


def release_answered(item: DeskItem | None, author_id: int | None) -> None:
    """Free a locked question that its holder has just answered."""
    if item is not None and author_id is not None and item.taken_by_id == author_id:
        free(item)


def free(item: DeskItem) -> None:
    """Let nobody hold the question."""
    item.taken_by_id = item.taken_at = item.taken_until = None


def _locked_thread(actor: Actor, thread_id: int) -> Thread:
    """Lock the thread before its item, as the forum's own changes do."""
    require_unit_of_work()
    thread = get_thread_for_update(thread_id)
    ensure_can_work_on(actor, thread)
    return thread


def _item_of(thread: Thread) -> DeskItem:
    item = get_items_for_update([thread.id]).get(thread.id) or settle_item(thread.id)
    assert item is not None  # a question, as the policy has checked
    return item


def _name_of(person_id: int | None) -> str:
    return db.session.scalar(sa.select(Person.display_name).where(Person.id == person_id)) or _("Somebody")
