"""Tables of notifications and mail preferences."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class NotificationKind(StrEnum):
    """What a person is told about."""

    ANSWER = "answer"
    COMMENT = "comment"
    MENTION = "mention"
    ACCEPTED = "accepted"
    ARTICLE = "article"
    MODERATION = "moderation"


class Notification(Model):
    """One line in a person's list. One unread line a person, kind, and target.

    `times` counts what was collapsed into the line; the ids are of the newest. `text` is the whole sentence of a moderators'
    decision (what it is about may be out of sight by then), otherwise empty.
    """

    __tablename__ = "notification"
    __table_args__ = (
        one_of("kind", list(NotificationKind)),
        sa.Index("ix_notification_person", "person_id", "id"),
        sa.Index("ix_notification_unread", "person_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    times: Mapped[int] = mapped_column(sa.Integer, default=1)
    text: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    actor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[actor_id])


class MailPreference(Model):
    """A kind of mail that a person switched off. No row: mails are sent."""

    __tablename__ = "mail_preference"
    __table_args__ = (one_of("kind", list(NotificationKind)),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
