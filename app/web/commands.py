"""The commands of an application, of which some are loaded when somebody calls them: servers never do."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

import click
from flask.cli import AppGroup


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
