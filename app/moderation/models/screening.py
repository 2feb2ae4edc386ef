"""Rules of screening, what they found, and what is remembered of texts to find them again."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of


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
