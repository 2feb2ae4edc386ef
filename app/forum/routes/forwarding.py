"""Old addresses: of threads that were merged or split back, posts that became comments, comments that became answers."""

from app.core.actor import Actor
from app.core.errors import Gone, NotFound
from app.core.i18n import gettext as _
from app.forum.models.reshaping import Place
from app.forum.queries.places import find_new_place
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_rows import ThreadHead
from app.forum.urls import comment_path, post_path


def find_new_path(kind: str, old_id: int) -> str | None:
    """Return where an old address leads now, or None for one that never moved. What stands there decides who may see it."""
    place = find_new_place(kind, old_id)
    if place is None:
        return None
    new_kind, new_id = place
    if new_kind == Place.COMMENT:
        return comment_path(new_id)
    if new_kind == Place.POST:
        return post_path(new_id)
    head = find_thread_head(new_id)
    return head.path if head else None


def find_moved_thread(actor: Actor, thread_id: int, head: ThreadHead | None) -> ThreadHead | None:
    """Return the thread to which another one's old address leads; only for one that is gone or hidden is it looked up at all.

    Raises NotFound or Gone where the actor may not see what stands there now.
    """
    if head is not None and head.hidden_at is None:
        return None
    place = find_new_place(Place.THREAD, thread_id)
    new = find_thread_head(place[1]) if place else None
    if new is None:
        return None
    if not actor.can_read(new.category.audience):
        raise NotFound
    if new.hidden_at is not None and not actor.is_moderator:
        raise Gone(_("A moderator removed this thread."))
    return new
