"""Canned answers: texts that staff keep for questions that come again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime

CANNED_TITLE_MAX = 120


class CannedAnswer(Model):
    """One text with the name by which it is found. `body_source` is Markdown with placeholders such as {asker}.

    Without a category it is offered for every question. A shared one is everybody's to use and its owner's to change; without
    an owner it belongs to the site. `use_count` counts answers posted with it.
    """

    __tablename__ = "canned_answer"
    __table_args__ = (
        sa.CheckConstraint("is_shared OR owner_id IS NOT NULL", name="somebody_sees_it"),
        sa.Index("ix_canned_answer_order", "use_count", "title"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(CANNED_TITLE_MAX))
    body_source: Mapped[str] = mapped_column(sa.Text)
    category_id: Mapped[int | None] = mapped_column(sa.ForeignKey("category.id", ondelete="SET NULL"))
    is_shared: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    use_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    owner: Mapped[Person | None] = relationship(lazy="raise_on_sql")
