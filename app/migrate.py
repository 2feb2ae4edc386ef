"""Migrations: the tables they see, which of them are the newest, and Flask-Migrate, which is loaded only when it has work.

Alembic and what it needs take a tenth of a second and 8 MiB. A server only looks whether its database is of this version.
"""

import re
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask

from app.accounts import models as accounts_models
from app.core.db import Base, db
from app.core.heavy import flask_migrate
from app.core.settings import PROJECT_ROOT
from app.desk import models as desk_models
from app.forum import models as forum_models
from app.importing import models as importing_models
from app.jobs import models as jobs_models
from app.kb import models as kb_models
from app.moderation import models as moderation_models
from app.notifications import models as notifications_models
from app.pagecache import models as pagecache_models
from app.pagecache.triggers import create_with_tables
from app.pageviews import models as pageviews_models
from app.search import models as search_models
from app.uploads import models as uploads_models
from app.watched import WATCHED

ALL_MODELS = (
    accounts_models, desk_models, forum_models, importing_models, jobs_models, kb_models, moderation_models, notifications_models,
    pagecache_models, pageviews_models, search_models, uploads_models,
)  # fmt: skip

create_with_tables(Base.metadata, WATCHED)

MIGRATIONS = PROJECT_ROOT / "migrations"
_REVISION = re.compile(r'^revision\b[^=]*= *"(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r"^down_revision\b[^=]*=(.*)$", re.MULTILINE)


class _Migrations:
    """What Flask-Migrate keeps of an application, made when somebody asks for it."""

    @cached_property
    def _made(self) -> Any:
        migrate = flask_migrate.Migrate(db=db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
        host = SimpleNamespace(extensions={}, cli=click.Group())
        migrate.init_app(host)
        return host.extensions["migrate"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)


def init_migrations(app: Flask) -> None:
    """Let `flask_migrate.upgrade()` and its like find what they need."""
    app.extensions["migrate"] = _Migrations()


def is_prepared(engine: sa.Engine) -> bool:
    """Return whether a database has the tables of this version: every migration of ours, and none that we do not know."""
    return _present(engine) == newest_migrations()


def is_newer(engine: sa.Engine) -> bool:
    """Return whether a database has a migration that this version does not know."""
    return not _present(engine) <= {found for text in _texts() for found in _REVISION.findall(text)}


def _present(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return set()
        return set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


def _texts() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]


def newest_migrations() -> set[str]:
    """Return the migrations that no other one follows, read from their files without running them."""
    texts = _texts()
    known = {found for text in texts for found in _REVISION.findall(text)}
    before = {found for text in texts for line in _BEFORE.findall(text) for found in re.findall(r'"(\w+)"', line)}
    return known - before
