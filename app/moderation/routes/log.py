"""The log of decisions, and undoing them."""

from urllib.parse import urlsplit

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.moderation.presenters import action_label
from app.moderation.queries import list_log, list_log_actions
from app.moderation.routes.blueprint import blueprint
from app.moderation.services.reediting import render_earlier
from app.moderation.services.undoing import UNDOABLE, undo_decision
from app.moderation.urls import LOG, log_path
from app.web.access import moderators
from app.web.context import current_actor, site_settings
from app.web.forms import posted_line, query_line
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/moderation/log")
@moderators
def log() -> Response:
    """Show the log, newest first, filtered by action and person."""
    action, by = query_line("action", 30), query_line("by", 60)
    number = parse_page(request.args.get("page"))
    entries = list_log(current_actor(), page=number, action=action, by=by)
    return page(
        "moderation/log.html", Head(title="Moderation log", is_indexable=False), entries=entries, action=action, by=by,
        actions=list_log_actions(), action_label=action_label, undoable=UNDOABLE,
        page_url=lambda n: log_path(action=action, by=by, page=n if n > 1 else 0),
    )  # fmt: skip


@blueprint.post("/moderation/log/<id:entry_id>/undo")
@moderators
def undo(entry_id: int) -> Response:
    """Undo one decision."""
    text = render_earlier(entry_id, urlsplit(site_settings().base_url).netloc)
    with unit_of_work():
        undo_decision(current_actor(), entry_id=entry_id, reason=posted_line("reason"), text=text)
    flash("Undone.")
    return see_other(local_path(request.form.get("next"), LOG))
