"""Which parts the application is made of: blueprints, search sources, subscribers, jobs, commands. Read by the factory only."""

from flask import Flask


def register_blueprints(app: Flask) -> None:
    """Add the pages of every package."""


def register_sources(app: Flask) -> None:
    """Tell the search how to load threads and articles."""


def register_subscribers(app: Flask) -> None:
    """Say who reacts to what: the answer to 'what happens when ...'."""


def register_jobs(app: Flask) -> None:
    """Register handlers of background work and the periodic ones."""


def register_commands(app: Flask) -> None:
    """Add the commands of every package to the command line."""


def register_providers(app: Flask) -> None:
    """Give the layout the values that packages provide."""
