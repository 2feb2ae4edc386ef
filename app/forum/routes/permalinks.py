"""Permanent addresses of posts and comments: they lead to the page of the thread where the post stands now."""

from flask import redirect
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import NotFound
from app.forum.models.post import PostKind
from app.forum.models.reshaping import Place
from app.forum.queries.permalinks import PostPlace, find_comment_place, find_post_place
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_page import page_of_post
from app.forum.routes.blueprint import blueprint
from app.forum.routes.forwarding import find_moved_thread, find_new_path
from app.forum.routes.thread_page import ensure_visible
from app.forum.urls import thread_path
from app.web.access import public
from app.web.context import current_actor
from app.web.redirects import moved


@blueprint.get("/posts/<id:post_id>")
@public
def post_permalink(post_id: int) -> Response:
    """Lead to a post."""
    actor = current_actor()
    if path := find_new_path(Place.POST, post_id):
        return moved(path)
    place = find_post_place(actor, post_id)
    return redirect(_page_path(actor, place) + f"#post-{post_id}", 302)


@blueprint.get("/comments/<id:comment_id>")
@public
def comment_permalink(comment_id: int) -> Response:
    """Lead to a comment."""
    actor = current_actor()
    if path := find_new_path(Place.COMMENT, comment_id):
        return moved(path)
    place = find_comment_place(actor, comment_id)
    return redirect(_page_path(actor, place) + f"#comment-{comment_id}", 302)


def _page_path(actor: Actor, place: PostPlace | None) -> str:
    """Return the path of the page with the post. Raises NotFound or Gone like the thread itself."""
    if place is None:
        raise NotFound
    found = find_thread_head(place.thread_id)
    if new := find_moved_thread(actor, place.thread_id, found):
        return new.path
    head = ensure_visible(actor, found)
    number = 1 if place.kind == PostKind.OPENING else page_of_post(actor, head, place.post_id)
    return thread_path(head.kind, head.id, head.slug, number)
