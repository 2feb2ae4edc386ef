"""What readers and answers made of an article. Columns, constraints and derived properties only."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class FeedbackReason(StrEnum):
    """Why an article did not help."""

    NONE = ""
    OUTDATED = "outdated"
    OTHER_VERSION = "other_version"
    UNCLEAR = "unclear"
    WRONG = "wrong"
    INCOMPLETE = "incomplete"


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
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
