"""What the forum keeps about people, for exports, erasing and merging (app/core/holdings)."""

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Audience, Role
from app.core.holdings import Holding, OnErasing
from app.core.i18n import lazy_gettext
from app.forum.models import (
    Acceptance,
    Category,
    CategoryFollow,
    Comment,
    Draft,
    DuplicateProposal,
    Follow,
    MeToo,
    Outcome,
    Post,
    PostRevision,
    TagFollow,
    Thread,
    ThreadVersion,
    Vote,
)
from app.forum.queries.judging import person_key
from app.forum.urls import comment_path, post_path

_MADE_OF_IT = ("body_html", "body_text", "body_hash", "renderer_version")
_FIGURES = (
    "slug", "excerpt", "duplicate_count", "affected_count", "first_answer_at", "first_staff_answer_at", "first_peer_answer_at",
    "duplicates_checked_at", "article_id", "article_title", "article_path", "card_post_id", "version_words",
)  # fmt: skip


def _is_for_staff_now(person_id: int) -> sa.ColumnElement[bool]:
    """A thread that was moved to where the person may not read."""
    role = sa.select(Person.role).where(Person.id == person_id).scalar_subquery()
    inner = sa.select(Category.id).where(Category.audience == Audience.STAFF)
    return sa.and_(Thread.category_id.in_(inner), role.not_in((Role.STAFF, Role.ADMIN)))


def _was_changed_there(person_id: int) -> sa.ColumnElement[bool]:
    """A post in such a thread that others changed last."""
    there = Post.thread_id.in_(sa.select(Thread.id).where(_is_for_staff_now(person_id)))
    return sa.and_(there, Post.edited_by_id.is_not(None), Post.edited_by_id != person_id)


HOLDINGS = (
    Holding(
        Thread.author_id, "threads", lazy_gettext("Questions and discussions that you started."), OnErasing.FORGET, leave_out=_FIGURES,
        closed=_is_for_staff_now, words_of_others=("title", "lock_note"),
    ),
    Holding(
        Post.author_id, "posts", lazy_gettext("What you wrote in threads, as it stands there now."), OnErasing.FORGET, leave_out=_MADE_OF_IT,
        address=lambda row: post_path(row["id"]), closed=_was_changed_there, words_of_others=("body_source",),
    ),
    Holding(Post.edited_by_id, "", lazy_gettext("Who changed a post last; every change is among the revisions."), OnErasing.FORGET),
    Holding(
        PostRevision.editor_id, "revisions", lazy_gettext("Every text of a post that you wrote or changed."), OnErasing.FORGET,
        leave_out=("body_hash",), address=lambda row: post_path(row["post_id"]),
    ),
    Holding(
        Comment.author_id, "comments", lazy_gettext("Your comments."), OnErasing.FORGET, leave_out=("body_html", "body_text"),
        address=lambda row: comment_path(row["id"]),
    ),
    Holding(Vote.person_id, "votes", lazy_gettext("Your votes."), OnErasing.KEEP, unique_with=("post_id",)),
    Holding(MeToo.person_id, "me_too", lazy_gettext("Problems that you said you have, too."), OnErasing.KEEP, unique_with=("thread_id",)),
    Holding(Follow.person_id, "follows", lazy_gettext("Threads that you follow or left."), OnErasing.DELETE, unique_with=("thread_id",)),
    Holding(TagFollow.person_id, "tags_followed", lazy_gettext("Tags that you follow."), OnErasing.DELETE, unique_with=("tag_id",)),
    Holding(
        CategoryFollow.person_id, "categories_followed", lazy_gettext("Categories that you follow."), OnErasing.DELETE,
        unique_with=("category_id",),
    ),
    Holding(Draft.person_id, "drafts", lazy_gettext("Texts that you have not posted yet."), OnErasing.DELETE, unique_with=("key",)),
    Holding(Acceptance.accepted_by_id, "acceptances", lazy_gettext("Answers that you accepted."), OnErasing.FORGET),
    Holding(
        Outcome.actor_id, "outcomes", lazy_gettext("What you said about whether answers worked."), OnErasing.KEEP,
        leave_out=("reader_key",), blank=("reason",),
    ),
    Holding(Outcome.reader_key, "", lazy_gettext("So that a reader's word counts once."), OnErasing.KEEP, value_of=person_key),
    Holding(
        DuplicateProposal.proposed_by_id, "duplicates_proposed", lazy_gettext("Questions of which you said that they were asked before."),
        OnErasing.FORGET,
    ),
    Holding(DuplicateProposal.decided_by_id, "", lazy_gettext("Who decided about a proposed duplicate."), OnErasing.KEEP),
    Holding(ThreadVersion.decided_by_id, "", lazy_gettext("Who said which version a thread is about."), OnErasing.KEEP),
)  # fmt: skip
