"""The queue: what needs an answer, and the other views of the desk."""

from flask import request
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.text import parse_number
from app.desk.presenters import VIEW_HINTS, VIEW_LABELS, desk_line, queue_path, view_tabs
from app.desk.queries.calendar import load_hours
from app.desk.queries.queue import VIEWS, DeskFilter, count_views, list_desk, list_in_charge
from app.desk.routes.blueprint import blueprint
from app.forum.queries.categories import list_categories
from app.web.access import staff
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.render import page
from app.web.seo import Head


def _asked_filter() -> DeskFilter:
    return DeskFilter(parse_number(query_line("category", 20)), query_line("tag", 40).lower(), query_line("in_charge", 20))


@blueprint.get("/desk")
@staff
def queue() -> Response:
    """Show one view of the desk, the most urgent question first."""
    actor, view, chosen, moment = current_actor(), query_line("view", 20) or "queue", _asked_filter(), now()
    if view not in VIEWS:
        raise NotFound(_("There is no such view."))
    rows = list_desk(actor, view=view, chosen=chosen, page=parse_page(request.args.get("page")))
    hours = load_hours()
    return page(
        "desk/queue.html",
        Head(title=_("%(view)s · Desk", view=VIEW_LABELS[view])),
        rows=rows,
        lines=[desk_line(row, actor, hours, moment) for row in rows.items],
        view=view,
        hint=VIEW_HINTS[view],
        tabs=view_tabs(view, count_views(actor), chosen),
        chosen=chosen,
        categories=list_categories(actor),
        people=list_in_charge(),
        is_open=hours.is_open_at(moment),
        here=queue_path(view, chosen, rows.number),
        plain_path=queue_path(view, DeskFilter()),
        page_url=lambda number: queue_path(view, chosen, number),
    )
