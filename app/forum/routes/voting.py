"""Votes and 'I have this problem too'. Scripts get JSON, forms a redirect."""

from flask import jsonify, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.forum.queries.participation import has_said_me_too
from app.forum.queries.threads import get_thread
from app.forum.routes.blueprint import blueprint
from app.forum.services.voting import cast_vote, say_me_too
from app.forum.urls import post_path
from app.web.access import members
from app.web.context import current_actor, wants_json
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other

_VOTES = {"1": 1, "-1": -1, "0": 0}


@blueprint.post("/posts/<id:post_id>/vote")
@members
@limiter.limit(REACTING)
def vote(post_id: int) -> Response:
    """Vote with value=1 or -1, or take the vote back with 0."""
    value = _VOTES.get(request.form.get("value", ""))
    if value is None:
        raise Invalid(_("A vote is 1, -1 or 0."), field="value")
    with unit_of_work():
        score = cast_vote(current_actor(), post_id=post_id, value=value)
    return jsonify(score=score, pressed=value) if wants_json() else see_other(post_path(post_id))


@blueprint.post("/threads/<id:thread_id>/me-too")
@members
@limiter.limit(REACTING)
def me_too(thread_id: int) -> Response:
    """Say it with value=1, take it back with 0; without a value the button flips what it was."""
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    value = posted_switch(not has_said_me_too(actor, thread_id))
    with unit_of_work():
        count = say_me_too(actor, thread_id=thread_id, value=value)
    return jsonify(count=count, pressed=value) if wants_json() else see_other(thread.path)


def posted_switch(default: bool) -> bool:
    """Return the posted value (1 or 0), or `default` when there is none. Raises Invalid for anything else."""
    raw = request.form.get("value", "")
    if raw not in ("", "0", "1"):
        raise Invalid(_("Please send 1 or 0."), field="value")
    return raw == "1" if raw else default
