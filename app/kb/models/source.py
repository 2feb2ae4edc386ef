"""Where the passages of an article come from. Columns, constraints and derived properties only."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.db import BigId, Model, UTCDateTime, one_of


class SourceRole(StrEnum):
    """Which part of the article a block is, and so the passage it came from."""

    PROBLEM = "problem"
    ENVIRONMENT = "environment"
    SOLUTION = "solution"
    CAUSE = "cause"
    ALTERNATIVE = "alternative"
    STEP = "step"
    QUESTION = "question"
    OTHER = "other"


# Parts that say what was asked, not what helped.
ASKERS_PARTS = (SourceRole.PROBLEM, SourceRole.ENVIRONMENT)


class SourceChange(StrEnum):
    """What happened to a source since a curator last looked; the worst counts."""

    NONE = ""
    EDITED = "edited"
    REFUTED = "refuted"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class ArticleSource(Model):
    """The link from a passage of an article to the post revision it was built from.

    `post_hash` is the hash of that revision's Markdown; `was_accepted`, `was_listed` and `was_refuted` say how the post
    stood when a curator took it over or last looked at it. `change` is empty while the source stands, otherwise `edited`,
    `refuted` (its question became disputed), `withdrawn` (no longer accepted) or `hidden`, until a curator has looked at it.
    `is_shown`: the text that readers see has it; one that only the next version has credits nobody yet.
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
    was_refuted: Mapped[bool] = mapped_column(default=False)
    is_shown: Mapped[bool] = mapped_column(default=True)
    change: Mapped[str] = mapped_column(sa.String(10), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
