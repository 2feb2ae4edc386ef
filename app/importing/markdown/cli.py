"""Commands for articles as files: Markdown folders in and out, and lists in JSON lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.actor import Audience
from app.core.errors import AppError
from app.core.settings import Settings
from app.core.slugs import slugify
from app.core.text import clean_line
from app.importing.markdown.bringing import Wishes, bring_in
from app.importing.markdown.exporting import Extent, export_library
from app.importing.markdown.files import SectionFile
from app.importing.markdown.folder import Library, read_library, write_folder, write_zip
from app.importing.markdown.lines import read_lines
from app.importing.markdown.report import Report
from app.kb.models import ArticleKind, ArticleState

SOURCE_MAX = 80
AUDIENCES = [audience.value for audience in Audience]
Command = TypeVar("Command", bound=Callable[..., Any])


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def wishes_options(command: Command) -> Command:
    """Add the options that both imports of articles have."""
    options = (
        click.option("--section", help="The section above all of them, made if missing."),
        click.option("--about", default="", help="A description for that section: where its articles come from, and their licence."),
        click.option("--language", default="", help="Their language where they do not say it: en, de, zh-CN."),
        click.option("--kind", type=click.Choice([kind.value for kind in ArticleKind]), help="Their kind where they do not say it."),
        click.option("--audience", type=click.Choice(AUDIENCES), default=Audience.PUBLIC.value, show_default=True,
                     help="Who may read them where they do not say it."),
        click.option("--publish", is_flag=True, help="Publish those that do not say their state. Otherwise they are drafts."),
        click.option("--owner", default="", help="Who keeps them where they do not say it: the name of an account."),
        click.option("--name", help="Name under which the files are remembered. Default: the name of the folder or file."),
        click.option("--files-win", is_flag=True, help="Also take files whose article was changed here since. Nothing is lost."),
        click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command("markdown")
@click.argument("source", type=click.Path(path_type=Path))
@wishes_options
@with_appcontext
def markdown_command(source: Path, as_json: bool, **wishes: Any) -> None:
    """Import articles from Markdown files.

    SOURCE is their folder or zip file. They have front matter, as an export of Threadwell or of another program. Folders become
    sections. It can be interrupted and run again: it takes in what is new or changed.
    """
    _import(lambda: read_library(source), source, as_json, wishes)


@click.command("articles")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--text", "is_text", is_flag=True, help="The bodies are plain text: nothing in them is markup.")
@wishes_options
@with_appcontext
def articles_command(source: Path, is_text: bool, as_json: bool, **wishes: Any) -> None:
    """Import articles from JSON lines. SOURCE is FILE.jsonl or .jsonl.xz: one object a line with id, title and body."""
    if not wishes["section"]:
        raise click.UsageError("Please say where they go, as in --section FAQ.")
    _import(lambda: read_lines(source, sections=(), is_text=is_text), source, as_json, wishes)


def _import(read: Callable[[], Library], source: Path, as_json: bool, given: dict[str, Any]) -> None:
    try:
        library = read()
        report = _bring(library, _wishes(source, given), is_quiet=as_json)
    except AppError as error:
        raise click.ClickException(error.message) from error
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
        return
    click.echo("\n".join(report.lines()))
    if report.has_changed:
        click.echo("Search follows in the background: in `threadwell serve`, or `threadwell worker`.")


def _bring(library: Library, wishes: Wishes, *, is_quiet: bool) -> Report:
    if is_quiet:
        return bring_in(library, wishes)
    with click.progressbar(length=max(1, len(library.articles)), label="Importing articles") as bar:
        return bring_in(library, wishes, bar.update)


def _wishes(source: Path, given: dict[str, Any]) -> Wishes:
    settings, title = _settings(), clean_line(given["section"] or "")
    about, language = clean_line(given["about"]), given["language"]
    root = SectionFile(slugify(title, 60, "section"), title, about, language=language) if title else None
    return Wishes(
        source=clean_line(given["name"] or source.resolve().name)[:SOURCE_MAX], own_host=urlsplit(settings.base_url).netloc,
        instance_path=settings.instance_path, root=root, state=ArticleState.PUBLISHED if given["publish"] else ArticleState.DRAFT,
        audience=given["audience"], language=given["language"], kind=given["kind"] or "", owner=given["owner"],
        files_win=given["files_win"],
    )  # fmt: skip


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    default=Audience.STAFF.value,
    show_default=True,
    help="For whom: only what these people may read.",
)
@click.option("--published", is_flag=True, help="Leave out drafts and what waits for review.")
@click.option("--overwrite", is_flag=True, help="Write into a folder that holds something, or over a zip file.")
@with_appcontext
def export_command(target: Path, audience: str, published: bool, overwrite: bool) -> None:
    """Export the knowledge base as Markdown files.

    They have front matter, and go into a folder, or a zip file when TARGET ends in .zip.

    `threadwell import markdown` brings them in again, here or on another site.
    """
    is_zip = target.suffix.lower() == ".zip"
    is_used = target.exists() and (not target.is_dir() or is_zip or any(target.iterdir()))
    if is_used and not overwrite:
        raise click.ClickException(f"{target} is there already; --overwrite writes into it.")
    settings = _settings()
    library = export_library(settings.base_url, settings.instance_path, Extent(Audience(audience), not published))
    if not library.articles:
        raise click.ClickException("There are no articles to export.")
    try:
        number = write_zip(library, target) if is_zip else write_folder(library, target)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    click.echo(
        f"{len(library.articles):,} articles in {len(library.sections):,} sections written to {target} ({number:,} files)."
    )
