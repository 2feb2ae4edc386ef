"""Table of uploaded images."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime


class Upload(Model):
    """One image. `name` is its address under /uploads/ (random, with the ending of its real format).

    `is_used`: a text was found that shows it, so it is kept for good (see services/cleaning).
    """

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(20))
    width: Mapped[int] = mapped_column(sa.Integer)
    height: Mapped[int] = mapped_column(sa.Integer)
    size_bytes: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    is_used: Mapped[bool] = mapped_column(default=False)
