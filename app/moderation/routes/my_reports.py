"""What became of one's own reports."""

from flask import request
from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.moderation.flags.mine import list_my_reports
from app.moderation.flags.records import flag_record_of
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import my_reports_path
from app.web.access import members
from app.web.context import current_actor
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/settings/reports")
@members
def my_reports() -> Response:
    """Show what the reader reported, and what was decided about it."""
    actor = current_actor()
    rows = list_my_reports(actor, parse_page(request.args.get("page")))
    record, _today = flag_record_of(actor)
    head = Head(title=_("My reports"))
    return page("moderation/my_reports.html", head, rows=rows, record=record, page_url=my_reports_path)
