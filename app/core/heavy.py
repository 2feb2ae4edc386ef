"""Libraries that few requests need and that cost memory and start-up time: each is loaded when something of it is first used.

    from app.core.heavy import redis

Only whole modules stand here; what is taken out of one (`redis.RedisError`) is looked up when it is used. Together they take 0.4
seconds of CPU and 20 MiB, of which a community without Redis, PostgreSQL and imports never needs anything.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class _Later(ModuleType):
    """Stands for a module. Safe between threads: loading holds the lock of that module."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


if TYPE_CHECKING:
    import flask_migrate
    import psycopg
    import redis
    import yaml  # type: ignore[import-untyped]
    from flask_migrate import cli as flask_migrate_cli
    from PIL import Image, ImageCms, ImageOps, ImageSequence
    from psycopg import errors as psycopg_errors
    from psycopg import sql as psycopg_sql

    from app.core import html_to_markdown
else:
    Image, ImageCms, ImageOps = _Later("PIL.Image"), _Later("PIL.ImageCms"), _Later("PIL.ImageOps")
    ImageSequence = _Later("PIL.ImageSequence")
    flask_migrate, flask_migrate_cli = _Later("flask_migrate"), _Later("flask_migrate.cli")
    html_to_markdown = _Later("app.core.html_to_markdown")
    psycopg, psycopg_errors, psycopg_sql = _Later("psycopg"), _Later("psycopg.errors"), _Later("psycopg.sql")
    redis = _Later("redis")
    yaml = _Later("yaml")

__all__ = [
    "Image", "ImageCms", "ImageOps", "ImageSequence", "flask_migrate", "flask_migrate_cli", "html_to_markdown", "psycopg", "psycopg_errors",
    "psycopg_sql", "redis", "yaml",
]  # fmt: skip
