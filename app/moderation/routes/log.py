"""The log of decisions, as a page and as a file for a spreadsheet, and undoing them."""

from urllib.parse import urlsplit

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import Invalid, NotFound
from app.core.exporting import Cell
from app.core.i18n import gettext as _
from app.core.text import parse_number
from app.core.uow import unit_of_work
from app.moderation.presenters.log import action_label, kind_label, labelled_actions
from app.moderation.queries import LogPage, LogRow, iterate_log, list_log, list_log_actions
from app.moderation.queries.log import LOG_KINDS
from app.moderation.queries.log_query import LogQuery, resolve_query
from app.moderation.routes.blueprint import blueprint
from app.moderation.undoing import UNDOABLE, undo_decision
from app.moderation.undoing.edits import render_earlier
from app.moderation.urls import LOG, log_path
from app.web.access import moderators
from app.web.context import current_actor, site_settings
from app.web.downloads import csv_answer
from app.web.forms import posted_line, query_line
from app.web.ratelimit import limiter
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head, absolute

_HEADER = ("id", "decided_at", "decided_by", "action", "about", "what", "address", "reason", "undoes", "is_undone")


@blueprint.get("/moderation/log")
@moderators
def log() -> Response:
    """Show the log, newest first, with filters; what was typed wrongly is said beside the field."""
    query = LogQuery.read(query_line)
    problems: dict[str, str] = {}
    try:
        entries = list_log(current_actor(), resolve_query(query, site_settings().time_zone), before=_before())
    except Invalid as error:
        problems, entries = error.errors, LogPage((), None)
    return page(
        "moderation/log.html", Head(title=_("Moderation log")),
        entries=entries, query=query, problems=problems, actions=labelled_actions(list_log_actions()), kinds=tuple(LOG_KINDS),
        action_label=action_label, kind_label=kind_label, undoable=UNDOABLE, is_first=_before() is None, csv_path=log_path(query.given, is_csv=True),
        newest_path=log_path(query.given), older_path=log_path(query.given, before=entries.older),
    )  # fmt: skip


def _before() -> int | None:
    raw = request.args.get("before", "")
    number = parse_number(raw)
    if raw and number is None:
        raise NotFound(_("There is no such entry in the log."))
    return number


@blueprint.get("/moderation/log.csv")
@moderators
@limiter.limit("10 per minute")
def download_log() -> Response:
    """Give the entries that the filters leave, all of them, as a file. Problems of the filters are a page that says so."""
    where = resolve_query(LogQuery.read(query_line), site_settings().time_zone)
    return csv_answer(f"moderation-log-{now():%Y-%m-%d}", _HEADER, map(_cells, iterate_log(current_actor(), where)))


def _cells(row: LogRow) -> tuple[Cell, ...]:
    return (
        row.id, row.created_at, row.actor_name, row.action, row.target_kind, row.target_text,
        absolute(row.target_path), row.reason, row.undoes_id, "yes" if row.is_undone else "",
    )  # fmt: skip


@blueprint.post("/moderation/log/<id:entry_id>/undo")
@moderators
def undo(entry_id: int) -> Response:
    """Undo one decision."""
    text = render_earlier(entry_id, urlsplit(site_settings().base_url).netloc)
    with unit_of_work():
        undo_decision(current_actor(), entry_id=entry_id, reason=posted_line("reason"), text=text)
    flash(_("Undone."))
    return see_other(local_path(request.form.get("next"), LOG))
