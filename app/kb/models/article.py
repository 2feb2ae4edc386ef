"""Articles, what they said, and the addresses they had. Columns, constraints and derived properties only."""

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
from app.kb.models.section import Section

SUMMARY_MAX = 500
APPLIES_MAX = 300
NOTE_MAX = 300
SLUG_MAX = 100


def wordings_in(text: str) -> tuple[str, ...]:
    """Return the wordings of a text that holds one a line."""
    return tuple(line for line in text.splitlines() if line.strip()) if text else ()


class ArticleState(StrEnum):
    """Where an article is on its way."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class ArticleKind(StrEnum):
    """What shape an article has. `faq` answers one question in a few lines: its section shows the answers themselves."""

    SOLUTION = "solution"
    HOWTO = "howto"
    FAQ = "faq"
    REFERENCE = "reference"


class Article(Model):
    """A page of the knowledge base. The text readers see is the revision `published_revision`;
    `revision` is the newest one, which may be a draft of the next version.

    Rendered text of the published revision is kept here; helpful counts are denormalised from feedback.
    `needs_work_at`: readers say that it does not help them (services/judging). `next_review_at`: somebody should look again;
    `review_every_days` is the article's own rhythm (None: the site's, 0: never). `publish_at` with revision and person: it is
    published then by itself. `helped_told`: how many helped readers its authors were last told of.
    `language` is a code such as "de" or "zh-CN", or "" for the site's own.
    """

    __tablename__ = "article"
    __table_args__ = (
        one_of("state", list(ArticleState)),
        one_of("audience", list(Audience)),
        one_of("kind", list(ArticleKind)),
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
    searched_as: Mapped[str] = mapped_column(sa.Text, default="")
    searched_audience: Mapped[str] = mapped_column(sa.String(10), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=ArticleState.DRAFT)
    audience: Mapped[str] = mapped_column(sa.String(10), default=Audience.PUBLIC)
    kind: Mapped[str] = mapped_column(sa.String(12), default=ArticleKind.SOLUTION)
    language: Mapped[str] = mapped_column(sa.String(16), default="")
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
    helped_told: Mapped[int] = mapped_column(sa.Integer, default=0)
    needs_work_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    review_every_days: Mapped[int | None] = mapped_column(sa.Integer)
    next_review_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    review_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    publish_revision: Mapped[int | None] = mapped_column(sa.Integer)
    publish_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    section: Mapped[Section] = relationship(lazy="raise_on_sql")
    owner: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    verified_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[verified_by_id])

    @property
    def searched_as_lines(self) -> list[str]:
        """Searches that failed before they ended here, one a line; none that were not gathered for the readers of today."""
        return self.searched_as.splitlines() if self.searched_audience == self.audience else []

    @property
    def asked_as_lines(self) -> tuple[str, ...]:
        """The wordings that lead here, one a line."""
        return wordings_in(self.asked_as)


class ArticleRevision(Model):
    """What an article said at one moment; number 1 is the first text.

    `blocks` are its parts in order, each {"key", "role", "title", "body", "sources", "is_edited", "taken"} (see services/blocks);
    `body_source` is assembled from them. A text that was written in one piece, by an import for example, has none.
    `audience` says who may look the text up: the fewest readers that the article had while this was its text.
    """

    __tablename__ = "article_revision"
    __table_args__ = (sa.UniqueConstraint("article_id", "number"), one_of("audience", list(Audience)))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    audience: Mapped[str] = mapped_column(sa.String(10))
    title: Mapped[str] = mapped_column(sa.String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(sa.String(SUMMARY_MAX), default="")
    applies_to: Mapped[str] = mapped_column(sa.String(APPLIES_MAX), default="")
    asked_as: Mapped[str] = mapped_column(sa.Text, default="")
    blocks: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
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
