"""Boards."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Audience
from app.core.db import BigId, Model, one_of
from app.forum.urls import category_path


class Category(Model):
    """A board. `audience` says who reads it; `needs_approval` holds new threads of members for moderators,
    `holds_first_posts` the first texts of new people.

    `archive_after_days`: solved questions that were quiet for so many days are archived; None: never.
    `usual_answer_minutes` is the median wait for a first answer, derived each day (queries/waiting); None: too little is known.
    """

    __tablename__ = "category"
    __table_args__ = (one_of("audience", list(Audience)),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    audience: Mapped[str] = mapped_column(sa.String(10), default=Audience.PUBLIC)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    holds_first_posts: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    archive_after_days: Mapped[int | None] = mapped_column(sa.Integer)
    thread_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    usual_answer_minutes: Mapped[int | None] = mapped_column(sa.Integer)

    @property
    def path(self) -> str:
        return category_path(self.slug)
