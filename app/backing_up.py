"""The commands that save a whole site in one file and bring it back: database, images and secret key.

The search index, compiled templates and mails are left out: they are made anew, or must not come from elsewhere.
"""

import os
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import click
from sqlalchemy.engine import make_url

from app.core.settings import Settings

DATABASE, KEY, UPLOADS, INDEX = "threadwell.sqlite3", "secret_key", "uploads", "search"
# Nothing else is written by a backup, and nothing else is taken from one.
_TAKEN = re.compile(rf"{re.escape(DATABASE)}|{KEY}|{UPLOADS}/[\w-]+/[\w-]+\.[a-z]+", re.ASCII)
_FILE = click.Path(path_type=Path, dir_okay=False)
_PIECE = 2**20
_STEP = 4096  # pages of a database that are copied before the progress is shown
_EMPTY = 4096  # bytes of a database in which nothing was made yet
_ENCRYPTED = 1
_FOREIGN = "this is no backup of such a site"
# What reading a zip file raises that is damaged, or was made to do harm.
_UNREADABLE = (OSError, BadZipFile, EOFError, ValueError, RuntimeError, zlib.error)


@click.command("backup")
@click.argument("file", type=_FILE)
def backup_command(file: Path) -> None:
    """Save the site in FILE, a zip file, while it runs.

    It holds database, images and secret key: keep it as private as the site.
    """
    settings = Settings.from_env(os.environ)
    try:
        if file.exists():
            raise click.ClickException(f"{file} is there already. Please choose another name.")
        _ensure_database(settings)
        # Beside the file and nobody else's; what a killed backup leaves has the name of its file.
        with tempfile.TemporaryDirectory(prefix=f"{file.name}.", dir=file.parent) as folder:
            _save(settings, Path(folder)).replace(file)
            _keep(file.absolute().parent)
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"Cannot write {file}: {error}") from error
    click.echo(f"Saved in {file}. Whoever can read it can read everything, and sign links: keep it private.")
    if not settings.is_sqlite:
        click.echo("The database is not in it: save it with pg_dump --exclude-schema=search_index.")


@click.command("restore")
@click.argument("file", type=_FILE)
def restore_command(file: Path) -> None:
    """Bring back what `backup` saved in FILE.

    INSTANCE_PATH must be without a site. Run `threadwell init` afterwards.
    """
    settings = Settings.from_env(os.environ)
    present = _present(settings)
    if present:
        raise click.ClickException(f"{present} is there already. Please restore into an INSTANCE_PATH without a site.")
    try:
        with ZipFile(file) as saved:
            _bring_back(saved, settings)
    except _UNREADABLE as error:
        raise click.ClickException(f"Cannot restore {file}: {error}") from error
    click.echo(f"Restored into {settings.instance_path}.")
    click.echo("Please run `threadwell init` now: it prepares the database and the search index.")


def database_of(settings: Settings) -> Path:
    """Return the file of a SQLite database; where there is none the one that would be."""
    name = make_url(settings.effective_database_url).database if settings.is_sqlite else None
    return Path(name or settings.instance_path / DATABASE)


