"""Sections: the shelves of the knowledge base. Columns, constraints and derived properties only."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, Model
from app.kb.urls import section_path


class Section(Model):
    """A shelf of the knowledge base; sections form a tree. Slugs are unique over the whole tree.

    `language` is that of articles which are written here ("" for the site's own); each article keeps its own.
    """

    __tablename__ = "section"
    __table_args__ = (sa.CheckConstraint("parent_id <> id", name="not_own_parent"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    language: Mapped[str] = mapped_column(sa.String(16), default="", server_default="")

    @property
    def path(self) -> str:
        return section_path(self.slug)
