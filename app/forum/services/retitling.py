"""Better titles and tags for other people's questions. The text itself is not touched."""

from collections.abc import Sequence

from markupsafe import Markup

from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Invalid
from app.core.events import emit
from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.core.reasons import checked_reason
from app.core.slugs import slugify
from app.forum.events import PostEdited
from app.forum.models import Post, Thread
from app.forum.policies import ensure_can_improve_title
from app.forum.queries.threads import get_opening, get_post_and_category_for_update, list_tag_names
from app.forum.screening import Submission, screen
from app.forum.services.checking import checked_title
from app.forum.services.editing import EditConflict
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.revising import add_revision
from app.forum.services.tagging import normalise_tags, set_tags
from app.search.documents import THREAD, request_sync

_WATCHED = lazy_gettext(
    "A moderator would have to read this title first. Please choose other words, or report the question to the moderators."
)


def improve_title(
    actor: Actor, *, thread_id: int, title: str, tags: Sequence[str], reason: str, base_revision: int | None = None
) -> Thread:
    """Give a question a better title and tags, as a new revision of its opening. Saving what stands there changes nothing.

    Raises NotFound, Forbidden, Conflict, Invalid("title", "tags", "reason"), EditConflict when `base_revision` is not the newest.
    """
    opening = get_post_and_category_for_update(get_opening(thread_id).id)
    thread = opening.thread
    ensure_can_improve_title(actor, thread)
    why = checked_reason(reason, is_required=opening.author_id != actor.id)
    old_tags = list_tag_names(thread.id)
    new_title, new_tags = title if title == thread.title else checked_title(title), normalise_tags(tags)
    if base_revision is not None and base_revision != opening.revision:
        raise EditConflict
    if (new_title, new_tags) == (thread.title, old_tags):
        return thread
    _ensure_unwatched(actor, opening, thread, new_title)
    if new_tags != old_tags:
        before = place_of(thread)
        set_tags(thread, new_tags)
        move_counts(before, place_of(thread))
    _write(actor, opening, thread, new_title, new_tags, why)
    settle(thread)
    ensure_may_still_post(actor)
    emit(PostEdited(thread.id, opening.id, opening.revision, actor.id, why))
    return thread


def _ensure_unwatched(actor: Actor, opening: Post, thread: Thread, title: str) -> None:
    """Refuse words that would take somebody else's question out of sight."""
    standing = Rendered(opening.body_source, Markup(opening.body_html), opening.body_text, "", opening.body_hash)  # noqa: S704
    submission = Submission(
        actor, "thread", standing, title, thread.id, is_edit=True, before=opening.body_html, before_title=thread.title
    )
    if screen(submission).is_held:
        raise Invalid(_WATCHED, field="title")


def _write(actor: Actor, opening: Post, thread: Thread, title: str, tags: list[str], reason: str) -> None:
    moment = now()
    if title != thread.title:
        thread.title, thread.slug, thread.duplicates_checked_at = title, slugify(title), None
        if thread.duplicate_of_id is not None:
            request_sync(THREAD, thread.duplicate_of_id)
    opening.revision += 1
    opening.edited_at, opening.edited_by_id = moment, actor.id
    add_revision(opening, thread, tags, actor, reason, moment)
