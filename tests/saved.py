"""Keeping what was expensive to write: the rows of the test database and the files beside them, put back as often as tests want.

On SQLite a copy of all pages takes milliseconds. On other databases nothing is kept, and whoever asks writes anew.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Generic, TypeVar

from app.core.db import db

Value = TypeVar("Value")
Version = tuple[str, int, int]


@dataclass
class Kept(Generic[Value]):
    """What a builder returned, all rows it wrote, and the files it left in the folders that were named."""

    value: Value
    rows: sqlite3.Connection
    files: dict[Path, Path]
    version: Version | None


_watching: dict[tuple[str, int], sqlite3.Connection] = {}


def version_of_rows() -> Version | None:
    """Return what every commit to the test database changes, whoever makes it; None where nothing tells (not on SQLite)."""
    path = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not path:
        return None
    key = (path, os.stat(path).st_ino)
    if key not in _watching:
        _watching[key] = sqlite3.connect(path, check_same_thread=False)
    return (*key, int(_watching[key].execute("PRAGMA data_version").fetchone()[0]))


class Saved(Generic[Value]):
    """Written by the first test that asks, put back for the others. The value must hold nothing that belongs to a session."""

    def __init__(self) -> None:
        self.kept: Kept[Value] | None = None

    def get(self, build: Callable[[], Value], *, files: tuple[Path, ...] = (), spare: Path | None = None) -> Value:
        """Return what `build` returns, with the database as it leaves it: rows are put back if any were written since.

        Call it inside a context, the first time with an empty database.
        `files` are folders or files that belong to it; their copies lie in `spare`, which must live as long as this object.
        """
        if db.engine.dialect.name != "sqlite":
            return build()
        if self.kept is None:
            value = build()
            db.session.rollback()
            self.kept = Kept(value, _copy_of_rows(), _copy_of_files(files, spare), version_of_rows())
        else:
            db.session.remove()
            if self.kept.version != version_of_rows():
                _put_back_rows(self.kept.rows)
                self.kept.version = version_of_rows()
            for original, copy in self.kept.files.items():
                _copy(copy, original)
        return self.kept.value


def saved_rows(saved: Saved[tuple[type[Value], dict[str, tuple[type, int]]]], build: Callable[[], Value]) -> Value:
    """As `Saved.get`, for a builder that returns a dataclass of rows with ids: every test gets those of its own session."""

    def build_and_note() -> tuple[type[Value], dict[str, tuple[type, int]]]:
        made = build()
        rows = {field.name: getattr(made, field.name) for field in fields(made)}  # type: ignore[arg-type]
        return type(made), {name: (type(row), row.id) for name, row in rows.items()}

    kind, noted = saved.get(build_and_note)
    return kind(**{name: db.session.get_one(model, number) for name, (model, number) in noted.items()})


def _driver(connection: object) -> sqlite3.Connection:
    driver = connection.driver_connection  # type: ignore[attr-defined]
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _copy_of_rows() -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    live = db.engine.raw_connection()
    try:
        _driver(live).backup(memory)
    finally:
        live.close()
    return memory


def _put_back_rows(memory: sqlite3.Connection) -> None:
    live = db.engine.raw_connection()
    try:
        memory.backup(_driver(live))
    finally:
        live.close()


def _copy_of_files(files: tuple[Path, ...], spare: Path | None) -> dict[Path, Path]:
    assert spare is not None or not files, "files need a place for their copies"
    copies = {path: spare / f"{number}-{path.name}" for number, path in enumerate(files) if path.exists()} if spare else {}
    for original, copy in copies.items():
        _copy(original, copy)
    return copies


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
