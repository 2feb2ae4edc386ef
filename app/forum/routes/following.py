"""Following a thread, a tag or a category, or leaving it; and all that somebody follows."""

from flask import flash, jsonify, request
from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.forum.queries.followed import list_followed_categories, list_followed_tags, list_followed_threads
from app.forum.queries.participation import is_following
from app.forum.queries.threads import get_thread
from app.forum.routes.blueprint import blueprint
from app.forum.routes.voting import posted_switch
from app.forum.services import following
from app.forum.urls import category_path, followed_path, tag_path
from app.web.access import members
from app.web.context import current_actor, wants_json
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.post("/threads/<id:thread_id>/follow")
@members
@limiter.limit(REACTING)
def follow(thread_id: int) -> Response:
    """Follow with value=1, leave with 0; without a value the button flips what it was."""
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    value = posted_switch(not is_following(actor, thread_id))
    with unit_of_work():
        following.follow(actor, thread_id=thread_id, value=value)
    return _answer(
        value, thread.path, _("You will hear of new posts here.") if value else _("You will not hear of new posts here any more.")
    )


@blueprint.post("/tags/<name>/follow")
@members
@limiter.limit(REACTING)
def follow_tag(name: str) -> Response:
    """Follow with value=1 or without one, leave with 0."""
    with unit_of_work():
        value = following.follow_tag(current_actor(), name=name, value=posted_switch(True))
    return _answer(value, tag_path(name), _said_of_threads(value))


@blueprint.post("/c/<slug>/follow")
@members
@limiter.limit(REACTING)
def follow_category(slug: str) -> Response:
    """Follow with value=1 or without one, leave with 0."""
    with unit_of_work():
        value = following.follow_category(current_actor(), slug=slug, value=posted_switch(True))
    return _answer(value, category_path(slug), _said_of_threads(value))


def _said_of_threads(value: bool) -> str:
    return _("You will hear of new threads here.") if value else _("You will not hear of new threads here any more.")


def _answer(value: bool, path: str, said: str) -> Response:
    if wants_json():
        return jsonify(pressed=value)
    flash(said, "success")
    return see_other(local_path(request.form.get("next"), path))


@blueprint.get("/settings/following")
@members
def followed() -> Response:
    """Show what the reader follows, each with the button that ends it."""
    actor, number = current_actor(), parse_page(request.args.get("page"))
    threads = list_followed_threads(actor, number)
    categories, tags = (list_followed_categories(actor), list_followed_tags(actor)) if number == 1 else ([], [])
    head = Head(_("You follow"))
    return page("forum/followed.html", head, categories=categories, tags=tags, threads=threads, page_url=followed_path)
