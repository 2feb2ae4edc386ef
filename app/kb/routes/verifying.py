"""What should be looked at again: after a release, a changed source, a date, or readers' words. For curators."""

from typing import Any

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.kb.queries import verifying as queries
from app.kb.routes.blueprint import blueprint
from app.kb.services.checking import check_version
from app.kb.urls import verify_path
from app.web.access import curators
from app.web.context import current_actor
from app.web.flashes import flash_undo
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/kb/verify")
@curators
def verify_list() -> Response:
    """Show articles and questions to look at again, the most read first."""
    actor, view = current_actor(), request.args.get("view", "all")
    is_mine, number = request.args.get("mine") == "1", parse_page(request.args.get("page"))
    if view not in queries.VIEWS:
        raise NotFound
    is_threads = view == "threads"
    rows: Any = (
        queries.list_threads_to_verify(actor, page=number)
        if is_threads
        else queries.list_to_verify(actor, view=view, is_mine=is_mine, page=number)
    )
    address = verify_path(view) + (("&" if "?" in verify_path(view) else "?") + "mine=1" if is_mine else "")
    return page(
        "kb/verify.html", Head(title=_("To verify")), rows=rows, view=view, is_mine=is_mine, address=address,
        counts=queries.count_to_verify(actor, is_mine=is_mine), days=queries.READ_DAYS,
    )  # fmt: skip


@blueprint.post("/kb/articles/<id:article_id>/versions/<id:version_id>/check")
@curators
def check(article_id: int, version_id: int) -> AnyResponse:
    """Say whether an article holds on a version (works=yes or no); anything else takes that back."""
    works = {"yes": True, "no": False}.get(request.form.get("works", ""))
    back = local_path(request.form.get("next"), verify_path("versions"))
    with unit_of_work():
        article = check_version(current_actor(), article_id=article_id, version_id=version_id, works=works)
    if works is None:
        flash(_("Taken back. It waits to be checked again."), "success")
    else:
        said = (
            _("Noted: “%(title)s” holds there.", title=article.title)
            if works
            else _("Noted: “%(title)s” does not hold there.", title=article.title)
        )
        flash_undo(said, f"/kb/articles/{article_id}/versions/{version_id}/check")
    return see_other(back)
