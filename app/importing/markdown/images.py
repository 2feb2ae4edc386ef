"""Images that articles show: taken along by an export, and brought in as if somebody had uploaded them."""

import re
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.importing.markdown.folder import Library, Unreadable
from app.importing.models import ImportRecord
from app.uploads.models import Upload
from app.uploads.services.checking import CheckedImage, check_image
from app.uploads.services.storing import FOLDER, write_file
from app.uploads.urls import file_path_of, media_type_of

MAX_BYTES = 20 * 1024 * 1024
KIND = "image"
_SHOWN = re.compile(r"/uploads/([A-Za-z0-9_-]{22}\.(?:png|jpg|gif|webp))")


def collect_images(texts: Iterable[str], instance_path: Path) -> dict[str, bytes]:
    """Return the images that these texts show and that are there, by name."""
    found = {}
    for name in sorted({name for text in texts for name in _SHOWN.findall(text)}):
        path = instance_path / FOLDER / file_path_of(name)
        if path.is_file():
            found[name] = path.read_bytes()
    return found


def bring_images(library: Library, source: str, instance_path: Path) -> tuple[dict[str, str], int]:
    """Store the images that articles of the library show; return the names they have here, and how many were new.

    One that is here already, or came in before, is not stored again; one that is no image is left out and noted.
    """
    shown = {name for article in library.articles for name in _SHOWN.findall(article.body)}
    names = {name: kept for name in shown if (kept := _find(source, name))}
    added = 0
    for name in sorted((shown & library.images.keys()) - names.keys()):
        try:
            image = check_image(library.images[name], MAX_BYTES)
        except Invalid as error:
            library.unreadable.append(Unreadable(f"uploads/{name}", error.message))
            continue
        names[name] = _store(source, name, image, instance_path)
        added += 1
    return names, added


def _find(source: str, name: str) -> str | None:
    """Return the name that an image has here, if it is here."""
    record = db.session.get(ImportRecord, (source, KIND, name))
    which = Upload.id == record.local_id if record is not None else Upload.name == name
    return db.session.scalar(sa.select(Upload.name).where(which))


def _store(source: str, name: str, image: CheckedImage, instance_path: Path) -> str:
    kept = write_file(image, instance_path)
    with unit_of_work():
        upload = Upload(
            name=kept, person_id=None, media_type=media_type_of(kept), width=image.width, height=image.height,
            size_bytes=len(image.data), created_at=now(),
        )  # fmt: skip
        db.session.add(upload)
        db.session.flush()
        row = {"source": source, "kind": KIND, "external_id": name, "local_id": upload.id}
        upsert(ImportRecord.__table__, [row], ["source", "kind", "external_id"], ["local_id"])
    return kept
