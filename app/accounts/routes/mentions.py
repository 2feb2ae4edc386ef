"""Names of people while somebody writes one after an @."""

from flask import Response, jsonify, request

from app.accounts.queries import list_people_named
from app.accounts.routes.blueprint import blueprint
from app.web.access import members
from app.web.ratelimit import TYPING, limiter


@blueprint.get("/mentions")
@members
@limiter.limit(TYPING)
def mentions() -> Response:
    """A few people whose name begins with ?q=, as JSON."""
    people = list_people_named(request.args.get("q", "")[:40])
    return jsonify(people=[{"name": person.name, "display_name": person.display_name} for person in people])
