"""The commands that save a whole site in one file and bring it back: database, images and secret key.

The search index, compiled templates and mails are left out: they are made anew, or must not come from elsewhere.
"""

import os
import re
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import click
from sqlalchemy.engine import make_url

from app.core.settings import Settings

DATABASE, KEY, UPLOADS = "threadwell.sqlite3", "secret_key", "uploads"
# Nothing else is written by a backup, and nothing else is taken from one.
_TAKEN = re.compile(rf"{re.escape(DATABASE)}|{KEY}|{UPLOADS}/[\w-]+/[\w-]+\.[a-z]+", re.ASCII)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=_FILE)
def backup_command(file: Path) -> None:
    """Save database, images and secret key in FILE, a zip file, while the site runs. Keep it as private as the site."""
    settings = Settings.from_env(os.environ)
    if file.exists():
        raise click.ClickException(f"{file} is there already. Please choose another name.")
    if settings.is_sqlite and not database_of(settings).is_file():
        raise click.ClickException("There is no database to save. Please run `threadwell init` first.")
    partial = file.with_name(f"{file.name}.part")
    try:
        partial.touch(mode=0o600)
        _save(settings, partial)
        partial.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"Cannot write {file}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    click.echo(f"Saved in {file}. Whoever can read it can read everything, and sign links: keep it private.")
    if not settings.is_sqlite:
        click.echo("The database is not in it: save it with pg_dump --exclude-schema=search_index.")


@click.command("restore")
@click.argument("file", type=_FILE)
def restore_command(file: Path) -> None:
    """Bring back what `backup` saved in FILE, into an INSTANCE_PATH without a site. Run `threadwell init` afterwards."""
    settings = Settings.from_env(os.environ)
    folder = settings.instance_path
    present = database_of(settings) if settings.is_sqlite else folder / KEY
    if present.exists():
        raise click.ClickException(f"{present} is there already. Please restore into an INSTANCE_PATH without a site.")
    try:
        with ZipFile(file) as saved:
            _bring_back(saved, settings)
    except (BadZipFile, OSError) as error:
        raise click.ClickException(f"Cannot restore {file}: {error}") from error
    click.echo(f"Restored into {folder}. Please run `threadwell init` now: it prepares the database and the search index.")


def database_of(settings: Settings) -> Path:
    """Return the file of a SQLite database; where there is none the one that would be."""
    name = make_url(settings.effective_database_url).database if settings.is_sqlite else None
    return Path(name or settings.instance_path / DATABASE)


def _save(settings: Settings, target: Path) -> None:
    images = sorted((settings.instance_path / UPLOADS).glob("*/*"))
    with ZipFile(target, "w") as saved, tempfile.TemporaryDirectory(dir=target.parent) as folder:
        if settings.is_sqlite:
            saved.write(_copy_of(database_of(settings), Path(folder) / DATABASE), DATABASE, ZIP_DEFLATED)
        if (settings.instance_path / KEY).exists():
            saved.write(settings.instance_path / KEY, KEY)
        with click.progressbar(images, label="Images") as shown:
            for path in shown:
                name = path.relative_to(settings.instance_path).as_posix()
                if _TAKEN.fullmatch(name):  # not what is being written just now
                    saved.write(path, name, ZIP_STORED)


def _copy_of(database: Path, target: Path) -> Path:
    """Copy a database that others may write meanwhile, as it is at one moment."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def _bring_back(saved: ZipFile, settings: Settings) -> None:
    names = saved.namelist()
    if not names or any(not _TAKEN.fullmatch(name) for name in names) or (settings.is_sqlite and DATABASE not in names):
        raise BadZipFile("this is no backup of such a site")
    settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What says that a site is there comes last: after an interruption the same command begins again.
    for name in sorted(names, key=lambda name: (name == DATABASE, name == KEY)):
        target = database_of(settings) if name == DATABASE else settings.instance_path / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = target.with_name(f"{target.name}.part")
        partial.touch(mode=0o600)
        with saved.open(name) as source, partial.open("wb") as file:
            shutil.copyfileobj(source, file)
        partial.replace(target)
