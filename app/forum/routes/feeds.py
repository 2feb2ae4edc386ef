"""Atom feeds of a thread, a category and a tag: public text only, whoever asks, and the same for everybody."""

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from app.core.actor import ANONYMOUS
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.forum.queries.categories import find_category
from app.forum.queries.feeds import list_feed_posts, list_feed_threads
from app.forum.queries.tags import find_tag
from app.forum.queries.thread_head import find_thread_head
from app.forum.routes.blueprint import blueprint
from app.forum.routes.forwarding import find_moved_thread
from app.forum.routes.thread_page import ensure_visible
from app.web.access import public
from app.web.atom import atom_feed
from app.web.marking import THREADS, keep_page, thread_tag
from app.web.redirects import moved


@blueprint.get("/questions/<id:thread_id>/feed.atom", defaults={"kind": "question"})
@blueprint.get("/discussions/<id:thread_id>/feed.atom", defaults={"kind": "discussion"})
@public
def thread_feed(thread_id: int, kind: str) -> BaseResponse:
    """New posts of a thread."""
    found = find_thread_head(thread_id)
    if new := find_moved_thread(ANONYMOUS, thread_id, found):
        return moved(f"/{new.kind}s/{new.id}/feed.atom")
    head = ensure_visible(ANONYMOUS, found)
    path = f"/{head.kind}s/{head.id}/feed.atom"
    if head.kind != kind:
        return moved(path)
    keep_page(thread_tag(head.id))
    return atom_feed(head.title, path, head.path, list_feed_posts(head))


@blueprint.get("/c/<slug>/feed.atom")
@public
def category_feed(slug: str) -> Response:
    """New threads of a category."""
    category = find_category(ANONYMOUS, slug)
    if category is None:
        raise NotFound(_("There is no such category."))
    keep_page(THREADS)
    entries = list_feed_threads(category=category.id)
    return atom_feed(_("New in %(category)s", category=category.name), f"{category.path}/feed.atom", category.path, entries)


@blueprint.get("/tags/<name>/feed.atom")
@public
def tag_feed(name: str) -> Response:
    """New threads with a tag."""
    tag = find_tag(name)
    keep_page(THREADS)
    entries = list_feed_threads(tag=tag.id) if tag else ()
    if tag is None or not entries:
        raise NotFound(_("There is no such tag."))
    return atom_feed(_("New about %(tag)s", tag=tag.name), f"{tag.path}/feed.atom", tag.path, entries)
