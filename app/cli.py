"""The `threadwell` command: a Flask command group. Each feature adds its own commands in `<feature>/cli.py`."""

import sys
from functools import partial

import click
from flask.cli import FlaskGroup

from app.core.settings import SettingsError
from app.factory import create_app
from app.operating import init_command, serve_command, worker_command


@click.group(cls=partial(FlaskGroup, create_app=create_app, add_default_commands=False, add_version_option=False))
def cli() -> None:
    """Threadwell: a community forum that measures what gets solved and turns it into knowledge."""


for command in (init_command, serve_command, worker_command):
    cli.add_command(command)


def main() -> None:
    """Run the command line; wrong settings are reported without a stack trace."""
    try:
        cli()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
