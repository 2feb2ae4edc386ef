"""The `threadwell` command: a Flask command group. Each feature adds its own commands in `<feature>/cli.py`."""

import re
import sys
from typing import Any

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import DatabaseError, OperationalError

from app.backing_up import backup_command, restore_command
from app.core.heavy import flask_migrate_cli, psycopg
from app.core.settings import SettingsError
from app.factory import create_app
from app.moving import move_command
from app.operating import init_command, serve_command, worker_command

# Commands that come with libraries and are none of ours.
FOREIGN = frozenset({"limiter"})
# What SQLite and PostgreSQL say of a table or column that is not there.
_UNPREPARED = re.compile(r"no such (?:table|column)|(?:relation|column) \S+ does not exist")


class ThreadwellGroup(FlaskGroup):
    """Lists our own commands only, without the options of Flask that choose another application, and says our version."""

    def __init__(self, **about: Any) -> None:
        super().__init__(**about)
        self.params.clear()
        click.version_option(package_name="threadwell", message="Threadwell %(version)s")(self)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        # Our own commands need no look through what is installed, nor an application to be found.
        known = self.commands.get(name) or super().get_command(ctx, name)
        # Flask-Migrate's own commands, for those who write migrations.
        return flask_migrate_cli.db if known is None and name == "db" else known

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in super().list_commands(ctx) if name not in FOREIGN]


cli = ThreadwellGroup(
    name="threadwell",
    help="Threadwell: a community forum that measures what gets solved and turns it into knowledge.",
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    set_debug_flag=False,
    load_dotenv=False,
    commands={
        command.name or "": command
        for command in (init_command, serve_command, worker_command, backup_command, restore_command, move_command)
    },
)


def main() -> None:
    """Run the command line; wrong settings, and a database that does not answer or is not prepared, are reported without a trace."""
    try:
        cli()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except DatabaseError as error:
        if _UNPREPARED.search(str(error.orig)) and sys.argv[1:2] != ["init"]:  # which is what prepares it
            click.echo("The database is not prepared for this version. Please run `threadwell init` first.", err=True)
        elif isinstance(error, OperationalError):
            _no_answer(error.orig)
        elif type(error) is DatabaseError:  # of SQLite: its file is damaged, or none of a database
            click.echo(f"The database cannot be read: {error.orig}. Please bring back a backup (`threadwell restore`).", err=True)
        else:
            raise
        sys.exit(1)
    except Exception as error:
        # Search has connections of its own to PostgreSQL. On SQLite nobody has loaded what their errors are.
        if "psycopg" not in sys.modules or not isinstance(error, psycopg.OperationalError):
            raise
        _no_answer(error)
        sys.exit(1)


def _no_answer(error: object) -> None:
    click.echo(f"The database cannot be used: {error}", err=True)
