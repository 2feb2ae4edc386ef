"""Tables of notifications and mail preferences."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of
from app.notifications.telling import SayingType


class NotificationKind(StrEnum):
    """What a person is told about."""

    ANSWER = "answer"
    COMMENT = "comment"
    MENTION = "mention"
    ACCEPTED = "accepted"
    ARTICLE = "article"
    MODERATION = "moderation"
    OUTCOME = "outcome"
    DESK = "desk"
    KEEPING = "keeping"
    HELPED = "helped"
    REPORT = "report"
    STARTED = "started"


# Kinds that are mailed only to people who asked for it.
OFF_BY_DEFAULT = frozenset({NotificationKind.REPORT, NotificationKind.STARTED})


class Notification(Model):
    """One line in a person's list. One unread line a person, kind, and target.

    `times` counts what was collapsed into the line; the ids are of the newest. `text` is the whole sentence of a moderators'
    decision (what it is about may be out of sight by then), or what happened to an article; otherwise empty. It is kept so that
    it can be said in any language (app/notifications/telling). `path`: where a line leads that is about the reader themself and
    no text.
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
    text: Mapped[str] = mapped_column(SayingType, default="")
    path: Mapped[str | None] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    actor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[actor_id])


class AskedRole(StrEnum):
    """As whom a person is asked how a question ended."""

    ASKER = "asker"
    ME_TOO = "me_too"


class Answer(StrEnum):
    """What a person said when they were asked. The first four are for askers, the last three for people with the same problem."""

    NONE = ""
    SOLVED = "solved"
    ELSEWHERE = "elsewhere"
    STUCK = "stuck"
    IRRELEVANT = "irrelevant"
    WORKED = "worked"
    FAILED = "failed"
    GONE = "gone"


class OutcomeRequest(Model):
    """Asking one person by mail how a question ended: once a person and thread, however often they are reminded.

    `next_at` is when the next mail is due (None: none is planned); `waiting_since` is when the answer arrived that we ask
    about, and `post_id` that answer (of the newest one; for me-too people the solution). `answered_at`, `answer` and
    `outcome_id` (the event it became) are set by the page behind the link and emptied when that is undone.
    """

    __tablename__ = "outcome_request"
    __table_args__ = (
        one_of("role", list(AskedRole)),
        one_of("answer", list(Answer)),
        sa.UniqueConstraint("thread_id", "person_id"),
        sa.Index("ix_outcome_request_due", "next_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(sa.String(8))
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    waiting_since: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sent_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(sa.String(12), default="")
    outcome_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outcome.id"))


class MailPreference(Model):
    """A kind of mail that a person switched off, or on for kinds that are OFF_BY_DEFAULT. No row: as by default."""

    __tablename__ = "mail_preference"
    __table_args__ = (one_of("kind", list(NotificationKind)),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
