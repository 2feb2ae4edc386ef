"""The memory of an import: which thing of the other site became which row here. Reads and writes `import_record` only."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.core.db import db, upsert
from app.core.uow import require_unit_of_work
from app.importing.models import ImportRecord

PERSON, TAG, WIKI, QUESTION, ANSWER, COMMENT, LINK = "person", "tag", "wiki", "question", "answer", "comment", "link"
_STATE, _BEGUN = "state", "begun"


def find_local(source: str, kind: str, external_ids: Iterable[int | None]) -> dict[int, int]:
    """Return the local id of each thing that was imported before; unknown ones are left out."""
    wanted = [str(external_id) for external_id in {*external_ids} if external_id is not None]
    statement = sa.select(ImportRecord.external_id, ImportRecord.local_id).where(
        ImportRecord.source == source, ImportRecord.kind == kind, ImportRecord.external_id.in_(wanted)
    )
    return {int(external_id): local_id for external_id, local_id in db.session.execute(statement)}


def add_records(source: str, kind: str, pairs: Iterable[tuple[int, int]]) -> None:
    """Remember (external id, local id) of things just written, in the same unit of work."""
    require_unit_of_work()
    rows = [{"source": source, "kind": kind, "external_id": str(there), "local_id": here} for there, here in pairs]
    if rows:
        db.session.execute(sa.insert(ImportRecord), rows)


def list_local_ids(source: str, kind: str, after: int, limit: int) -> Sequence[int]:
    """Return the next local ids of a kind above `after`, in order."""
    statement = (
        sa.select(ImportRecord.local_id)
        .where(ImportRecord.source == source, ImportRecord.kind == kind, ImportRecord.local_id > after)
        .order_by(ImportRecord.local_id)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def is_begun(source: str) -> bool:
    """Return whether an import of this site wrote something and has not ended."""
    return db.session.get(ImportRecord, (source, _STATE, _BEGUN)) is not None


def note_begun(source: str) -> None:
    """Remember that an import of this site has work to finish, even if it is killed now."""
    require_unit_of_work()
    row = {"source": source, "kind": _STATE, "external_id": _BEGUN, "local_id": 0}
    upsert(ImportRecord.__table__, [row], ["source", "kind", "external_id"], [])


def note_ended(source: str) -> None:
    """Remember that nothing is left to do."""
    require_unit_of_work()
    db.session.execute(sa.delete(ImportRecord).where(ImportRecord.source == source, ImportRecord.kind == _STATE))
