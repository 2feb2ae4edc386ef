"""Putting the cache in front of an application, and forgetting old changes."""

from datetime import timedelta
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.pagecache.changes import Changes, Feed, PostgresFeed, SqliteFeed
from app.pagecache.memory import Memory, install_memory
from app.pagecache.middleware import Environ, PageCache
from app.pagecache.models import PageChange
from app.pagecache.sharing import SharedPages
from app.pagecache.store import Store
from app.web.languages import language_of
from app.web.marking import ARTICLES, THREADS

TRIM_JOB = "pagecache.trim"
TRIM_EVERY = timedelta(minutes=20)
KEPT_FOR = timedelta(hours=1)


def widen(tag: str) -> tuple[str, ...]:
    """Return what changes with one thread or article: also the lists in which it may stand."""
    if tag.startswith("thread:"):
        return tag, THREADS
    return (tag, ARTICLES) if tag.startswith("article:") else (tag,)


def comes_from_results(environ: Environ) -> bool:
    """Whether a page was opened from results or from the page to ask on: then the application notes which search led to it."""
    referrer = environ.get("HTTP_REFERER", "")
    return bool(referrer) and urlsplit(referrer).path in ("/search", "/ask")


def install_page_cache(app: Flask) -> PageCache | None:
    """Remember what pages read again and again; answer visitors from a cache, unless PAGE_CACHE_MB is 0, and let members share
    pages, unless PAGE_SHARING_MB is 0."""
    settings = cast(Settings, app.extensions["settings"])
    with app.app_context():
        database = db.engine.url.database or ""
        feed: Feed = SqliteFeed(database) if settings.is_sqlite else PostgresFeed(db.engine)
    changes = app.extensions["page_changes"] = Changes(feed, widen)
    install_memory(app, Memory(changes, looks_first=settings.is_sqlite))
    if settings.page_sharing_mb:
        most = settings.page_sharing_mb * 1024 * 1024
        app.extensions["shared_pages"] = SharedPages(changes, most)
    if not settings.page_cache_mb:
        return None
    cache = PageCache(
        app.wsgi_app,
        changes=changes,
        store=Store(settings.page_cache_mb * 1024 * 1024),
        cookie=app.config["SESSION_COOKIE_NAME"],
        passes=comes_from_results,
        language=partial(language_of, settings=settings),
    )
    app.wsgi_app = cache  # type: ignore[method-assign]
    app.extensions["page_cache"] = cache
    return cache


def trim_job(_payloads: list[dict[str, object]]) -> None:
    """Job `pagecache.trim`: delete what every process has read or has given up to read."""
    with unit_of_work():
        db.session.execute(sa.delete(PageChange).where(PageChange.created_at < now() - KEPT_FOR))
