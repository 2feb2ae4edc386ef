"""Keeping what is being typed."""

from flask import jsonify, request
from werkzeug.wrappers import Response

from app.core.uow import unit_of_work
from app.forum.routes.blueprint import blueprint
from app.forum.services.drafting import discard_draft, save_draft
from app.web.access import members
from app.web.context import current_actor, wants_json
from app.web.ratelimit import TYPING, limiter
from app.web.redirects import local_path, see_other


@blueprint.post("/drafts/<key>")
@members
@limiter.limit(TYPING)
def draft(key: str) -> Response:
    """Keep the posted fields under the form's key; with `discard`, forget them and return to the form."""
    actor = current_actor()
    with unit_of_work():
        if "discard" in request.form:
            discard_draft(actor, key=key)
            is_kept = False
        else:
            is_kept = save_draft(actor, key=key, fields=request.form)
    return jsonify(saved=is_kept) if wants_json() else see_other(local_path(request.form.get("next")))