def _is_database(file: Path) -> bool:
    """Whether a file is a database of ours, of whatever version. It is not written to."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None
    except sqlite3.Error:
        return False


def _ensure_database(settings: Settings) -> None:
    """Raise ClickException unless there is a database to save, or it is one of PostgreSQL, which is saved otherwise."""
    database = database_of(settings)
    if settings.is_sqlite and not _is_database(database):
        if database.exists() and database.stat().st_size > _EMPTY:
            raise click.ClickException(f"{database} is damaged, or no database of Threadwell: nothing was saved.")
        raise click.ClickException("There is no database to save. Please run `threadwell init` first.")


def _save(settings: Settings, folder: Path) -> Path:
    """Write a site into a zip file in a folder that nobody else reads, and return it."""
    target, instance = folder / "site.zip", settings.instance_path
    paths = {DATABASE: _copy_of(database_of(settings), folder / DATABASE)} if settings.is_sqlite else {}
    # Listed after the database is copied, which then names no image that is not here. Not what is being written just now.
    found = [instance / KEY, *sorted((instance / UPLOADS).glob("*/*"))]
    names = [(path, path.relative_to(instance).as_posix()) for path in found]
    paths |= {name: path for path, name in names if _TAKEN.fullmatch(name) and path.is_file()}
    target.touch(mode=0o600)
    with (
        ZipFile(target, "w") as saved,
        click.progressbar(length=sum(path.stat().st_size for path in paths.values()), label="Saving") as bar,
    ):
        for name, path in paths.items():
            with suppress(FileNotFoundError), path.open("rb") as source:  # somebody may remove an image meanwhile
                entry = ZipInfo.from_file(path, name, strict_timestamps=False)
                entry.compress_type = ZIP_DEFLATED if name == DATABASE else ZIP_STORED
                with saved.open(entry, "w") as file:
                    _pour(source, file, bar)
    _keep(target)
    return target


def _copy_of(database: Path, target: Path) -> Path:
    """Copy a database that others may write meanwhile, as it is at one moment.

    The copy reads at one moment throughout, however many steps it takes: what others write meanwhile does not begin it anew.
    """
    with (
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(target)) as copy,
        click.progressbar(length=1, label="Copying the database") as bar,
    ):

        def show(_state: int, remaining: int, total: int) -> None:
            bar.length = max(1, total)
            bar.update(total - remaining - bar.pos)

        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_schema").fetchone()
        source.backup(copy, pages=_STEP, progress=show)
    return target


def _keep(path: Path) -> None:
    """Have a file, or the names in a folder, on disk before anybody is told that it is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pour(source: IO[bytes], target: IO[bytes], bar: Any) -> None:
    """Copy a file, however large, piece by piece."""
    for piece in iter(partial(source.read, _PIECE), b""):
        target.write(piece)
        bar.update(len(piece))


def _present(settings: Settings) -> Path | None:
    """Return what of another site is there, if anything: a log of SQLite would be taken for one of the database that comes back."""
    database, folder = database_of(settings), settings.instance_path
    own = [database, *(database.with_name(database.name + end) for end in ("-wal", "-journal"))]
    found = [path for path in own if path.exists() and path.stat().st_size] if settings.is_sqlite else [folder / KEY]
    return next((path for path in [*found, folder / INDEX] if path.exists()), None)


def _bring_back(saved: ZipFile, settings: Settings) -> None:
    entries = saved.infolist()
    _check(entries, settings)
    settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with click.progressbar(length=sum(entry.file_size for entry in entries), label="Restoring") as bar:
        # What says that a site is there comes last: after an interruption the same command begins again.
        for entry in sorted(entries, key=lambda entry: (entry.filename == DATABASE, entry.filename == KEY)):
            _bring_one(saved, entry, settings, bar)


def _check(entries: Sequence[ZipInfo], settings: Settings) -> None:
    """Raise BadZipFile unless these are what a backup of a site with such a database holds."""
    names = {entry.filename for entry in entries}
    readable = (ZIP_STORED, ZIP_DEFLATED)
    if not names or any(
        not _TAKEN.fullmatch(entry.filename) or entry.compress_type not in readable or entry.flag_bits & _ENCRYPTED
        for entry in entries
    ):
        raise BadZipFile(_FOREIGN)
    if settings.is_sqlite and DATABASE not in names:
        raise BadZipFile("it holds no database. If the site used PostgreSQL, please set DATABASE_URL as it was there")
    if not settings.is_sqlite and DATABASE in names:
        raise BadZipFile(
            "it holds a SQLite database. Please unset DATABASE_URL; `threadwell move` brings it into PostgreSQL afterwards"
        )


def _bring_one(saved: ZipFile, entry: ZipInfo, settings: Settings, bar: Any) -> None:
    name = entry.filename
    target = database_of(settings) if name == DATABASE else settings.instance_path / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.touch(mode=0o600)
        with saved.open(entry) as source, unfinished.open("wb") as file:
            _pour(source, file, bar)
        if name == DATABASE and not _is_database(unfinished):
            raise BadZipFile(_FOREIGN)
        unfinished.replace(target)
    finally:
        for end in ("", "-wal", "-shm"):
            unfinished.with_name(unfinished.name + end).unlink(missing_ok=True)
