"""Linking a thread to an article that should be improved for it, and what became of these links. For curators."""

import re
from functools import partial
from typing import cast

from flask import Response, flash
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.queries.threads import get_thread
from app.kb import presenters
from app.kb.forms import FixForm
from app.kb.models import Article, FixState
from app.kb.policies import ensure_can_publish_article, ensure_can_write_articles
from app.kb.queries import articles as article_queries
from app.kb.queries.article_page import find_article_head
from app.kb.queries.fixes import list_articles_linked_to, list_fixes
from app.kb.queries.related import find_related_articles
from app.kb.routes.answers import change_article
from app.kb.routes.blueprint import blueprint
from app.kb.services.fixing import find_article_of_fix, link_thread, settle_fix
from app.kb.urls import article_fixes_path
from app.web.access import curators
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_ARTICLE_ID = re.compile(r"(?:.*/kb/articles/)?#?([1-9][0-9]{0,17})(?:[/?#].*)?")
_ARTICLE_SLUG = re.compile(r".*/kb/[^/?#]+/([^/?#]+)/?(?:[?#].*)?")
DONE = {
    FixState.DONE: lazy_gettext("Noted. The thread leads its readers to the article while it is published."),
    FixState.REFUSED: lazy_gettext("Noted. The article stays as it is."),
    FixState.OPEN: lazy_gettext("It is to be fixed again."),
}


@blueprint.get("/moderation/promotions/<id:thread_id>/fix")
@curators
def show_link_to_article(thread_id: int) -> Response:
    """Ask which article should be improved so that it serves the thread."""
    actor = current_actor()
    ensure_can_write_articles(actor)
    return _asking(actor, get_thread(actor, thread_id), FixForm())


@blueprint.post("/moderation/promotions/<id:thread_id>/fix")
@curators
def link_to_article(thread_id: int) -> AnyResponse:
    """Link the thread to the article that was chosen or whose address was pasted."""
    actor = current_actor()
    thread, form = get_thread(actor, thread_id), FixForm()
    try:
        form.ensure_valid()
        article_id = _find_article(actor, form.article.data or form.like.data or "")
        with unit_of_work():
            link_thread(actor, thread_id=thread_id, article_id=article_id, note=form.note.data)
    except (Invalid, Conflict) as error:
        form.add_errors(error if isinstance(error, Invalid) else Invalid(error.message, "article"))
        return _asking(actor, thread, form, 400 if isinstance(error, Invalid) else 409)
    flash(_("Linked. Whoever looks after the article sees what to fix."), "success")
    return see_other(article_fixes_path(article_id))


@blueprint.get("/kb/articles/<id:article_id>/fixes")
@curators
def show_fixes(article_id: int) -> Response:
    """Show the threads that say what the article should say better."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    ensure_can_publish_article(actor, article)
    head = Head(title=_("To fix in “%(title)s”", title=article.title))
    return page("kb/fixes.html", head, article=article, path=presenters.path_of(article), fixes=list_fixes(actor, article.id))


@blueprint.post("/kb/fixes/<id:fix_id>/<any(done, refused, open):state>")
@curators
def settle(fix_id: int, state: str) -> AnyResponse:
    """Say what became of a link: fixed, not needed, or open again."""
    chosen = FixState(state)
    change = partial(settle_fix, current_actor(), fix_id=fix_id, state=chosen)
    return change_article(change, str(DONE[chosen]), article_fixes_path(find_article_of_fix(fix_id)))


def _find_article(actor: Actor, typed: str) -> int:
    """Return the article that an address or number means. Raises Invalid for none that the actor may see."""
    if not typed:
        raise Invalid(_("Please choose an article."), "article")
    refusal = Invalid(_("There is no article like that. Paste the address of an article."), "article")
    try:
        if found := _ARTICLE_ID.fullmatch(typed):
            return article_queries.get_article(actor, int(found[1])).id
        found = _ARTICLE_SLUG.fullmatch(typed)
        article = find_article_head(found[1]) if found else None
        if article is None:
            raise refusal
        ensure_can_publish_article(actor, cast(Article, article))
    except (NotFound, Forbidden):
        raise refusal from None
    return article.id


def _asking(actor: Actor, thread: Thread, form: FixForm, status: int = 200) -> Response:
    related = find_related_articles(actor, title=thread.title)
    head = Head(title=_("Link “%(title)s” to an article", title=thread.title))
    return page(
        "kb/fix.html", head, status=status, thread=thread, form=form, articles=related,
        linked=list_articles_linked_to(actor, thread.id),
    )  # fmt: skip
