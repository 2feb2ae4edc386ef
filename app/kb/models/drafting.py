"""What is on its way into an article: unsaved edits, and threads that say what to fix. Columns and constraints only."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class FixState(StrEnum):
    """What became of a thread that was linked to an article."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class ArticleDraft(Model):
    """What one person changed in the editor of an article and has not saved, on top of revision `base_revision`.

    `fields` holds the texts of the form, "blocks" as in `ArticleRevision`, and "removed": blocks that were taken out.
    """

    __tablename__ = "article_draft"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    base_revision: Mapped[int] = mapped_column(sa.Integer)
    fields: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ArticleFix(Model):
    """A thread that shows what an article should say better: linked instead of becoming an article of its own."""

    __tablename__ = "article_fix"
    __table_args__ = (
        one_of("state", list(FixState)),
        sa.UniqueConstraint("article_id", "thread_id"),
        sa.Index("ix_article_fix_open", "state", "article_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=FixState.OPEN)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
