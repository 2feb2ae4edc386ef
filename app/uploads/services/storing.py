"""Keeping checked images: a file below the instance folder and its row. The file comes first, under a name nobody can guess."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import TooMany
from app.core.i18n import gettext as _
from app.uploads.models import Upload
from app.uploads.policies import ensure_can_upload
from app.uploads.services.checking import CheckedImage
from app.uploads.urls import file_path_of, media_type_of

FOLDER = "uploads"
DAILY_IMAGES = 60
DAILY_BYTES = 100 * 1024 * 1024


def write_file(image: CheckedImage, instance_path: Path) -> str:
    """Write the image below `instance_path` and return its new name. Complete or not there at all, whenever the process dies."""
    name = f"{secrets.token_urlsafe(16)}.{image.ending}"
    path = instance_path / FOLDER / file_path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{name}.part")
    try:
        with partial.open("wb") as file:
            file.write(image.data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:  # half a file would keep what little room a full disk has left
        partial.unlink(missing_ok=True)
        raise
    return name


def remove_file(name: str, instance_path: Path) -> None:
    """Remove the file of a name, if it is there."""
    (instance_path / FOLDER / file_path_of(name)).unlink(missing_ok=True)


def remove_unfinished(instance_path: Path, before: datetime) -> None:
    """Remove files that were being written when a process was killed."""
    for partial in (instance_path / FOLDER).glob("*/*.part"):
        if partial.stat().st_mtime < before.timestamp():
            partial.unlink(missing_ok=True)


def record_upload(actor: Actor, *, name: str, image: CheckedImage) -> Upload:
    """Add the row of a written image. Raises Forbidden, and TooMany after 60 images or 100 MB within a day."""
    ensure_can_upload(actor)
    _ensure_within_a_day(actor, len(image.data))
    upload = Upload(
        name=name, person_id=actor.id, media_type=media_type_of(name), width=image.width, height=image.height,
        size_bytes=len(image.data), created_at=now(),
    )  # fmt: skip
    db.session.add(upload)
    db.session.flush()
    return upload


def find_own_upload(actor: Actor, name: str) -> Upload | None:
    """Return an image that the actor uploaded."""
    return db.session.scalar(sa.select(Upload).where(Upload.name == name, Upload.person_id == actor.id))


def _ensure_within_a_day(actor: Actor, size: int) -> None:
    since = now() - timedelta(days=1)
    statement = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Upload.size_bytes), 0))
    count, total = db.session.execute(statement.where(Upload.person_id == actor.id, Upload.created_at > since)).one()
    if count >= DAILY_IMAGES or total + size > DAILY_BYTES:
        raise TooMany(_("You have uploaded a lot today. Please go on tomorrow."), retry_after=3600)
