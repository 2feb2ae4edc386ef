"""Revisions of an article: the list, the difference between any two, going back to one. For the people who may write it."""

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.core.uow import unit_of_work
from app.kb import presenters
from app.kb.models import ArticleRevision
from app.kb.policies import ensure_can_edit_article
from app.kb.queries import articles as article_queries
from app.kb.routes.blueprint import blueprint
from app.kb.routes.writing import render_article
from app.kb.services import writing
from app.kb.urls import article_history_path
from app.web.access import members
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

NUMBER_DIGITS = 6


@blueprint.get("/kb/articles/<id:article_id>/history")
@members
def history(article_id: int) -> Response:
    """Show all revisions and what changed between two of them (?from=, ?to=; by default the last step)."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    ensure_can_edit_article(actor, article)
    revisions = article_queries.list_revisions(actor, article.id)
    by_number = {revision.number: revision for revision in revisions}
    new = by_number[_asked("to", article.revision, by_number)]
    before = max((number for number in by_number if number < new.number), default=new.number)
    old = by_number[_asked("from", before, by_number)]
    head = Head(title=_("Versions of “%(title)s”", title=article.title))
    return page(
        "kb/history.html", head, article=article, path=presenters.path_of(article), revisions=revisions, old=old, new=new,
        diff=presenters.compare_revisions(old, new),
    )  # fmt: skip


def _asked(name: str, default: int, known: dict[int, ArticleRevision]) -> int:
    raw = request.args.get(name, "") or str(default)
    if not raw.isascii() or not raw.isdigit() or len(raw) > NUMBER_DIGITS or int(raw) not in known:
        raise NotFound(pgettext("of an article", "There is no such version."))
    return int(raw)


@blueprint.post("/kb/articles/<id:article_id>/restore/<id:number>")
@members
def restore(article_id: int, number: int) -> AnyResponse:
    """Make an old revision the newest one again."""
    actor = current_actor()
    article = article_queries.get_article(actor, article_id)
    body = render_article(article_queries.look_up_revision(actor, article.id, number).body_source)
    with unit_of_work():
        writing.restore_revision(actor, article_id=article_id, number=number, body=body)
    flash(_("Version %(amount)s is the newest one again. Publish it when readers should see it.", amount=number), "success")
    return see_other(article_history_path(article_id))
