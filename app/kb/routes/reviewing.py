"""One page to work on an article together: what is new in it, remarks, when it is published, who looks after it, how it stays right."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Response, flash, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.markup import render_markdown
from app.core.text import parse_number
from app.core.textdiff import TextDiff
from app.core.uow import unit_of_work
from app.forum.queries.versions import list_products
from app.kb import presenters
from app.kb.models import Article
from app.kb.policies import can_publish_article, ensure_can_edit_article
from app.kb.queries import articles as article_queries
from app.kb.queries.review import list_failures, list_remarks
from app.kb.queries.sources import list_credits
from app.kb.queries.versions import article_words
from app.kb.routes.answers import change_article
from app.kb.routes.blueprint import blueprint
from app.kb.services import checking, reviewing, scheduling
from app.kb.terms import kb_terms
from app.kb.urls import article_review_path
from app.web.access import curators, members
from app.web.context import current_actor
from app.web.flashes import flash_undo
from app.web.forms import posted_ids, posted_line, posted_text
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head

Typed = dict[str, str]


@blueprint.get("/kb/articles/<id:article_id>/review")
@members
def review(article_id: int) -> Response:
    """Show where an article stands and what people say about it."""
    return _review_page(article_id)


def _review_page(article_id: int, typed: Typed | None = None, errors: Typed | None = None, status: int = 200) -> Response:
    """Show the page; `typed` is what was sent and not accepted, by field, with its `errors`."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    zone = kb_terms().zone
    planned = article.publish_at.astimezone(zone) if article.publish_at else None
    values = {
        "publish_at": planned.strftime("%Y-%m-%dT%H:%M") if planned else "", "owner": article.owner.name if article.owner else "",
        "days": "" if article.review_every_days is None else str(article.review_every_days), "body": "", **(typed or {}),
    }  # fmt: skip
    head = Head(title=_("Review “%(title)s”", title=article.title))
    return page(
        "kb/review.html", head, status=status, article=article, path=presenters.path_of(article), typed=values,
        errors=errors or {}, diff=_news(article), text=_first_text(actor, article), remarks=list_remarks(actor, article.id),
        zone=str(zone), planned=planned,
        can_publish=can_publish_article(actor, article), failures=list_failures(article), reasons=dict(presenters.REASONS),
        default_days=kb_terms().review_days, **_versions(actor, article),
    )  # fmt: skip


def _versions(actor: Actor, article: Article) -> dict[str, Any]:
    """Return the products and what is known of their versions, for those who may say it."""
    if not can_publish_article(actor, article):
        return {"products": [], "words": {}}
    return {"products": [row for row in list_products() if row.versions], "words": article_words(article.id)}


def _first_text(actor: Actor, article: Article) -> Markup | None:
    """Return the text of an article that was never published, or None: what is new in any other is a difference."""
    if article.published_revision is not None:
        return None
    newest = article_queries.get_revision(article.id, article.revision)
    return presenters.with_credits(newest.body_html, list_credits(actor, article.id))


def _news(article: Article) -> TextDiff | None:
    """Return what the newest revision changes in what readers see, or None when they see it."""
    if article.published_revision is None or article.published_revision == article.revision:
        return None
    old = article_queries.get_revision(article.id, article.published_revision)
    new = article_queries.get_revision(article.id, article.revision)
    return presenters.compare_revisions(old, new)


@blueprint.post("/kb/articles/<id:article_id>/remarks")
@members
def remark(article_id: int) -> AnyResponse:
    """Remark something about the newest revision."""
    typed = posted_text("body")
    try:
        body = render_markdown(typed, max_length=reviewing.REMARK_MAX)
        with unit_of_work():
            row = reviewing.comment_article(current_actor(), article_id=article_id, body=body)
            anchor = f"#remark-{row.id}"
    except Invalid as error:
        return _review_page(article_id, {"body": typed}, {"body": error.message}, 400)
    return see_other(article_review_path(article_id) + anchor)


