"""Starting a thread: a question or a discussion."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.services.restricting import ensure_may_still_post
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.markup import Rendered
from app.core.slugs import slugify
from app.forum.events import ThreadHeld, ThreadStarted
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import ensure_can_start_thread, is_held_on_arrival
from app.forum.queries.threads import get_categories_for_update
from app.forum.screening import Submission, note_screened, screen
from app.forum.services.checking import check_body, checked_title
from app.forum.services.figures import settle
from app.forum.services.following import follow_own
from app.forum.services.listing import NOWHERE, move_counts, place_of
from app.forum.services.mentioning import tell_mentioned
from app.forum.services.proposing import request_comparison
from app.forum.services.revising import DOUBLE_SUBMIT, add_first_text
from app.forum.services.tagging import add_tags, normalise_tags, set_tags


def start_thread(
    actor: Actor, *, kind: str, category_id: int, title: str, body: Rendered, tags: Sequence[str], mentions: Sequence[int] = ()
) -> Thread:
    """Start a thread, which its author then follows; where approval is needed, or screening finds something, it
    is held, and only moderators are told.

    The same thread sent again within a minute returns the first one. Raises Invalid for title, body, tags and category
    (and for a text that is refused), Forbidden when the actor may not post there.
    """
    if kind not in list(ThreadKind):
        raise Invalid(_("A thread is a question or a discussion."), field="kind")
    category = _locked_category(actor, category_id)
    title, tags = checked_title(title), normalise_tags(tags)
    check_body(body)
    if double := _find_double(actor, category, kind, title, body):
        return double
    submission = Submission(
        actor, "thread", body, title, is_held=is_held_on_arrival(actor, category), holds_first=category.holds_first_posts
    )
    verdict = screen(submission)
    tags = add_tags(tags, verdict.tags)
    thread = _add_thread(actor, category, ThreadKind(kind), title, body, is_held=submission.is_held or verdict.is_held)
    set_tags(thread, tags)
    post = add_first_text(actor, thread, PostKind.OPENING, body, tags)
    move_counts(NOWHERE, place_of(thread))
    follow_own(actor, thread)
    settle(thread)
    ensure_may_still_post(actor)
    note_screened(submission, verdict, thread.id, post.id)
    if thread.held_at is not None:
        emit(ThreadHeld(thread.id, actor.id))
    else:
        emit(ThreadStarted(thread.id, post.id, actor.id))
        tell_mentioned(post, actor.id, mentions)
        if thread.is_question:
            request_comparison()
    return thread


def _locked_category(actor: Actor, category_id: int) -> Category:
    """Return the category, locked. One that the actor may not know is as unknown as one that does not exist."""
    category = get_categories_for_update([category_id]).get(category_id)
    if category is None:
        raise Invalid(_("Please choose one of the categories."), field="category")
    try:
        ensure_can_start_thread(actor, category)
    except NotFound:
        raise Invalid(_("Please choose one of the categories."), field="category") from None
    return category


def _add_thread(actor: Actor, category: Category, kind: ThreadKind, title: str, body: Rendered, *, is_held: bool) -> Thread:
    moment = now()
    thread = Thread(
        kind=kind, title=title, slug=slugify(title), category=category, author_id=actor.id, created_at=moment,
        last_activity_at=moment, modified_at=moment, excerpt=body.excerpt,
        status=Status.UNANSWERED if kind == ThreadKind.QUESTION else Status.OPEN,
        held_at=moment if is_held else None,
        answer_count=0, accepted_count=0, score=0, me_too_count=0, duplicate_count=0,
    )  # fmt: skip
    db.session.add(thread)
    db.session.flush()
    return thread


def _find_double(actor: Actor, category: Category, kind: str, title: str, body: Rendered) -> Thread | None:
    """Return the thread that a second click would repeat. The lock on the category lets only one of two clicks get here first."""
    statement = (
        sa.select(Thread)
        .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
        .where(
            Thread.author_id == actor.id, Thread.category_id == category.id, Thread.kind == kind, Thread.title == title,
            Post.body_hash == body.hash, Thread.created_at > now() - DOUBLE_SUBMIT, Thread.hidden_at.is_(None),
        )
        .limit(1)
    )  # fmt: skip
    return db.session.scalar(statement)
