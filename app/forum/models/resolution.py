"""Acceptance and the append-only log of outcome events."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class OutcomeKind(StrEnum):
    """One piece of evidence about a question. `withdrawn` takes back the event it names."""

    ACCEPTED = "accepted"
    CONFIRMED_BY_ASKER = "confirmed_by_asker"
    CONFIRMED_BY_OTHER = "confirmed_by_other"
    JUDGED_BY_STAFF = "judged_by_staff"
    SOLVED_ELSEWHERE = "solved_elsewhere"
    WORKAROUND = "workaround"
    NO_LONGER_RELEVANT = "no_longer_relevant"
    NEEDS_INFO = "needs_info"
    LIKELY = "likely"
    REFUTED = "refuted"
    WITHDRAWN = "withdrawn"


class OutcomeSource(StrEnum):
    """How the evidence reached us."""

    PAGE = "page"
    MAIL = "mail"
    API = "api"
    INFERENCE = "inference"
    IMPORT = "import"


class Voice(StrEnum):
    """Who speaks: it decides how much one event weighs. Kept with the event, because roles change."""

    ASKER = "asker"
    STAFF = "staff"
    READER = "reader"
    SYSTEM = "system"


class RefutationReason(StrEnum):
    """Why a solution did not work for somebody."""

    NONE = ""
    OUTDATED = "outdated"
    OTHER_VERSION = "other_version"
    UNCLEAR = "unclear"
    WRONG = "wrong"


class Acceptance(Model):
    """An answer marked as the solution. The earliest of a thread is its main one."""

    __tablename__ = "acceptance"
    __table_args__ = (sa.Index("ix_acceptance_thread", "thread_id", "accepted_at"),)

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    accepted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    accepted_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    outcome_id: Mapped[int] = mapped_column(sa.ForeignKey("outcome.id"))

    accepted_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Outcome(Model):
    """One event of evidence. Never changed and never deleted: a withdrawal is an event of its own.

    `voice` is whose word it is: the asker's, that of staff or a moderator for them, a reader's, or our own inference's.
    `reader_key` is a keyed hash that keeps a visitor from counting twice (never an address); `reason_kind` is why it failed.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        one_of("kind", list(OutcomeKind)),
        one_of("source", list(OutcomeSource)),
        one_of("voice", list(Voice)),
        one_of("reason_kind", list(RefutationReason)),
        sa.CheckConstraint("(kind = 'withdrawn') = (withdraws_id IS NOT NULL)", name="withdrawal_names_event"),
        # A thread's events without its readers' words, which can be thousands; and the newest words about one answer.
        sa.Index("ix_outcome_thread", "thread_id", "voice", "id"),
        sa.Index("ix_outcome_post", "post_id", "id"),
        # Which events were taken back: few of all.
        sa.Index(
            "ix_outcome_withdraws", "withdraws_id",
            sqlite_where=sa.text("withdraws_id IS NOT NULL"), postgresql_where=sa.text("withdraws_id IS NOT NULL"),
        ),
        # One reader's words about one answer, withdrawals among them.
        sa.Index("ix_outcome_reader", "post_id", "reader_key"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(10), default=OutcomeSource.PAGE)
    voice: Mapped[str] = mapped_column(sa.String(8))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reader_key: Mapped[str] = mapped_column(sa.String(64), default="")
    reason_kind: Mapped[str] = mapped_column(sa.String(16), default="")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    withdraws_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outcome.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    actor: Mapped[Person | None] = relationship(lazy="raise_on_sql")
