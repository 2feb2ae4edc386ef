"""Looking at articles together, and checking them on versions. Columns, constraints and derived properties only."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class ArticleComment(Model):
    """A remark about one revision of an article, for the people who work on it. Without an author it is the site's own word."""

    __tablename__ = "article_comment"
    __table_args__ = (sa.Index("ix_article_comment_article", "article_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"))
    revision: Mapped[int] = mapped_column(sa.Integer)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    body_source: Mapped[str] = mapped_column(sa.Text)
    body_html: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    author: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[author_id])


class ArticleVersion(Model):
    """Whether an article holds on a version of a product, as somebody checked. It concerns every product of which it names one."""

    __tablename__ = "article_version"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("product_version.id"), primary_key=True, index=True)
    works: Mapped[bool] = mapped_column(default=True)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
