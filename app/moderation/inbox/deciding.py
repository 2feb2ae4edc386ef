"""Deciding about an item of the inbox through its source: one item, inside a unit of work."""

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.moderation.inbox.claiming import end_claim, ensure_free
from app.moderation.inbox.collecting import find_item
from app.moderation.inbox.item import Choice, Decision, InboxItem, split_key
from app.moderation.inbox.registry import source_of
from app.moderation.policies import ensure_can_decide
from app.moderation.queries import find_latest_entry_id
from app.moderation.services.logging import unsaid

NO_REASON = lazy_gettext("Please give a reason: the log keeps it, and the people concerned are told.")


class Decided(Struct, frozen=True):
    """What was decided. `entry_id`: its entry in the log, for the undo button; None when nothing was logged."""

    item: InboxItem
    decision: Decision
    entry_id: int | None


def decide_item(actor: Actor, key: str, decision: str, *, reason: str = "", seen: str = "", is_sure: bool = False) -> Decided:
    """Decide about one item. `seen`: which text the actor read; `is_sure`: although somebody else looks at it.

    Raises NotFound, Forbidden, Invalid("reason"), ClaimedByOther, Conflict (decided already, or the text changed).
    """
    require_unit_of_work()
    ensure_can_decide(actor)
    item = find_item(actor, key)
    if item is None:
        raise Conflict(_("Somebody has decided about that one already."))
    chosen = item.find_decision(decision)
    if chosen is None:
        raise NotFound(_("That cannot be decided about this item."))
    if chosen.needs_reason and not reason.strip():
        raise Invalid(NO_REASON, field="reason")
    ensure_free(actor, key, is_sure=is_sure)
    before = find_latest_entry_id(actor)
    kind, number = split_key(key) or ("", 0)
    source_of(kind).decide(actor, Choice(kind, number, chosen.name, reason.strip() or unsaid(chosen.reason), seen))
    end_claim(key)
    after = find_latest_entry_id(actor)
    return Decided(item, chosen, after if after != before else None)
