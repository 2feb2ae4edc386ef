"""Tables of privacy: copies of people's data, and merges of accounts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class DataExport(Model):
    """A copy of what is kept about a person, as a ZIP file `name` in the folder of exports. The file goes when it expires."""

    __tablename__ = "data_export"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60), default="")
    size_bytes: Mapped[int] = mapped_column(BigId, default=0)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class PersonMerge(Model):
    """An admin's decision that two accounts are one person: `from_id` becomes `into_id`, once. `done_at`: it has happened."""

    __tablename__ = "person_merge"
    __table_args__ = (sa.CheckConstraint("from_id <> into_id", name="two_accounts"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    into_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
