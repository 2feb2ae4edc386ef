"""Products, their versions, and which versions a thread is about. Columns, constraints and derived properties only."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of

PRODUCT_NAME_MAX = 60
VERSION_NAME_MAX = 30


class VersionWord(StrEnum):
    """What is known about a thread and a version: it was asked about it, or its solution was checked there."""

    ASKED = "asked"
    WORKS = "works"
    FAILS = "fails"


class Product(Model):
    """Something people ask about that comes in versions. Its name is for everybody to see."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(PRODUCT_NAME_MAX), unique=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ProductVersion(Model):
    """One version of a product. Until it is published (`released_at`) only admins know of it.

    The newest published one is the product's current version: what was not checked on it waits in the list to verify.
    """

    __tablename__ = "product_version"
    __table_args__ = (
        sa.UniqueConstraint("product_id", "name"),
        sa.Index("ix_product_version_newest", "product_id", "released_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(sa.ForeignKey("product.id"))
    name: Mapped[str] = mapped_column(sa.String(VERSION_NAME_MAX))
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    product: Mapped[Product] = relationship(lazy="raise_on_sql")


class ThreadVersion(Model):
    """That a thread is about a version, or that somebody checked its solution there."""

    __tablename__ = "thread_version"
    __table_args__ = (one_of("word", list(VersionWord)),)

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("product_version.id"), primary_key=True, index=True)
    word: Mapped[str] = mapped_column(sa.String(8), default=VersionWord.ASKED)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
