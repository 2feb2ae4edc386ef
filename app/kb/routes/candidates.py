"""The queue of threads worth an article, why each is there or not, and what curators decide about them. For curators.

Building the article is `promotions`.
"""

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.queries.threads import get_post, get_thread
from app.forum.services import curating
from app.kb import explaining
from app.kb.explaining import Explanation
from app.kb.models import CandidateState
from app.kb.policies import ensure_can_write_articles
from app.kb.queries.candidates import count_candidates, find_best_answer, find_candidate, list_candidates
from app.kb.queries.decisions import find_rank, list_decisions, measure_precision
from app.kb.routes.blueprint import blueprint
from app.kb.services import deciding
from app.kb.services.scanning import read_facts
from app.kb.services.scoring import score_issue
from app.kb.urls import promotions_path
from app.web.access import curators
from app.web.context import current_actor, site_settings
from app.web.flashes import flash_undo
from app.web.forms import posted_line
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/moderation/promotions")
@curators
def promotions() -> Response:
    """Show candidates with their explained scores."""
    actor, state = current_actor(), request.args.get("state", CandidateState.PROPOSED)
    if state not in list(CandidateState):
        raise NotFound
    rows = list_candidates(actor, state=state, page=parse_page(request.args.get("page")))
    counts = count_candidates(actor)
    return page(
        "kb/promotions.html", Head(title=_("Promotions")), rows=rows, state=state,
        tabs=[(label, promotions_path(one), counts[one], one == state) for one, label in explaining.TABS],
        reasons=explaining.DISMISSALS, snoozes=explaining.SNOOZES, why=explaining.say_reason,
        precision=explaining.describe_precision(measure_precision()), bounds=explaining.describe_bounds(site_settings()),
    )  # fmt: skip


@blueprint.get("/moderation/promotions/<id:thread_id>/why")
@curators
def why(thread_id: int) -> Response:
    """Explain why a thread is proposed for an article, or why not."""
    return _explained(current_actor(), thread_id)


@blueprint.post("/moderation/promotions/<id:thread_id>/dismiss")
@curators
def dismiss(thread_id: int) -> AnyResponse:
    """Decide that a thread gets no article."""
    reason, note = posted_line("reason", 60), posted_line("note", 220)
    try:
        with unit_of_work():
            deciding.dismiss_candidate(current_actor(), thread_id=thread_id, reason=": ".join(filter(None, (reason, note))))
    except Invalid as error:
        return _explained(current_actor(), thread_id, "dismiss", error, note)
    return _undoable(_("Dismissed. It will not be proposed again."), f"/moderation/promotions/{thread_id}/restore")


@blueprint.post("/moderation/promotions/<id:thread_id>/snooze")
@curators
def snooze(thread_id: int) -> AnyResponse:
    """Put a thread off for a while."""
    days, note = posted_line("days", 4), posted_line("note", 220)
    number = int(days) if days.isascii() and days.isdigit() else 0
    try:
        with unit_of_work():
            deciding.snooze_candidate(current_actor(), thread_id=thread_id, days=number, reason=note)
    except Invalid as error:
        return _explained(current_actor(), thread_id, "snooze", error, note)
    return _undoable(
        ngettext("Put off for %(num)s day.", "Put off for %(num)s days.", number), f"/moderation/promotions/{thread_id}/restore"
    )


@blueprint.post("/moderation/promotions/<id:thread_id>/restore")
@curators
def restore_dismissed(thread_id: int) -> AnyResponse:
    """Propose a dismissed or snoozed thread again."""
    with unit_of_work():
        deciding.restore_candidate(current_actor(), thread_id=thread_id)
    flash(_("It is proposed again."), "success")
    return see_other(promotions_path())


@blueprint.post("/moderation/promotions/<id:thread_id>/card")
@curators
def pin_best_card(thread_id: int) -> AnyResponse:
    """Pin the answer that solved a thread as its card."""
    actor = current_actor()
    best = find_best_answer(get_thread(actor, thread_id).id)
    if best is None:
        raise Conflict(_("Nobody has answered this yet, so there is nothing to pin."))
    return _pin(actor, best)


@blueprint.post("/moderation/cards/<id:post_id>")
@curators
def pin_card(post_id: int) -> AnyResponse:
    """Pin one answer as the card of its question, in place of another."""
    return _pin(current_actor(), post_id)


@blueprint.post("/moderation/promotions/<id:thread_id>/uncard")
@curators
def unpin_card(thread_id: int) -> AnyResponse:
    """Take the answer card off a question."""
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    pinned, path = thread.card_post_id, thread.path
    with unit_of_work():
        curating.unpin_card(actor, thread_id=thread_id)
    return _undoable(_("The answer card is gone."), f"/moderation/cards/{pinned}", path)


def _pin(actor: Actor, post_id: int) -> AnyResponse:
    thread = get_post(actor, post_id).thread
    thread_id, before, path = thread.id, thread.card_post_id, thread.path
    with unit_of_work():
        curating.pin_card(actor, post_id=post_id)
    undo = f"/moderation/cards/{before}" if before else f"/moderation/promotions/{thread_id}/uncard"
    return _undoable(_("Pinned: readers see this answer first, and search finds it first."), undo, path)


def _undoable(message: str, undo_path: str, default: str = "") -> AnyResponse:
    """Say what was done, with a way back, and lead to where the curator came from."""
    flash_undo(message, undo_path)
    return see_other(local_path(request.form.get("next"), default or promotions_path()))


def _explained(actor: Actor, thread_id: int, form: str = "", error: Invalid | None = None, note: str = "") -> Response:
    """Return the page about one thread; `form` names the form that was not accepted, `note` what was typed there."""
    ensure_can_write_articles(actor)
    thread = get_thread(actor, thread_id)
    explanation = _explain(actor, thread)
    return page(
        "kb/why.html", Head(title=explanation.title), 400 if error else 200, thread=thread, why=explanation,
        original=_original(actor, thread), reasons=explaining.DISMISSALS, snoozes=explaining.SNOOZES,
        words=explaining.DECISIONS, say=explaining.say_reason, failed=form, error=error.message if error else "", note=note,
        best=find_best_answer(thread_id),
    )  # fmt: skip


def _explain(actor: Actor, thread: Thread) -> Explanation:
    settings, candidate = site_settings(), find_candidate(thread.id)
    (facts,) = read_facts([thread.id])
    score = score_issue(facts, settings, now())
    rank = find_rank(candidate) if candidate else None
    return explaining.explain(facts, score, settings, candidate, rank, list_decisions(actor, thread.id))


def _original(actor: Actor, thread: Thread) -> Thread | None:
    """Return the thread that counts in place of a duplicate, if the actor may see it."""
    if thread.duplicate_of_id is None:
        return None
    try:
        return get_thread(actor, thread.duplicate_of_id)
    except NotFound:
        return None
