"""Table that remembers what was imported from where, so that running an import twice changes nothing."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, Model


class ImportRecord(Model):
    """One imported thing: `source` is the site, `external_id` its id there, `local_id` the row it became here.

    `kind` is one of person, tag, question (local: thread), answer (local: post), comment, link (local: the duplicate's
    thread), article and image (local: upload); `state` says that an import was begun and has not ended.
    """

    __tablename__ = "import_record"
    __table_args__ = (sa.Index("ix_import_record_local", "kind", "local_id"),)

    source: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    local_id: Mapped[int] = mapped_column(BigId)
