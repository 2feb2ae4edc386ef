"""Taking a question, giving it back, and putting somebody in charge of it."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.desk.presenters import clock_time
from app.desk.queries.queue import parse_in_charge
from app.desk.routes.blueprint import blueprint
from app.desk.services.assigning import assign_thread
from app.desk.services.taking import TakenByOther, release_thread, take_thread
from app.desk.terms import desk_terms
from app.desk.urls import item_path, release_path, take_path
from app.web.access import staff
from app.web.context import current_actor
from app.web.flashes import flash_undo
from app.web.forms import posted_line
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import local_path, see_other


def _back(thread_id: int) -> Response:
    return see_other(local_path(request.form.get("next"), item_path(thread_id)))


@blueprint.post("/desk/questions/<id:thread_id>/take")
@staff
@limiter.limit(REACTING)
def take(thread_id: int) -> Response:
    """Hold a question for whoever asks; `take_over=1` is for admins. Back where they were when somebody else was faster."""
    take_over = posted_line("take_over") == "1"
    try:
        with unit_of_work():
            item = take_thread(current_actor(), thread_id=thread_id, take_over=take_over)
    except TakenByOther as refusal:
        flash(refusal.message, "warning")
        return _back(thread_id)
    if item.taken_until is not None:
        said = _("Taken: it is yours until %(time)s.", time=clock_time(item.taken_until, desk_terms().zone))
        if take_over:  # giving it back would not give it to whom it was taken from
            flash(said, "success")
        else:
            flash_undo(said, release_path(thread_id))
    return _back(thread_id)


@blueprint.post("/desk/questions/<id:thread_id>/release")
@staff
@limiter.limit(REACTING)
def release(thread_id: int) -> Response:
    """Give a question back."""
    with unit_of_work():
        was_taken = release_thread(current_actor(), thread_id=thread_id)
    if was_taken:
        flash_undo(_("Given back: anybody can take it now."), take_path(thread_id))
    else:
        flash(_("Nobody had it any more."))
    return _back(thread_id)


@blueprint.post("/desk/questions/<id:thread_id>/assign")
@staff
@limiter.limit(REACTING)
def assign(thread_id: int) -> Response:
    """Put a person or a group in charge (`in_charge`: p12, g3, or empty for nobody), with a `note` for them."""
    key = posted_line("in_charge", 20)
    person_id, group_id = parse_in_charge(key)
    if key and person_id is None and group_id is None:
        raise Invalid(_("Please choose who is in charge."), field="in_charge")
    with unit_of_work():
        note = posted_line("note")
        assign_thread(current_actor(), thread_id=thread_id, assignee_id=person_id, group_id=group_id, note=note)
    flash(_("Saved who is in charge.") if key else _("Nobody is in charge of it now."), "success")
    return _back(thread_id)
