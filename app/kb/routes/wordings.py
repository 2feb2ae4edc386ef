"""Which wordings lead to an article: those from duplicates, taken out and put back. For curators."""

from flask import Response, flash
from werkzeug.wrappers import Response as AnyResponse

from app.core.uow import unit_of_work
from app.kb import presenters
from app.kb.policies import ensure_can_edit_article
from app.kb.queries.articles import get_article
from app.kb.queries.wordings import list_wordings
from app.kb.routes.blueprint import blueprint
from app.kb.services import wordings
from app.kb.urls import article_wordings_path
from app.web.access import curators
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/kb/articles/<id:article_id>/wordings")
@curators
def show_wordings(article_id: int) -> Response:
    """Show how people ask what an article answers, by hand and from duplicates."""
    actor = current_actor()
    article = get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    found = list_wordings(article.id, with_removed=True)
    return page(
        "kb/wordings.html", Head(title=f"Wordings of “{article.title}”", is_indexable=False), article=article,
        path=presenters.path_of(article), own=article.asked_as_lines, kept=[one for one in found if not one.is_removed],
        removed=[one for one in found if one.is_removed],
    )  # fmt: skip


@blueprint.post("/kb/articles/<id:article_id>/wordings/<id:thread_id>/remove")
@curators
def remove_wording(article_id: int, thread_id: int) -> AnyResponse:
    """Take the title of a duplicate out of an article's wordings."""
    with unit_of_work():
        wordings.remove_wording(current_actor(), article_id=article_id, thread_id=thread_id)
    back = article_wordings_path(article_id)
    flash(("This wording no longer leads to the article.", f"{back}/{thread_id}/restore"), "undo")  # type: ignore[arg-type]
    return see_other(back)


@blueprint.post("/kb/articles/<id:article_id>/wordings/<id:thread_id>/restore")
@curators
def restore_wording(article_id: int, thread_id: int) -> AnyResponse:
    """Let the title of a duplicate lead to an article again."""
    with unit_of_work():
        wordings.restore_wording(current_actor(), article_id=article_id, thread_id=thread_id)
    flash("This wording leads to the article again.", "success")
    return see_other(article_wordings_path(article_id))
