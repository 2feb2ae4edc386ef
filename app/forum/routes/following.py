"""Following a thread, or leaving it."""

from flask import flash, jsonify
from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.forum.queries.participation import is_following
from app.forum.queries.threads import get_thread
from app.forum.routes.blueprint import blueprint
from app.forum.routes.voting import posted_switch
from app.forum.services.following import follow as follow_thread
from app.web.access import members
from app.web.context import current_actor, wants_json
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other


@blueprint.post("/threads/<id:thread_id>/follow")
@members
@limiter.limit(REACTING)
def follow(thread_id: int) -> Response:
    """Follow with value=1, leave with 0; without a value the button flips what it was."""
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    value = posted_switch(not is_following(actor, thread_id))
    with unit_of_work():
        follow_thread(actor, thread_id=thread_id, value=value)
    if wants_json():
        return jsonify(pressed=value)
    flash(_("You will hear of new posts here.") if value else _("You will not hear of new posts here any more."), "success")
    return see_other(thread.path)
