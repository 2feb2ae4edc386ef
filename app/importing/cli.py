"""Commands that bring a community in: the demo, and dumps from elsewhere."""

import json
from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import IntegrityError

from app.core.errors import AppError
from app.core.settings import Settings
from app.importing.demo.loading import has_people, load_demo
from app.importing.demo.signins import FILE_NAME, format_sign_ins
from app.importing.markdown.cli import articles_command, markdown_command
from app.importing.stackexchange.report import ImportReport
from app.importing.stackexchange.running import Destination, parse_destination, run_import, source_name

# The progress bar counts in thousandths: sizes of dumps may be larger than what a bar counts well.
BAR_STEPS = 1000


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing when somebody has an account already.")
@with_appcontext
def demo_command(if_empty: bool) -> None:
    """Load the demo community. It is that of an invented maker of greenhouse controllers."""
    settings = _settings()
    if if_empty and has_people():
        kept = settings.instance_path / FILE_NAME
        nothing = "People have accounts here: the demo is not loaded."
        click.echo(f"The demo's sign-ins are kept in {kept}." if kept.exists() else nothing)
        return
    try:
        loaded = load_demo(settings)
    except AppError as error:
        raise click.ClickException(error.message) from error
    counts = ", ".join(f"{count} {name}" for name, count in loaded.counts.items())
    click.echo(f"The demo community is loaded: {counts}.\n\n{format_sign_ins(loaded.sign_ins)}\n")
    click.echo(f"These sign-ins are kept in {loaded.kept_in}.")


import_group = AppGroup("import", help="Bring a community, or articles, in from elsewhere.")
import_group.add_command(markdown_command)
import_group.add_command(articles_command)


@import_group.command("stackexchange")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--category", help="Where questions go, as NAME or NAME/slug; made if missing. Default: the name of the folder.")
@click.option("--site", help="Name under which the site is remembered. Default: the name of the folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def stackexchange_command(directory: Path, category: str | None, site: str | None, as_json: bool) -> None:
    """Import a Stack Exchange dump.

    That is the folder with Posts.xml and its companions, plain or .xz.

    It can be interrupted at any time and run again: it goes on where it was, and imports nothing twice.
    """
    source = source_name(site, directory)
    try:
        report = _import(directory, source, parse_destination(category, source), is_quiet=as_json)
    except AppError as error:
        raise click.ClickException(error.message) from error
    except IntegrityError as error:
        raise click.ClickException(f"Somebody else is importing {source} right now. Please run this again later.") from error
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
        return
    click.echo("\n".join(report.lines()))
    if report.imported:
        click.echo("Search and proposals follow in the background: in `threadwell serve`, or `threadwell worker`.")


def _import(directory: Path, source: str, destination: Destination, *, is_quiet: bool) -> ImportReport:
    if is_quiet:
        return run_import(directory, _settings(), source=source, destination=destination)
    with click.progressbar(length=BAR_STEPS, label=f"Importing {source}", item_show_func=lambda name: name) as bar:

        def show(name: str, done: int, total: int) -> None:
            bar.update(BAR_STEPS * done // total - bar.pos, name)

        report = run_import(directory, _settings(), source=source, destination=destination, on_progress=show)
        bar.update(BAR_STEPS - bar.pos)
    return report
