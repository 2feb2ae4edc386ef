"""The list of notifications."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.notifications.presenters import present
from app.notifications.queries import list_notifications
from app.notifications.routes.blueprint import blueprint
from app.notifications.services import reading
from app.web.access import members
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/notifications")
@members
def inbox() -> Response:
    """Show what happened, newest first."""
    rows = list_notifications(current_actor(), parse_page(request.args.get("page")))
    return page("notifications/inbox.html", Head(_("Notifications")), rows=rows, notes=present(rows.items))


@blueprint.get("/notifications/<id:notification_id>")
@members
def follow_notification(notification_id: int) -> Response:
    """Mark a line as read and lead to what it is about."""
    with unit_of_work():
        path = reading.open_notification(current_actor(), notification_id)
    return see_other(path)


@blueprint.post("/notifications/read")
@members
def mark_all_read() -> Response:
    """Mark everything as read."""
    with unit_of_work():
        reading.mark_all_read(current_actor())
    flash(_("Everything is marked as read."), "success")
    return see_other("/notifications")
