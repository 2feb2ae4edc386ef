"""Posts, their revisions, and comments."""

import zlib
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of
from app.forum.models.thread import TITLE_MAX, Thread


class PostKind(StrEnum):
    """The opening text of a thread, an answer to a question, or a reply in a discussion."""

    OPENING = "opening"
    ANSWER = "answer"
    REPLY = "reply"


class Post(Model):
    """A text in a thread, stored as Markdown and as sanitised HTML with the renderer's version.

    `revision` counts from 1; `body_hash` is the SHA-256 of the Markdown, which articles keep as their source.
    """

    __tablename__ = "post"
    __table_args__ = (
        one_of("kind", list(PostKind)),
        # All that which posts stand on a page depends on, so that it is found without reading the posts of a long thread.
        sa.Index("ix_post_thread", "thread_id", "kind", "score", "created_at", "accepted_at", "hidden_at", "held_at"),
        sa.Index("ix_post_author", "author_id", "created_at"),
        # Figures: the few posts of which readers say that they worked, of one thread, without reading their texts.
        sa.Index(
            "ix_post_worked", "thread_id", "worked_count", "hidden_at", "held_at",
            sqlite_where=sa.text("worked_count > 0"), postgresql_where=sa.text("worked_count > 0"),
        ),
        # The few posts that wait for a moderator.
        sa.Index(
            "ix_post_held", "held_at",
            sqlite_where=sa.text("held_at IS NOT NULL"), postgresql_where=sa.text("held_at IS NOT NULL"),
        ),
        # One opening text a thread, whatever a script does.
        sa.Index(
            "uq_post_opening", "thread_id", unique=True,
            sqlite_where=sa.text("kind = 'opening'"), postgresql_where=sa.text("kind = 'opening'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    body_source: Mapped[str] = mapped_column(sa.Text)
    body_html: Mapped[str] = mapped_column(sa.Text)
    body_text: Mapped[str] = mapped_column(sa.Text)
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    renderer_version: Mapped[int] = mapped_column(sa.Integer)
    revision: Mapped[int] = mapped_column(sa.Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    score: Mapped[int] = mapped_column(sa.Integer, default=0)
    comment_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    worked_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    failed_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_worked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_official: Mapped[bool] = mapped_column(default=False)
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden_reason: Mapped[str] = mapped_column(sa.String(300), default="")

    thread: Mapped[Thread] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[author_id])

    @property
    def is_listed(self) -> bool:
        return self.hidden_at is None and self.held_at is None


class PostRevision(Model):
    """What a post said at one moment; number 1 is the first text. The newest revision equals the post."""

    __tablename__ = "post_revision"
    __table_args__ = (sa.UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX), default="")
    tags: Mapped[str] = mapped_column(sa.String(300), default="")
    body_source: Mapped[str] = mapped_column(sa.Text)
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    editor: Mapped[Person | None] = relationship(lazy="raise_on_sql")


def revision_of(source: str) -> int:
    """Return the number that stands for the text of a comment, of which no revisions are kept."""
    return zlib.crc32(source.encode())


class Comment(Model):
    """A short note under a post. `held_at`: it waits for a moderator; it is hidden as well, so that nothing shows it."""

    __tablename__ = "comment"
    __table_args__ = (
        sa.Index("ix_comment_post", "post_id", "created_at"),
        # The few comments that wait for a moderator.
        sa.Index(
            "ix_comment_held", "held_at",
            sqlite_where=sa.text("held_at IS NOT NULL"), postgresql_where=sa.text("held_at IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    body_source: Mapped[str] = mapped_column(sa.Text)
    body_html: Mapped[str] = mapped_column(sa.Text)
    body_text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden_reason: Mapped[str] = mapped_column(sa.String(300), default="")

    post: Mapped[Post] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def revision(self) -> int:
        """A number that is another one once the text is another one."""
        return revision_of(self.body_source)
