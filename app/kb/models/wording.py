"""Wordings of articles that come from duplicates and from searches: which of them curators took out.

Those from duplicates are the titles of these, read where they are (queries/wordings), so that they follow every edit, move and hiding.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Model, UTCDateTime


class RemovedWording(Model):
    """A duplicate whose title a curator does not want among the wordings of an article."""

    __tablename__ = "removed_wording"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True, index=True)
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    removed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class RemovedSearch(Model):
    """Words that people searched for before they came to an article, and that a curator does not want to lead to it."""

    __tablename__ = "removed_search"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    removed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
