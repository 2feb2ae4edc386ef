"""Undoing that somebody changed a text that is not theirs: what stood there before comes back, as a revision of its own."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext as _
from app.core.markup import Rendered
from app.forum.models.post import PostKind
from app.forum.models.reshaping import ReshapingKind
from app.forum.queries.places import find_reshaping
from app.forum.queries.threads import find_revision, get_comment_for_update, get_post_for_update
from app.forum.services.commenting import edit_comment
from app.forum.services.composing import compose
from app.forum.services.editing import edit_post
from app.forum.services.relocating import peek, take_back
from app.moderation.models import LogEntry

EDIT = "edit"


def render_earlier(entry_id: int, own_host: str) -> Rendered | None:
    """Return the text before the change that an entry of the log is about, rendered; None for entries about something else.

    Call it before the unit of work. Whether the actor may know the text is decided when it is restored.
    """
    entry = db.session.scalar(sa.select(LogEntry).where(LogEntry.id == entry_id))
    if entry is None or entry.action != EDIT:
        return None
    if entry.comment_id is not None:
        kept = find_reshaping(int(entry.before))
        return compose(kept.details["source"], own_host=own_host, is_comment=True).body if kept else None
    if entry.post_id is None:
        return None
    revision = find_revision(entry.post_id, int(entry.before))
    return compose(revision.body_source, own_host=own_host).body if revision else None


def undo_edit(actor: Actor, entry: LogEntry, reason: str, body: Rendered | None) -> None:
    """Give a post the text (an opening also title and tags) it had before. Raises Conflict when it was changed since."""
    if entry.post_id is None or body is None:
        raise NotFound
    post, number = get_post_for_update(entry.post_id), int(entry.before)
    revision = find_revision(post.id, number)
    if revision is None or post.revision != number + 1:
        raise Conflict(_("This text was changed again since. Please edit it by hand."))
    head = {"title": revision.title, "tags": revision.tags.split()} if post.kind == PostKind.OPENING and revision.title else {}
    edit_post(actor, post_id=post.id, body=body, reason=reason, base_revision=post.revision, **head)  # type: ignore[arg-type]


def undo_comment_edit(actor: Actor, entry: LogEntry, reason: str, body: Rendered | None) -> None:
    """Give a comment the text it had before. Raises Conflict when it was changed since."""
    if entry.comment_id is None or body is None:
        raise NotFound
    found = peek(int(entry.before), ReshapingKind.EDIT_COMMENT)
    comment = get_comment_for_update(entry.comment_id)
    if comment.revision != found.details["revision"]:
        raise Conflict(_("This comment was changed again since. Please edit it by hand."))
    take_back(found.id)
    edit_comment(actor, comment_id=comment.id, body=body, reason=reason)
