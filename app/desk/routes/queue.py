"""The queue: what needs an answer, and the other views of the desk."""

from flask import request
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.text import parse_number
from app.desk.presenters import VIEW_HINTS, VIEW_LABELS, desk_lines, queue_path, view_tabs
from app.desk.queries.calendar import load_hours
from app.desk.queries.place import Place
from app.desk.queries.queue import VIEWS, DeskFilter, count_views, list_desk, list_in_charge
from app.desk.routes.blueprint import blueprint
from app.forum.queries.categories import list_categories
from app.web.access import staff
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.render import page
from app.web.seo import Head


def asked_place() -> Place:
    """Return the list that the address names, also that of an item. Raises NotFound for what is none."""
    view = query_line("view", 20) or "queue"
    if view not in VIEWS:
        raise NotFound(_("There is no such view."))
    chosen = DeskFilter(parse_number(query_line("category", 20)), query_line("tag", 40).lower(), query_line("in_charge", 20))
    return Place(view, chosen, parse_page(request.args.get("page")))


@blueprint.get("/desk")
@staff
def queue() -> Response:
    """Show one view of the desk, the most urgent question first."""
    actor, place, moment = current_actor(), asked_place(), now()
    view, chosen = place.view, place.chosen
    rows, hours = list_desk(actor, view=view, chosen=chosen, page=place.page), load_hours()
    return page(
        "desk/queue.html",
        Head(title=_("%(view)s · Desk", view=VIEW_LABELS[view])),
        rows=rows,
        lines=desk_lines(rows, place, actor, hours, moment),
        view=view,
        hint=VIEW_HINTS[view],
        tabs=view_tabs(view, count_views(actor), chosen),
        chosen=chosen,
        categories=list_categories(actor),
        people=list_in_charge(),
        is_open=hours.is_open_at(moment),
        here=place.path,
        plain_path=queue_path(view, DeskFilter()),
        page_url=lambda number: place.at_page(number).path,
    )
