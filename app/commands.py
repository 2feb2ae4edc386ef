"""The commands of every package. Some of them are loaded when somebody calls them: servers never do."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

import click
from flask import Flask
from flask.cli import AppGroup

from app.accounts.cli import user as user_commands
from app.forum.cli import duplicates as duplicate_commands
from app.forum.cli import recount_command
from app.kb.cli import promotions as promotion_commands
from app.pages.cli import seo as seo_commands
from app.search.cli import reindex, search_group

LATER_COMMANDS = {
    "demo": "app.importing.cli:demo_command",
    "export": "app.importing.markdown.cli:export_command",
    "import": "app.importing.cli:import_group",
}


class Commands(AppGroup):
    """A group of commands. `later` maps the names of further ones to where they stand, as `module:name`."""

    def __init__(self, name: str, later: Mapping[str, str]) -> None:
        super().__init__(name)
        self._later = later

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        module, _colon, attribute = self._later.get(name, "").partition(":")
        if not module:
            return super().get_command(ctx, name)
        return cast(click.Command, getattr(import_module(module), attribute))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._later})


def register_commands(app: Flask) -> None:
    """Add the commands of every package to the command line; those that bring much along are loaded when they are called."""
    app.cli = Commands(app.name, LATER_COMMANDS)
    app.cli.add_command(user_commands)
    app.cli.add_command(recount_command)
    app.cli.add_command(duplicate_commands)
    app.cli.add_command(promotion_commands)
    app.cli.add_command(reindex)
    app.cli.add_command(search_group)
    app.cli.add_command(seo_commands)
