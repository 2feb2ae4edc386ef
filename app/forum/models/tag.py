"""Tags."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, Model

TAG_MAX = 40
TAGS_PER_THREAD = 5


class Tag(Model):
    """A word that groups threads: lower case letters, digits, and `. - + #`. `thread_count` counts public listed threads only."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(TAG_MAX), unique=True)
    description: Mapped[str] = mapped_column(sa.Text, default="")
    thread_count: Mapped[int] = mapped_column(sa.Integer, default=0, index=True)


class ThreadTag(Model):
    """A tag on a thread, in the order the author gave."""

    __tablename__ = "thread_tag"
    __table_args__ = (sa.Index("ix_thread_tag_tag", "tag_id", "thread_id"),)

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
