"""The inbox: what waits on the left, the chosen item with its context and its decisions on the right."""

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import unit_of_work
from app.moderation.inbox.batches import offered_decisions
from app.moderation.inbox.claiming import Claim, ClaimedByOther, list_claims
from app.moderation.inbox.collecting import Inbox, find_item, read_inbox
from app.moderation.inbox.decided import find_last_decision
from app.moderation.inbox.deciding import decide_item
from app.moderation.inbox.item import InboxItem, split_key
from app.moderation.inbox.presenting import InboxRow, inbox_rows, inbox_tabs, inbox_title
from app.moderation.inbox.registry import source_of
from app.moderation.people.record import person_record
from app.moderation.presenters.log import action_label
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import QUEUE, queue_path, undo_path
from app.web.access import moderators
from app.web.context import current_actor, site_settings
from app.web.flashes import flash_undo
from app.web.forms import posted_line, query_line
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


class Refused(Struct, frozen=True):
    """A decision that was not made, so that the page can show it again with what was typed. `is_claimed`: somebody looks at the item."""

    decision: str
    reason: str
    message: str
    is_claimed: bool = False


@blueprint.get("/moderation")
@moderators
def moderation_home() -> Response:
    """The inbox is where moderators start."""
    return redirect(QUEUE)


@blueprint.get("/moderation/queue")
@moderators
def queue() -> Response:
    """Show the inbox, or one list of it (`from`), with one item open."""
    return page_of_inbox(query_line("item"), query_line("from", 30))


def page_of_inbox(wanted: str, chosen: str, refused: Refused | None = None, status: int = 200) -> Response:
    """Return the inbox with the wanted item open; without one the most pressing that nobody else looks at."""
    actor, moment = current_actor(), now()
    inbox = read_inbox(actor, chosen)
    item = inbox.find(wanted) or (find_item(actor, wanted) if split_key(wanted) else None)
    claims = list_claims({one.key for one in (*inbox.items, *([item] if item else []))})
    current = item or _first_free(inbox, claims)
    rows: list[InboxRow] = inbox_rows(inbox, current, claims, actor, moment)
    return page(
        "moderation/queue.html",
        Head(title=inbox_title(inbox)),
        status=status,
        inbox=inbox,
        rows=rows,
        tabs=inbox_tabs(inbox),
        item=current,
        detail=source_of(current.kind).show(actor, current) if current else None,
        record=person_record(actor, current.person_id) if current and current.person_id else None,
        claim=_claim_words(claims.get(current.key) if current else None),
        then=inbox.after(current.key) if current else "",
        batch_decisions=offered_decisions(inbox.items),
        refused=refused,
        gone=_decided_already(wanted) if wanted and item is None else "",
    )


def _first_free(inbox: Inbox, claims: dict[str, Claim]) -> InboxItem | None:
    mine = current_actor().id
    free = (item for item in inbox.items if item.key not in claims or claims[item.key].person_id == mine)
    return next(free, inbox.items[0] if inbox.items else None)


def _claim_words(claim: Claim | None) -> tuple[str, bool] | None:
    """Return who looks at the open item, and whether that is whoever asks."""
    return (claim.words(current_actor(), now()), claim.person_id == current_actor().id) if claim else None


def _decided_already(key: str, typed: str = "") -> str:
    """Return who decided about an item that does not wait any more, and how; with what was typed for a decision that comes too late."""
    last = find_last_decision(current_actor(), key)
    if last is None:
        said = _("Somebody has decided about that one already.")
    elif last.actor_id == current_actor().id:
        said = _(
            "You have decided about “%(title)s” already: %(decision)s.",
            title=last.target_text,
            decision=action_label(last.action),
        )
    else:
        said = _(
            "%(name)s has decided about “%(title)s” already: %(decision)s.",
            name=last.actor_name, title=last.target_text, decision=action_label(last.action),
        )  # fmt: skip
    return _("%(sentence)s You had typed: “%(words)s”", sentence=said, words=typed) if typed else said


@blueprint.post("/moderation/queue/<item_key>/<decision>")
@moderators
@limiter.limit(REACTING)
def decide_in_inbox(item_key: str, decision: str) -> Response:
    """Decide about an item, and go on with the next one. What cannot be decided is shown again with what was typed."""
    actor, reason, chosen = current_actor(), posted_line("reason"), posted_line("from", 30)
    is_sure = posted_line("is_sure") == "1"
    try:
        with unit_of_work():
            done = decide_item(actor, item_key, decision, reason=reason, seen=posted_line("seen", 20), is_sure=is_sure)
    except Invalid as error:
        return page_of_inbox(item_key, chosen, Refused(decision, reason, error.message), 400)
    except ClaimedByOther as error:
        return page_of_inbox(item_key, chosen, Refused(decision, reason, error.message, is_claimed=True), 409)
    except Conflict as error:
        if find_item(actor, item_key) is not None:
            return page_of_inbox(item_key, chosen, Refused(decision, reason, error.message), 409)
        flash(_decided_already(item_key, reason), "warning")
        return see_other(queue_path(posted_line("then"), chosen))
    if done.entry_id is None:
        flash(done.decision.done)
    else:
        flash_undo(done.decision.done, undo_path(done.entry_id))
    return see_other(queue_path(posted_line("then"), chosen))


def claim_minutes() -> int:
    """Return for how many minutes a claim counts here."""
    return site_settings().inbox_claim_minutes


def posted_keys() -> list[str]:
    """Return the items that were chosen with check boxes, by form or address."""
    return [key[:60] for key in request.values.getlist("item")][:200]
