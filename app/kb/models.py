"""Tables of the knowledge base. Columns, constraints and derived properties only."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.actor import Audience
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of
from app.forum.models.thread import TITLE_MAX
from app.kb.urls import section_path

SUMMARY_MAX = 500
APPLIES_MAX = 300
NOTE_MAX = 300
SLUG_MAX = 100


class ArticleState(StrEnum):
    """Where an article is on its way."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class SourceRole(StrEnum):
    """Which part of the article a source passage gave."""

    PROBLEM = "problem"
    ENVIRONMENT = "environment"
    SOLUTION = "solution"
    CAUSE = "cause"
    OTHER = "other"


class SourceChange(StrEnum):
    """What happened to a source since a curator last looked; the worst counts."""

    NONE = ""
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class FeedbackReason(StrEnum):
    """Why an article did not help."""

    NONE = ""
    OUTDATED = "outdated"
    OTHER_VERSION = "other_version"
    UNCLEAR = "unclear"
    WRONG = "wrong"
    INCOMPLETE = "incomplete"


class CandidateState(StrEnum):
    """What moderators decided about a proposed thread."""

    PROPOSED = "proposed"
    DISMISSED = "dismissed"
    PROMOTED = "promoted"


class Section(Model):
    """A shelf of the knowledge base; sections form a tree. Slugs are unique over the whole tree."""

    __tablename__ = "section"
    __table_args__ = (sa.CheckConstraint("parent_id <> id", name="not_own_parent"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)

    @property
    def path(self) -> str:
        return section_path(self.slug)


class Article(Model):
    """A page of the knowledge base. The text readers see is the revision `published_revision`;
    `revision` is the newest one, which may be a draft of the next version.

    Rendered text of the published revision is kept here; helpful counts are denormalised from feedback.
    """

    __tablename__ = "article"
    __table_args__ = (
        one_of("state", list(ArticleState)),
        one_of("audience", list(Audience)),
        sa.UniqueConstraint("slug"),
        sa.Index("ix_article_listed", "state", "section_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("section.id"))
    slug: Mapped[str] = mapped_column(sa.String(SLUG_MAX))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(sa.String(SUMMARY_MAX), default="")
    applies_to: Mapped[str] = mapped_column(sa.String(APPLIES_MAX), default="")
    asked_as: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=ArticleState.DRAFT)
    audience: Mapped[str] = mapped_column(sa.String(10), default=Audience.PUBLIC)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(sa.Integer, default=1)
    published_revision: Mapped[int | None] = mapped_column(sa.Integer)
    body_html: Mapped[str] = mapped_column(sa.Text, default="")
    body_text: Mapped[str] = mapped_column(sa.Text, default="")
    toc: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    modified_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    source_changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    helpful_yes: Mapped[int] = mapped_column(sa.Integer, default=0)
    helpful_no: Mapped[int] = mapped_column(sa.Integer, default=0)

    section: Mapped[Section] = relationship(lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    verified_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[verified_by_id])

    @property
    def asked_as_lines(self) -> tuple[str, ...]:
        """The wordings that lead here, one a line."""
        return tuple(line for line in self.asked_as.splitlines() if line.strip())


class ArticleRevision(Model):
    """What an article said at one moment; number 1 is the first text."""

    __tablename__ = "article_revision"
    __table_args__ = (sa.UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(sa.String(SUMMARY_MAX), default="")
    applies_to: Mapped[str] = mapped_column(sa.String(APPLIES_MAX), default="")
    asked_as: Mapped[str] = mapped_column(sa.Text, default="")
    body_source: Mapped[str] = mapped_column(sa.Text)
    body_html: Mapped[str] = mapped_column(sa.Text)
    body_text: Mapped[str] = mapped_column(sa.Text)
    toc: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    renderer_version: Mapped[int] = mapped_column(sa.Integer)
    editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(sa.String(NOTE_MAX), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    editor: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class ArticleSlug(Model):
    """A slug that an article had before; its old addresses redirect for good."""

    __tablename__ = "article_slug"

    slug: Mapped[str] = mapped_column(sa.String(SLUG_MAX), primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), index=True)


class ArticleSource(Model):
    """The link from a passage of an article to the post revision it was built from.

    `post_hash` is the hash of that revision's Markdown; `was_accepted` and `was_listed` say how the post stood when a curator
    took it over or last looked at it. `change` is empty while the source stands, otherwise `edited`, `hidden` or `withdrawn`
    (no longer accepted), until a curator has looked at it.
    """

    __tablename__ = "article_source"
    __table_args__ = (
        one_of("role", list(SourceRole)),
        one_of("change", list(SourceChange)),
        sa.UniqueConstraint("article_id", "post_id", "role"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post_revision: Mapped[int] = mapped_column(sa.Integer)
    post_hash: Mapped[str] = mapped_column(sa.String(64))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(12))
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    was_accepted: Mapped[bool] = mapped_column(default=False)
    was_listed: Mapped[bool] = mapped_column(default=True)
    change: Mapped[str] = mapped_column(sa.String(10), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Candidate(Model):
    """A thread the system proposes for an article: its score in explained parts, and what was decided.

    `parts` is a list of {"key", "points", "text"} in the order shown.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        one_of("state", list(CandidateState)),
        sa.Index("ix_candidate_queue", "state", "score"),
    )

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    score: Mapped[float] = mapped_column(sa.Float)
    parts: Mapped[list[Any]] = mapped_column(sa.JSON)
    views_30d: Mapped[int] = mapped_column(sa.Integer, default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default=CandidateState.PROPOSED)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ArticleFeedback(Model):
    """One reader's word on an article: helpful or not, with an optional reason. `reader_key` is a keyed hash, no address."""

    __tablename__ = "article_feedback"
    __table_args__ = (
        sa.UniqueConstraint("article_id", "reader_key"),
        one_of("reason", list(FeedbackReason)),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    reader_key: Mapped[str] = mapped_column(sa.String(64))
    is_helpful: Mapped[bool] = mapped_column()
    reason: Mapped[str] = mapped_column(sa.String(16), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ArticleReuse(Model):
    """An official answer that sends its readers to an article: the article was worth writing once more.

    Written from the links of the answer (services/reusing), whoever put them there and however; one row an answer and article.
    """

    __tablename__ = "article_reuse"
    __table_args__ = (sa.UniqueConstraint("article_id", "post_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
