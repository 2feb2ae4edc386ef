"""What people do with threads beside posting: vote, say me-too, follow them or their tags and categories, keep a draft."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class Vote(Model):
    """One person's vote on a post: 1 or -1."""

    __tablename__ = "vote"
    __table_args__ = (sa.CheckConstraint("value IN (-1, 1)", name="value_known"),)

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    value: Mapped[int] = mapped_column(sa.SmallInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ImportedVotes(Model):
    """Totals of votes whose voters another forum did not tell; part of the score when it is recounted."""

    __tablename__ = "imported_votes"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    up_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    down_count: Mapped[int] = mapped_column(sa.Integer, default=0)


class MeToo(Model):
    """'I have this problem too': one affected person."""

    __tablename__ = "me_too"

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class Follow(Model):
    """A person wants to hear of new posts in a thread. `is_muted` remembers that they left on purpose."""

    __tablename__ = "follow"

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    is_muted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class TagFollow(Model):
    """A person wants to hear of new threads with a tag."""

    __tablename__ = "tag_follow"

    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class CategoryFollow(Model):
    """A person wants to hear of new threads in a category. Ends with the category."""

    __tablename__ = "category_follow"

    category_id: Mapped[int] = mapped_column(sa.ForeignKey("category.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class Draft(Model):
    """Typed and not posted yet. `key` names the form: `ask`, `answer:12`, `edit:34`."""

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    fields: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
