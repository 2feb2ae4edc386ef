"""Live preview of Markdown, rendered by the same code that stores it."""

from flask import Response, request

from app.forum.routes.blueprint import blueprint
from app.forum.routes.composing import compose_typed
from app.web.access import members
from app.web.ratelimit import TYPING, limiter


@blueprint.post("/preview")
@members
@limiter.limit(TYPING)
def preview() -> Response:
    """Answer with the HTML of `body` as a post would show it."""
    return Response(compose_typed(request.form.get("body", "")).body.html, mimetype="text/html")
