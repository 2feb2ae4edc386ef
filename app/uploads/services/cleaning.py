"""Removing images that no text names: a week after the upload, unless a revision, a draft or another registered text has them.

Texts keep all their revisions, so an image that was found in one is kept for good and never looked for again.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import require_unit_of_work, unit_of_work
from app.uploads.models import Upload
from app.uploads.services.storing import remove_file, remove_unfinished

GRACE = timedelta(days=7)
BATCH = 100
_texts: list[sa.ColumnElement[Any]] = []


def register_texts(columns: Iterable[Any]) -> None:
    """Name the columns of all texts that can show images. Without any registered nothing is ever removed."""
    _texts[:] = list(columns)


def look_again(person_id: int) -> None:
    """Let images of a person go at the next cleaning unless a text still shows them: their own texts are gone."""
    require_unit_of_work()
    long_ago = now() - GRACE - timedelta(days=1)
    statement = sa.update(Upload).where(Upload.person_id == person_id)
    db.session.execute(statement.values(is_used=False, created_at=long_ago).execution_options(synchronize_session=False))


def delete_orphans(instance_path: Path) -> int:
    """Remove old images that no text names, their files last, and return how many. Opens its own units of work."""
    remove_unfinished(instance_path, now() - GRACE)
    removed = 0
    while True:
        with unit_of_work():
            uploads = _next_batch() if _texts else []
            orphans = [upload for upload in uploads if not _is_named(upload.name)]
            for upload in uploads:
                upload.is_used = True
            for upload in orphans:
                db.session.delete(upload)
            names = [upload.name for upload in orphans]
        for name in names:
            remove_file(name, instance_path)
        removed += len(names)
        if len(uploads) < BATCH:
            return removed


def _next_batch() -> list[Upload]:
    statement = sa.select(Upload).where(Upload.is_used.is_(False), Upload.created_at < now() - GRACE)
    return list(db.session.scalars(statement.order_by(Upload.id).limit(BATCH).with_for_update(key_share=True)))


def _is_named(name: str) -> bool:
    mentions = (sa.cast(column, sa.Text).contains(name, autoescape=True) for column in _texts)
    return any(db.session.scalar(sa.select(sa.exists().where(mention))) for mention in mentions)
