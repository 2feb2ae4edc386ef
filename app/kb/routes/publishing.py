"""The buttons of curators on an article: submit, publish, archive, reopen, still right. All are POSTs that lead back to it."""

from functools import partial

from flask import request
from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.markup import render_markdown
from app.core.text import parse_number
from app.kb.routes.answers import change_article
from app.kb.routes.blueprint import blueprint
from app.kb.services import publishing, reviewing
from app.kb.urls import article_permalink
from app.web.access import curators, members
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import local_path


def _posted_revision() -> int | None:
    """Return the revision that the page showed, if it said so."""
    return parse_number(request.form.get("revision"), 9)


@blueprint.post("/kb/articles/<id:article_id>/submit")
@members
def submit(article_id: int) -> Response:
    """Ask for a review."""
    change = partial(publishing.submit_for_review, current_actor(), article_id=article_id)
    return change_article(change, _("The draft waits for a review now."), article_permalink(article_id))


@blueprint.post("/kb/articles/<id:article_id>/publish")
@curators
def publish(article_id: int) -> Response:
    """Show readers the newest revision."""
    change = partial(publishing.publish, current_actor(), article_id=article_id, revision=_posted_revision())
    return change_article(change, _("Published. Readers see this version from now on."), article_permalink(article_id))


@blueprint.post("/kb/articles/<id:article_id>/archive")
@curators
def archive(article_id: int) -> Response:
    """Take the article out of lists and search."""
    change = partial(publishing.archive, current_actor(), article_id=article_id, reason=posted_line("reason"))
    return change_article(change, _("Archived. Links still work; lists and search leave it out."), article_permalink(article_id))


@blueprint.post("/kb/articles/<id:article_id>/reopen")
@curators
def reopen(article_id: int) -> Response:
    """Make the article a draft again; a reason becomes a remark that its writer reads."""
    reason = posted_line("reason", 1_000)
    body = render_markdown(reason) if reason else None
    change = partial(reviewing.send_back, current_actor(), article_id=article_id, body=body)
    return change_article(change, _("This is a draft again."), article_permalink(article_id))


@blueprint.post("/kb/articles/<id:article_id>/verify")
@curators
def verify(article_id: int) -> Response:
    """Record that the article is still right."""
    change = partial(publishing.verify, current_actor(), article_id=article_id)
    back = local_path(request.form.get("next"), article_permalink(article_id))
    return change_article(change, _("Thank you. Readers see that it was confirmed today."), back)
