"""Claims of the inbox, and decisions about many of its items: choose, see what would happen, decide, and take it back."""

from datetime import timedelta

from flask import flash, jsonify, request
from werkzeug.wrappers import Response

from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.moderation.inbox.batches import decide_batch, get_batch, preview_batch, undo_batch
from app.moderation.inbox.claiming import claim_item, release_item
from app.moderation.routes.blueprint import blueprint
from app.moderation.routes.inbox import claim_minutes, posted_keys
from app.moderation.services.logging import unsaid
from app.moderation.urls import batch_path, queue_path
from app.web.access import moderators
from app.web.context import current_actor, wants_json
from app.web.forms import posted_line, query_line
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_ALL_BACK = lazy_gettext("All of it taken back")


@blueprint.post("/moderation/queue/<item_key>/claim")
@moderators
@limiter.limit(REACTING)
def claim_in_inbox(item_key: str) -> Response:
    """Tell others that you look at an item; `take_over=1` although somebody else does. JSON for the script."""
    lasts, take_over = timedelta(minutes=claim_minutes()), posted_line("take_over") == "1"
    try:
        with unit_of_work():
            claim_item(current_actor(), item_key, lasts=lasts, take_over=take_over)
    except Conflict as refusal:
        if wants_json():
            return jsonify({"message": refusal.message})
        flash(refusal.message, "warning")
    return jsonify({"message": ""}) if wants_json() else see_other(queue_path(item_key, posted_line("from", 30)))


@blueprint.post("/moderation/queue/<item_key>/release")
@moderators
@limiter.limit(REACTING)
def release_in_inbox(item_key: str) -> Response:
    """Stop looking at an item."""
    with unit_of_work():
        release_item(current_actor(), item_key)
    return see_other(queue_path(item_key, posted_line("from", 30)))


@blueprint.get("/moderation/queue/several")
@moderators
def preview_several() -> Response:
    """Show what a decision would do to each chosen item; nothing is decided yet."""
    try:
        return _preview(posted_keys(), query_line("decision", 30), query_line("from", 30))
    except Invalid as error:
        flash(error.message, "warning")
        return see_other(queue_path(chosen=query_line("from", 30)))


def _preview(keys: list[str], decision: str, chosen: str, refusal: str = "", reason: str = "", status: int = 200) -> Response:
    preview = preview_batch(current_actor(), keys, decision)
    return page(
        "moderation/several.html", Head(title=_("%(label)s: what happens", label=preview.decision.label)), status=status,
        preview=preview, chosen=chosen, refusal=refusal, reason=reason, back=queue_path(chosen=chosen),
    )  # fmt: skip


@blueprint.post("/moderation/queue/several")
@moderators
@limiter.limit(REACTING)
def decide_several() -> Response:
    """Decide about the items that the preview listed, one by one, and show what came of it."""
    keys, decision, reason = posted_keys(), posted_line("decision", 30), posted_line("reason")
    seen = {key: request.form.get(f"seen-{key}", "")[:20] for key in keys}
    try:
        batch = decide_batch(current_actor(), keys, decision, reason=reason, seen=seen)
    except Invalid as error:
        if "reason" in error.errors:
            return _preview(keys, decision, posted_line("from", 30), error.message, reason, 400)
        flash(error.message, "warning")
        return see_other(queue_path(chosen=posted_line("from", 30)))
    return see_other(batch_path(batch.id))


@blueprint.get("/moderation/several/<id:batch_id>")
@moderators
def show_several(batch_id: int) -> Response:
    """Show what came of a decision about many items."""
    batch = get_batch(current_actor(), batch_id)
    done = sum(1 for row in batch.results if row["done"])
    head = Head(title=_("%(label)s: %(done)s of %(results)s", label=batch.label, done=done, results=len(batch.results)))
    return page("moderation/several_done.html", head, batch=batch, done=done)


@blueprint.post("/moderation/several/<id:batch_id>/undo")
@moderators
@limiter.limit(REACTING)
def undo_several(batch_id: int) -> Response:
    """Take back all of it that can be taken back."""
    undo_batch(current_actor(), batch_id, reason=posted_line("reason") or unsaid(_ALL_BACK))
    flash(_("Taken back, as far as that could be done."))
    return see_other(batch_path(batch_id))
