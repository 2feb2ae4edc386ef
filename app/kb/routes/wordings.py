"""Which wordings lead to an article: those from duplicates and searches, taken out and put back. For curators."""

from urllib.parse import urlencode

from flask import Response, flash
from werkzeug.wrappers import Response as AnyResponse

from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.kb import presenters
from app.kb.policies import ensure_can_edit_article
from app.kb.queries.articles import get_article
from app.kb.queries.wordings import list_removed_searches, list_wordings
from app.kb.routes.blueprint import blueprint
from app.kb.services import wordings
from app.kb.urls import article_wordings_path
from app.web.access import curators
from app.web.context import current_actor
from app.web.flashes import flash_undo
from app.web.forms import query_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/kb/articles/<id:article_id>/wordings")
@curators
def show_wordings(article_id: int) -> Response:
    """Show how people ask what an article answers, by hand, from duplicates and from searches."""
    actor = current_actor()
    article = get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    found = list_wordings(article.id, with_removed=True)
    return page(
        "kb/wordings.html", Head(title=_("Wordings of “%(title)s”", title=article.title)), article=article,
        path=presenters.path_of(article), own=article.asked_as_lines, kept=[one for one in found if not one.is_removed],
        removed=[one for one in found if one.is_removed], searched=article.searched_as_lines,
        removed_searches=list_removed_searches(article.id), search_url=_search_url,
    )  # fmt: skip


@blueprint.post("/kb/articles/<id:article_id>/wordings/<id:thread_id>/remove")
@curators
def remove_wording(article_id: int, thread_id: int) -> AnyResponse:
    """Take the title of a duplicate out of an article's wordings."""
    with unit_of_work():
        wordings.remove_wording(current_actor(), article_id=article_id, thread_id=thread_id)
    back = article_wordings_path(article_id)
    flash_undo(_("This wording no longer leads to the article."), f"{back}/{thread_id}/restore")
    return see_other(back)


@blueprint.post("/kb/articles/<id:article_id>/wordings/<id:thread_id>/restore")
@curators
def restore_wording(article_id: int, thread_id: int) -> AnyResponse:
    """Let the title of a duplicate lead to an article again."""
    with unit_of_work():
        wordings.restore_wording(current_actor(), article_id=article_id, thread_id=thread_id)
    flash(_("This wording leads to the article again."), "success")
    return see_other(article_wordings_path(article_id))


def _search_url(article_id: int, what: str, text: str) -> str:
    """Where words that people searched for are taken out ("remove") or put back ("restore")."""
    return f"{article_wordings_path(article_id)}/searches/{what}?{urlencode({'text': text})}"


@blueprint.post("/kb/articles/<id:article_id>/wordings/searches/remove")
@curators
def remove_search(article_id: int) -> AnyResponse:
    """Take what people searched for (?text=) out of an article's wordings."""
    text = query_line("text")
    with unit_of_work():
        wordings.remove_search(current_actor(), article_id=article_id, text=text)
    flash_undo(_("This wording no longer leads to the article."), _search_url(article_id, "restore", text))
    return see_other(article_wordings_path(article_id))


@blueprint.post("/kb/articles/<id:article_id>/wordings/searches/restore")
@curators
def restore_search(article_id: int) -> AnyResponse:
    """Let what people searched for (?text=) lead to an article again."""
    with unit_of_work():
        wordings.restore_search(current_actor(), article_id=article_id, text=query_line("text"))
    flash(_("This wording leads to the article again."), "success")
    return see_other(article_wordings_path(article_id))
