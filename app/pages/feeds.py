"""The feed of the whole community: newest public threads and articles. Feeds of single things live with them."""

from flask import Response

from app.core.i18n import gettext as _
from app.forum.queries.feeds import list_feed_threads
from app.kb.queries import list_feed_articles
from app.pages.blueprint import blueprint
from app.web.access import public
from app.web.atom import Entry, atom_feed
from app.web.marking import ARTICLES, THREADS, keep_page

LENGTH = 30


@blueprint.get("/feed.atom")
@public
def site_feed() -> Response:
    """The newest threads and articles, whichever came last."""
    keep_page(THREADS, ARTICLES)
    entries: list[Entry] = [*list_feed_threads(), *list_feed_articles(LENGTH)]
    newest = sorted(entries, key=lambda entry: (entry.published_at, entry.id_path), reverse=True)[:LENGTH]
    return atom_feed(_("Newest"), "/feed.atom", "/", newest)