@blueprint.post("/kb/remarks/<id:remark_id>/resolve")
@members
def resolve_remark(remark_id: int) -> AnyResponse:
    """Say that a remark is dealt with."""
    with unit_of_work():
        article = reviewing.resolve_comment(current_actor(), remark_id=remark_id, is_resolved=True)
        back = article_review_path(article.id)
    flash_undo(_("Dealt with."), f"/kb/remarks/{remark_id}/reopen")
    return see_other(back)


@blueprint.post("/kb/remarks/<id:remark_id>/reopen")
@members
def reopen_remark(remark_id: int) -> AnyResponse:
    """Open a remark again."""
    with unit_of_work():
        article = reviewing.resolve_comment(current_actor(), remark_id=remark_id, is_resolved=False)
        back = article_review_path(article.id)
    flash(_("It is open again."), "success")
    return see_other(back)


@blueprint.post("/kb/articles/<id:article_id>/schedule")
@curators
def schedule(article_id: int) -> AnyResponse:
    """Plan when the newest revision is published."""
    raw = posted_line("publish_at", 40)
    try:
        at = _parse_moment(raw)
        with unit_of_work():
            scheduling.schedule(current_actor(), article_id=article_id, at=at, revision=_posted_number("revision"))
    except (Invalid, Conflict) as error:
        status = 400 if isinstance(error, Invalid) else 409
        return _review_page(article_id, {"publish_at": raw}, {"publish_at": error.message}, status)
    flash_undo(_("It will be published by itself."), f"/kb/articles/{article_id}/unschedule")
    return see_other(article_review_path(article_id))


def _parse_moment(raw: str) -> datetime:
    """Return what was typed, in the site's time zone, as a moment. Raises Invalid("publish_at")."""
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=kb_terms().zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(_("Please choose a day and a time."), "publish_at") from error


def _posted_number(name: str) -> int | None:
    return parse_number(request.form.get(name), 9)


@blueprint.post("/kb/articles/<id:article_id>/unschedule")
@curators
def unschedule(article_id: int) -> AnyResponse:
    """Take the plan back."""
    change = partial(scheduling.unschedule, current_actor(), article_id=article_id)
    return change_article(change, _("Nothing is planned any more."), article_review_path(article_id))


@blueprint.post("/kb/articles/<id:article_id>/owner")
@curators
def change_owner(article_id: int) -> AnyResponse:
    """Say who looks after the article; an empty name: nobody."""
    name = posted_line("owner", 60).lstrip("@")
    try:
        with unit_of_work():
            reviewing.change_owner(current_actor(), article_id=article_id, name=name)
    except (Invalid, Conflict) as error:
        status = 400 if isinstance(error, Invalid) else 409
        return _review_page(article_id, {"owner": name}, {"owner": error.message}, status)
    flash(_("%(name)s looks after it now.", name=name) if name else _("Nobody looks after it now."), "success")
    return see_other(local_path(request.form.get("next"), article_review_path(article_id)))


@blueprint.post("/kb/articles/<id:article_id>/rhythm")
@curators
def change_rhythm(article_id: int) -> AnyResponse:
    """Say after how many days somebody should look at the article again."""
    raw = posted_line("days", 12)
    try:
        if raw and not (raw.isascii() and raw.isdigit()):
            raise Invalid(_("Please use a number of days; 0 means never."), "days")
        with unit_of_work():
            checking.set_rhythm(current_actor(), article_id=article_id, days=int(raw) if raw else None)
    except Invalid as error:
        return _review_page(article_id, {"days": raw}, {"days": error.message}, 400)
    flash(_("Saved."), "success")
    return see_other(article_review_path(article_id))


@blueprint.post("/kb/articles/<id:article_id>/versions")
@curators
def save_versions(article_id: int) -> AnyResponse:
    """Say on which versions the article holds and on which not."""
    works, fails = posted_ids("version"), posted_ids("fails")
    change = partial(checking.set_versions, current_actor(), article_id=article_id, works=works - fails, fails=fails)
    return change_article(change, _("Saved. Readers see on which versions it was checked."), article_review_path(article_id))
