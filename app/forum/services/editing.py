"""Changing a post: every text is kept as a revision, and nobody overwrites what they have not seen."""

from collections.abc import Sequence

from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import lazy_gettext
from app.core.markup import Rendered
from app.core.reasons import checked_reason
from app.core.slugs import slugify
from app.forum.events import PostEdited, PostHeld, ThreadHeld
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_edit_post
from app.forum.queries.threads import get_post_and_category_for_update, get_post_for_update, list_tag_names
from app.forum.screening import Submission, Verdict, is_screened, note_screened, screen
from app.forum.services.checking import check_body, checked_title
from app.forum.services.figures import settle
from app.forum.services.listing import move_counts, place_of
from app.forum.services.mentioning import tell_newly_mentioned
from app.forum.services.revising import add_revision, set_text
from app.forum.services.tagging import normalise_tags, set_tags
from app.forum.services.waiting import end_wait
from app.search.documents import THREAD, request_sync


class EditConflict(Conflict):
    """Somebody else saved a revision after the one this text started from."""

    default_message = lazy_gettext("This text was changed meanwhile. Please compare, and save again if yours is to stand.")


def edit_post(
    actor: Actor,
    *,
    post_id: int,
    body: Rendered,
    title: str | None = None,
    tags: Sequence[str] | None = None,
    reason: str = "",
    base_revision: int | None = None,
    mentions: Sequence[int] = (),
) -> Post:
    """Give a post a new text, an opening also a title (with its slug) and tags. Saving what stands there changes nothing.

    Who changes another's text says why. A change that screening holds takes the post (an opening: its thread) out of sight.
    Raises NotFound, Forbidden, Invalid by field, EditConflict when `base_revision` is not the newest revision.
    """
    post = get_post_and_category_for_update(post_id) if is_screened(actor) else get_post_for_update(post_id)
    thread = post.thread
    ensure_can_edit_post(actor, post, thread)
    check_body(body)
    why = checked_reason(reason, is_required=post.author_id != actor.id and not actor.is_system)
    old_tags = list_tag_names(thread.id) if post.kind == PostKind.OPENING else []
    new_title, new_tags = _checked_head(post, thread, title, tags, old_tags)
    if base_revision is not None and base_revision != post.revision:
        raise EditConflict
    if (body.source, new_title, new_tags) == (post.body_source, thread.title, old_tags):
        return post
    submission = _submission(actor, post, thread, body, new_title)
    verdict, old_html = screen(submission), post.body_html
    if new_tags != old_tags:
        _retag(thread, new_tags)
    if new_title != thread.title:
        thread.title, thread.slug = new_title, slugify(new_title)
        _sync_original(thread)
    _write(actor, post, thread, body, new_tags, why)
    is_newly_held = _hold(post, thread, verdict)
    if post.is_listed and thread.is_listed:
        end_wait(thread, actor)
    settle(thread)
    emit(PostEdited(thread.id, post.id, post.revision, actor.id, why))
    note_screened(submission, verdict, thread.id, post.id)
    if is_newly_held:
        emit(
            ThreadHeld(thread.id, post.author_id)
            if post.kind == PostKind.OPENING
            else PostHeld(thread.id, post.id, post.author_id)
        )
    if post.is_listed and thread.is_listed:
        tell_newly_mentioned(post, post.author_id, mentions, old_html)
    return post


def _submission(actor: Actor, post: Post, thread: Thread, body: Rendered, title: str) -> Submission:
    is_opening = post.kind == PostKind.OPENING
    return Submission(
        actor, "thread" if is_opening else "post", body, title if is_opening else "", thread.id, is_edit=True,
        before=post.body_html, before_title=thread.title,
    )  # fmt: skip


def _hold(post: Post, thread: Thread, verdict: Verdict) -> bool:
    """Let a post whose new text must be read first wait, and return whether it did not wait already."""
    if not verdict.is_held or (thread if post.kind == PostKind.OPENING else post).held_at is not None:
        return False
    if post.kind == PostKind.OPENING:
        place = place_of(thread)
        thread.held_at = post.edited_at  # the moment of the revision: what stands before it was seen
        move_counts(place, place_of(thread))
    else:
        post.held_at = post.edited_at
    return True


def _checked_head(
    post: Post, thread: Thread, title: str | None, tags: Sequence[str] | None, old_tags: list[str]
) -> tuple[str, list[str]]:
    """Return title and tags after the change; only an opening's can change, and an old title may stay as it is."""
    if post.kind != PostKind.OPENING:
        return thread.title, old_tags
    new_title = thread.title if title is None or title == thread.title else checked_title(title)
    return new_title, old_tags if tags is None else normalise_tags(tags)


def _write(actor: Actor, post: Post, thread: Thread, body: Rendered, tags: list[str], reason: str) -> None:
    moment = now()
    set_text(post, body)
    post.revision += 1
    post.edited_at, post.edited_by_id = moment, actor.id
    if post.kind == PostKind.OPENING:
        thread.excerpt = body.excerpt
        thread.duplicates_checked_at = None
    add_revision(post, thread, tags, actor, reason, moment)
    ensure_may_still_post(actor)


def _retag(thread: Thread, tags: list[str]) -> None:
    before = place_of(thread)
    set_tags(thread, tags)
    move_counts(before, place_of(thread))


def _sync_original(thread: Thread) -> None:
    """The titles of duplicates are searched as wordings of their original."""
    if thread.duplicate_of_id is not None:
        request_sync(THREAD, thread.duplicate_of_id)
