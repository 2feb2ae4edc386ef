"""What the pages of privacy show. Reads only."""

from typing import Any

import sqlalchemy as sa

from app.accounts.models import Erasure
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Gone, NotFound
from app.core.holdings import holdings
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.privacy.models import DataExport
from app.privacy.words import FOR_OTHERS


class Count(Struct, frozen=True):
    """How many rows of one kind name somebody."""

    section: str
    words: str
    number: int

    @property
    def label(self) -> str:
        """The words for the person themself, as a line of a table."""
        return str(self.words).rstrip(".。")

    @property
    def label_for_others(self) -> str:
        """The same for somebody else who reads it."""
        return str(FOR_OTHERS[self.section])


def find_newest_export(person_id: int) -> DataExport | None:
    """Return the newest copy that somebody asked for and that has not expired, or None."""
    alive = sa.or_(DataExport.expires_at.is_(None), DataExport.expires_at > now())
    statement = sa.select(DataExport).where(DataExport.person_id == person_id, alive)
    return db.session.scalar(statement.order_by(DataExport.id.desc()).limit(1))


def get_own_export(actor: Actor, export_id: int) -> DataExport:
    """Return a finished copy of the actor's own data. Raises NotFound for anybody else's, Gone when its time is over."""
    export = db.session.get(DataExport, export_id)
    if export is None or actor.id is None or export.person_id != actor.id or export.ready_at is None:
        raise NotFound
    if not export.name or export.expires_at is None or export.expires_at <= now():
        raise Gone(_("This copy was deleted when its time was over. You can ask for a new one."))
    return export


def find_erasure(person_id: int) -> Erasure | None:
    """Return the wish to erase an account, or None."""
    return db.session.get(Erasure, person_id)


def count_holdings(person_id: int) -> list[Count]:
    """Return how much of each kind names a person, in one statement; kinds without rows are left out."""
    lines = [holding for holding in holdings() if holding.section]
    counts: list[sa.ColumnElement[Any]] = [
        sa.select(sa.func.count()).select_from(holding.table).where(holding.names(person_id)).scalar_subquery()
        for holding in lines
    ]
    row = db.session.execute(sa.select(*(count.label(f"c{i}") for i, count in enumerate(counts)))).one()
    return [Count(line.section, line.words, number) for line, number in zip(lines, row, strict=True) if number]
