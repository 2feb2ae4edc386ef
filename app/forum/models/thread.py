"""Threads: questions and discussions."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of
from app.forum.models.category import Category
from app.forum.urls import thread_path

TITLE_MAX = 300


class ThreadKind(StrEnum):
    """What a thread is. Only questions can be answered, accepted and counted."""

    QUESTION = "question"
    DISCUSSION = "discussion"


class Status(StrEnum):
    """Where a question stands; derived from its outcome events, never set by hand. Discussions are `open` or `closed`."""

    UNANSWERED = "unanswered"
    NEEDS_INFO = "needs_info"
    ANSWERED = "answered"
    LIKELY_SOLVED = "likely_solved"
    SOLVED = "solved"
    DISPUTED = "disputed"
    CLOSED = "closed"
    OPEN = "open"


class Thread(Model):
    """A thread. Its opening text is the post of kind `opening`.

    Visible to others only while neither held (waiting for approval) nor hidden. Denormalised (see services/recounting):
    status, answer_count, accepted_count, score, me_too_count, last_activity_at, duplicate_count, affected_count (the people of
    its whole issue: see queries/issues), excerpt, the dates of the
    first listed answers by somebody other than the asker (any, staff's, a peer's), and `solved_at`: when the earliest event
    that makes it solved now happened.
    `article_id`, `article_title` and `article_path` are written by the knowledge base (the thread is maintained there).
    `duplicates_checked_at` is when similar questions were looked for; None: not since its words were written (see proposing).
    `card_post_id` is the answer that curators pinned as the thread's answer card (see `policies.shows_card`).
    `version_words` names the versions it is about (services/versions); `outdated_at`: when somebody last reported that it is out of
    date, after which it waits to be checked again.
    `slow_minutes` is how long everybody waits between two posts of theirs (0: not at all, see services/pacing). Archived threads
    keep their status and take no posts, comments and votes; `is_archived_by_rule`: the rule of the category did it;
    `unarchived_at`: it was taken out again, so that the rule waits once more.
    """

    __tablename__ = "thread"
    __table_args__ = (
        one_of("kind", list(ThreadKind)),
        one_of("status", list(Status)),
        sa.Index("ix_thread_listed_newest", "hidden_at", "held_at", "created_at"),
        sa.Index("ix_thread_listed_active", "hidden_at", "held_at", "last_activity_at"),
        sa.Index("ix_thread_status", "status", "last_activity_at"),
        sa.Index("ix_thread_category", "category_id", "last_activity_at"),
        sa.Index("ix_thread_author", "author_id", "created_at"),
        sa.Index("ix_thread_modified", "modified_at"),
        # Few threads are pinned: each page of a category finds them, or that there are none, without looking at the others.
        # With the date that orders them: otherwise SQLite takes the index of all listed threads for the sake of their order.
        sa.Index(
            "ix_thread_pinned",
            "category_id",
            "created_at",
            sqlite_where=sa.text("is_pinned = 1"),
            postgresql_where=sa.text("is_pinned"),
        ),
        # The few threads that wait for a moderator.
        sa.Index(
            "ix_thread_held", "held_at",
            sqlite_where=sa.text("held_at IS NOT NULL"), postgresql_where=sa.text("held_at IS NOT NULL"),
        ),
        # Figures: what was solved in a period, and the few questions that nobody else answered yet.
        sa.Index(
            "ix_thread_solved", "solved_at",
            sqlite_where=sa.text("solved_at IS NOT NULL"), postgresql_where=sa.text("solved_at IS NOT NULL"),
        ),
        # The archive rule: solved questions outside of the archive by their last activity, and what it must open again.
        sa.Index(
            "ix_thread_archivable", "category_id", "last_activity_at",
            sqlite_where=sa.text("archived_at IS NULL AND solved_at IS NOT NULL"),
            postgresql_where=sa.text("archived_at IS NULL AND solved_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_thread_archived_in_doubt", "id",
            sqlite_where=sa.text("is_archived_by_rule = 1 AND solved_at IS NULL"),
            postgresql_where=sa.text("is_archived_by_rule AND solved_at IS NULL"),
        ),
        sa.Index(
            "ix_thread_duplicates_unchecked", "id",
            sqlite_where=sa.text("duplicates_checked_at IS NULL AND kind = 'question'"),
            postgresql_where=sa.text("duplicates_checked_at IS NULL AND kind = 'question'"),
        ),
        sa.Index(
            "ix_thread_unanswered", "status", "created_at",
            sqlite_where=sa.text("first_answer_at IS NULL"), postgresql_where=sa.text("first_answer_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX))
    slug: Mapped[str] = mapped_column(sa.String(100))
    category_id: Mapped[int] = mapped_column(sa.ForeignKey("category.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    last_activity_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    modified_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    status: Mapped[str] = mapped_column(sa.String(16))
    excerpt: Mapped[str] = mapped_column(sa.String(220), default="")
    answer_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    accepted_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    score: Mapped[int] = mapped_column(sa.Integer, default=0)
    me_too_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    duplicate_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    affected_count: Mapped[int] = mapped_column(sa.Integer, default=1)

    first_answer_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_staff_answer_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_peer_answer_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    solved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    is_pinned: Mapped[bool] = mapped_column(default=False)
    slow_minutes: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    unarchived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_archived_by_rule: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lock_note: Mapped[str] = mapped_column(sa.String(300), default="")
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    close_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)

    article_id: Mapped[int | None] = mapped_column(BigId, index=True)
    article_title: Mapped[str] = mapped_column(sa.String(TITLE_MAX), default="")
    article_path: Mapped[str] = mapped_column(sa.String(300), default="")
    card_post_id: Mapped[int | None] = mapped_column(BigId)
    duplicates_checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version_words: Mapped[str] = mapped_column(sa.String(300), default="")
    outdated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    category: Mapped[Category] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def path(self) -> str:
        return thread_path(self.kind, self.id, self.slug)

    @property
    def is_question(self) -> bool:
        return self.kind == ThreadKind.QUESTION

    @property
    def is_listed(self) -> bool:
        """Whether everybody who may read the category may read the thread."""
        return self.hidden_at is None and self.held_at is None

    @property
    def is_open(self) -> bool:
        """Whether new posts are accepted."""
        return self.locked_at is None and self.closed_at is None and self.archived_at is None
