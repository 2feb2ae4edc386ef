"""Marking solutions, and how a question ended."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.forum.models.resolution import OutcomeKind
from app.forum.queries.outcomes import find_outcome
from app.forum.queries.threads import get_thread
from app.forum.routes.blueprint import blueprint
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.confirming import record_outcome, report_stuck, withdraw_outcome
from app.forum.urls import post_path
from app.web.access import members
from app.web.context import current_actor
from app.web.converters import MAX_ID
from app.web.flashes import flash_undo
from app.web.forms import posted_line
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other

_WORKED = {"yes": OutcomeKind.CONFIRMED_BY_ASKER, "no": OutcomeKind.REFUTED}
_THANKS = {
    OutcomeKind.REFUTED: lazy_gettext("Thank you. The question is open again, so that others can help."),
    OutcomeKind.NO_LONGER_RELEVANT: lazy_gettext("Thank you. The question is closed."),
    OutcomeKind.NEEDS_INFO: lazy_gettext("The question now waits for details."),
}


@blueprint.post("/posts/<id:post_id>/accept")
@members
@limiter.limit(REACTING)
def accept(post_id: int) -> Response:
    """Mark an answer as the solution."""
    with unit_of_work():
        accept_answer(current_actor(), post_id=post_id)
    flash(_("Marked as the solution. Thank you: this helps everybody who comes after you."), "success")
    return see_other(post_path(post_id))


@blueprint.post("/posts/<id:post_id>/withdraw")
@members
@limiter.limit(REACTING)
def withdraw(post_id: int) -> Response:
    """Take back that an answer is the solution."""
    with unit_of_work():
        withdraw_acceptance(current_actor(), post_id=post_id, reason=posted_line("reason"))
    flash(_("This is not marked as the solution any more."), "success")
    return see_other(post_path(post_id))


@blueprint.post("/threads/<id:thread_id>/outcome")
@members
@limiter.limit(REACTING)
def report_outcome(thread_id: int) -> Response:
    """Say how it ended: kind=..., or worked=yes|no; post_id names the answer that is meant."""
    actor = current_actor()
    kind: str = request.form.get("kind", "") or _WORKED.get(request.form.get("worked", ""), "")
    post_id, reason = _post_id(), posted_line("reason")
    with unit_of_work():
        if kind == OutcomeKind.REFUTED and post_id is None:
            said = report_stuck(actor, thread_id=thread_id, reason=reason)
        else:
            said = record_outcome(actor, thread_id=thread_id, kind=kind, post_id=post_id, reason=reason)
        undo_path = f"/outcomes/{said.id}/withdraw"
    flash_undo(_THANKS.get(OutcomeKind(kind), _("Thank you for coming back to say so.")), undo_path)
    return see_other(get_thread(actor, thread_id).path)


@blueprint.post("/outcomes/<id:outcome_id>/withdraw")
@members
@limiter.limit(REACTING)
def take_back_outcome(outcome_id: int) -> Response:
    """Take back what was said about how it ended."""
    with unit_of_work():
        withdraw_outcome(current_actor(), outcome_id=outcome_id, reason=posted_line("reason"))
        outcome = find_outcome(outcome_id)
    flash(_("Undone."), "success")
    return see_other(get_thread(current_actor(), outcome.thread_id).path if outcome else "/")


def _post_id() -> int | None:
    raw = request.form.get("post_id") or request.args.get("post_id") or ""
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > 19 or not 0 < int(raw) <= MAX_ID:
        raise Invalid(_("There is no such answer."), field="post_id")
    return int(raw)
