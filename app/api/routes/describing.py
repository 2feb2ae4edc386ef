"""The description of the API for programs and their makers: OpenAPI 3.1, made from the registry of figures."""

from flask import Response, jsonify

from app.api.openapi import describe
from app.api.routes.blueprint import blueprint
from app.web.access import public
from app.web.context import site_settings


@blueprint.get("/api/openapi.json")
@public
def describe_api() -> Response:
    """Answer with the description. It tells nothing of the community, so that everybody may read it."""
    settings = site_settings()
    response = jsonify(describe(settings.site_name, settings.base_url))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
