"""The posts an article was built from, compared with what they say now. For curators."""

from functools import partial

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.textdiff import diff_lines
from app.kb import presenters
from app.kb.policies import ensure_can_edit_article
from app.kb.queries import articles as article_queries
from app.kb.queries.sources import get_article_id_of_source, list_source_states
from app.kb.routes.answers import change_article
from app.kb.routes.blueprint import blueprint
from app.kb.services.refreshing import acknowledge_source
from app.kb.urls import article_sources_path
from app.web.access import curators
from app.web.context import current_actor
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/kb/articles/<id:article_id>/sources")
@curators
def sources(article_id: int) -> Response:
    """Show each source with what changed since it was taken over."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    states = [(state, diff_lines(state.text_then, state.text_now)) for state in list_source_states(actor, article.id)]
    head = Head(title=_("Sources of “%(title)s”", title=article.title))
    return page(
        "kb/sources.html", head, article=article, path=presenters.path_of(article), sources=states, changes=presenters.CHANGES,
        roles=dict(presenters.ROLES),
    )  # fmt: skip


@blueprint.post("/kb/sources/<id:source_id>/acknowledge")
@curators
def acknowledge(source_id: int) -> AnyResponse:
    """Keep the article as it is although a source changed."""
    raw = request.form.get("revision", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise Invalid(_("Please look at the change first."), "revision")
    change = partial(acknowledge_source, current_actor(), source_id=source_id, revision=int(raw))
    return change_article(
        change, _("Noted. The article stays as it is."), article_sources_path(get_article_id_of_source(source_id))
    )
