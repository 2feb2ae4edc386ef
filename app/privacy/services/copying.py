"""Writing the copy of what is kept about a person: a ZIP file with one JSON list for each kind of thing, and the images."""

import json
import os
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.holdings import Holding, holdings
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.uploads.models import Upload
from app.uploads.services.storing import FOLDER
from app.uploads.urls import file_path_of

BATCH = 500
# Not said about the account itself: what proves who somebody is, what is made of something else, and links to other rows.
_NOT_SAID = frozenset({"password_hash", "name_key", "about_html", "merged_into_id"})
_PERSON_TABLE = Person.__table__


def write_copy(person_id: int, folder: Path, instance: Path) -> tuple[str, int]:
    """Write a person's copy into `folder` and return its name and size. Complete or not there at all, whenever the process dies.

    Reads in batches: the memory that it takes does not grow with what somebody wrote.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{secrets.token_urlsafe(24)}.zip"
    path = folder / name
    partial = path.with_suffix(".part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            _fill(archive, person_id, instance)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return name, path.stat().st_size


def remove_copy(name: str, folder: Path) -> None:
    """Remove the file of a copy, if it is there."""
    if name:
        (folder / name).unlink(missing_ok=True)


def exported_columns(holding: Holding) -> list[sa.Column[Any]]:
    """Return what the copy says of each row: no other people, and nothing that the line leaves out."""
    return [
        column
        for column in holding.table.columns
        if column.name not in holding.leave_out and not any(key.column.table is _PERSON_TABLE for key in column.foreign_keys)
    ]


def _fill(archive: zipfile.ZipFile, person_id: int, instance: Path) -> None:
    account = db.session.execute(sa.select(_PERSON_TABLE).where(_PERSON_TABLE.c.id == person_id)).mappings().one()
    with speaking(account["language"]):
        archive.writestr("README.txt", _readme())
    archive.writestr("account.json", _json({key: value for key, value in account.items() if key not in _NOT_SAID}))
    for holding in _exported():
        with archive.open(f"{holding.section}.json", "w") as file:
            file.write(b"[")
            for number, row in enumerate(_rows(holding, person_id)):
                file.write((",\n" if number else "\n").encode() + _json(row).encode())
            file.write(b"\n]\n")
    _add_files(archive, person_id, instance)


def _exported() -> list[Holding]:
    return [holding for holding in holdings() if holding.section]


def _rows(holding: Holding, person_id: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a list in the order of their keys, a batch at a time."""
    columns, keys = exported_columns(holding), list(holding.table.primary_key.columns)
    hidden = [key for key in keys if key not in columns]
    closed = holding.closed(person_id) if holding.closed else sa.false()
    aside = [*(key.label(f"_{key.name}") for key in hidden), closed.label("_is_closed")]
    statement = sa.select(*columns, *aside).where(holding.names(person_id))
    last: tuple[Any, ...] = ()
    while True:
        page = statement.where(sa.tuple_(*keys) > sa.tuple_(*last, types=[key.type for key in keys])) if last else statement
        rows = db.session.execute(page.order_by(*keys).limit(BATCH)).mappings().all()
        for row in rows:
            left_out = holding.words_of_others if row["_is_closed"] else ()
            said = {column.name: None if column.name in left_out else row[column] for column in columns}
            yield {**said, "address": holding.address(said)} if holding.address else said
        if len(rows) < BATCH:
            return
        last = tuple(_key_of(rows[-1], key, hidden) for key in keys)


def _key_of(row: Mapping[Any, Any], key: sa.Column[Any], hidden: list[sa.Column[Any]]) -> Any:
    return row[f"_{key.name}"] if key in hidden else row[key]


def _add_files(archive: zipfile.ZipFile, person_id: int, instance: Path) -> None:
    """Add the person's images as they are; one whose file is gone is left out."""
    last = 0
    while True:
        statement = sa.select(Upload.id, Upload.name).where(Upload.person_id == person_id, Upload.id > last)
        rows = db.session.execute(statement.order_by(Upload.id).limit(BATCH)).all()
        for _id, name in rows:
            path = instance / FOLDER / file_path_of(name)
            if path.is_file():
                archive.write(path, f"files/{name}", zipfile.ZIP_STORED)
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _readme() -> str:
    """Return what is in the copy, in words."""
    width = max(len(holding.section) for holding in _exported()) + 7
    files = [
        ("account.json", _("Your account: name, address, profile, role.")),
        *((f"{holding.section}.json", str(holding.words)) for holding in _exported()),
        ("files/", _("The images that you uploaded.")),
    ]
    lines = [
        _("This is a copy of what is kept about you, made on %(moment)s UTC.", moment=f"{now():%Y-%m-%d %H:%M}"),
        "",
        _(
            "Each file holds a list in JSON (UTF-8, times in UTC). Texts are Markdown, as they were typed. Ids are those in the "
            "addresses of the site; an address that begins with a slash is a page of it. Other people are not named."
        ),
        "",
        *(f"{name:<{width}}{words}" for name, words in files),
        "",
        _("Not in it: your password, which nobody knows (only a hash of it is kept), and the hashes of your sign-ins."),
        _("What you searched for and read is not kept with your name, so nobody can tell it from what others did."),
    ]
    return "\n".join(lines) + "\n"
