"""Tables of moderation."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


class FlagReason(StrEnum):
    """Why somebody reports a post."""

    SPAM = "spam"
    RUDE = "rude"
    OFF_TOPIC = "off_topic"
    WRONG = "wrong"
    DUPLICATE = "duplicate"
    OUTDATED = "outdated"
    OTHER = "other"


class FlagState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


class Flag(Model):
    """A member's report about a post or a comment. One open report a person and target."""

    __tablename__ = "flag"
    __table_args__ = (
        one_of("reason", list(FlagReason)),
        one_of("state", list(FlagState)),
        sa.CheckConstraint("(post_id IS NULL) <> (comment_id IS NULL)", name="one_target"),
        sa.Index("ix_flag_queue", "state", "created_at"),
        sa.Index("ix_flag_post", "post_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    reporter_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(12))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=FlagState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    resolution_note: Mapped[str] = mapped_column(sa.String(300), default="")

    reporter: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[reporter_id])


class RuleKind(StrEnum):
    """What a rule of screening looks for: words, or a host that links lead to."""

    WORD = "word"
    HOST = "host"


class RuleMeasure(StrEnum):
    """What a rule does: refuse the text, let it wait, put a tag on new threads, or (hosts only) never count the host."""

    BLOCK = "block"
    HOLD = "hold"
    TAG = "tag"
    ALLOW = "allow"


class HitOutcome(StrEnum):
    """What became of a hit: open until a moderator let the text through or turned it down."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class ScreeningRule(Model):
    """A watched word or a host, kept by moderators. `key` is the text folded; `note` is told to authors whose text waits or is refused.

    `removed_at`: not in use, and kept for the log. `changed_at` tells processes that they must read the rules again.
    """

    __tablename__ = "screening_rule"
    __table_args__ = (
        one_of("kind", list(RuleKind)),
        one_of("measure", list(RuleMeasure)),
        sa.Index("ix_screening_rule_changed", "changed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    text: Mapped[str] = mapped_column(sa.String(120))
    key: Mapped[str] = mapped_column(sa.String(200))
    measure: Mapped[str] = mapped_column(sa.String(8))
    tag: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ScreeningHit(Model):
    """One reason for which a text waits for a moderator (or is noted), as it was when the text was written.

    `post_id` alone: the post (an opening stands for its thread); with `comment_id`: the comment under it.
    """

    __tablename__ = "screening_hit"
    __table_args__ = (
        one_of("outcome", list(HitOutcome)),
        sa.Index("ix_screening_hit_post", "post_id", "comment_id"),
        sa.Index("ix_screening_hit_rule", "rule_id", "outcome"),
        sa.Index("ix_screening_hit_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    check_name: Mapped[str] = mapped_column(sa.String(12))
    is_held: Mapped[bool] = mapped_column(default=True)
    words: Mapped[str] = mapped_column(sa.String(300))
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("screening_rule.id"))
    outcome: Mapped[str] = mapped_column(sa.String(10), default=HitOutcome.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ScreenedText(Model):
    """That a text was written, for finding it again in other words; forgotten after a month. `digest`: its folded words, hashed."""

    __tablename__ = "screened_text"
    __table_args__ = (
        sa.Index("ix_screened_text_digest", "digest", "created_at"),
        sa.Index("ix_screened_text_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ScreenedPiece(Model):
    """One number of a text's sketch: texts that share most of theirs say much the same."""

    __tablename__ = "screened_piece"
    __table_args__ = (sa.Index("ix_screened_piece_value", "value"),)

    text_id: Mapped[int] = mapped_column(sa.ForeignKey("screened_text.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)


class SpamModel(Model):
    """What the classifier learned from decisions: how often words stood in spam and in what was let through. The newest row counts.

    `words`: word -> [times in spam, times in other texts]; `figures`: how well it did on texts it had not learned from.
    """

    __tablename__ = "spam_model"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    trained_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    spam_count: Mapped[int] = mapped_column(sa.Integer)
    ham_count: Mapped[int] = mapped_column(sa.Integer)
    words: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


class LogEntry(Model):
    """One decision with actor, reason and exactly one target. Append-only: undoing writes another entry.

    `before` is what undo needs (for example the id of the old category); `undoes_id` names the entry that was undone.
    """

    __tablename__ = "moderation_log"
    __table_args__ = (
        sa.CheckConstraint(
            "(CASE WHEN thread_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN post_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN article_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN gap_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN alias_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN rule_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_target",
        ),
        sa.Index("ix_moderation_log_newest", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    action: Mapped[str] = mapped_column(sa.String(30))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thread.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"), index=True)
    gap_id: Mapped[int | None] = mapped_column(sa.ForeignKey("search_gap.id"), index=True)
    alias_id: Mapped[int | None] = mapped_column(sa.ForeignKey("search_alias.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("screening_rule.id"), index=True)
    before: Mapped[str] = mapped_column(sa.String(300), default="")
    undoes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("moderation_log.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    actor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[actor_id])
