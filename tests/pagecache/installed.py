"""The page cache before the application of the tests, for as long as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from app.pagecache.installing import install_page_cache
from app.pagecache.middleware import PageCache


@contextmanager
def page_cache(app: Flask, **settings: int) -> Iterator[PageCache | None]:
    """Put the cache before an application, made with some settings changed; take away all that this brought afterwards.

    What stayed would keep pages of rows that the next test deletes without a word to the log of changes.
    """
    bare, before, hooks = app.wsgi_app, dict(app.extensions), list(app.before_request_funcs[None])
    app.extensions["settings"] = replace(before["settings"], **settings)
    try:
        installed = install_page_cache(app)
        app.extensions["settings"] = before["settings"]
        yield installed
    finally:
        app.wsgi_app = bare  # type: ignore[method-assign]
        app.extensions.clear()
        app.extensions.update(before)
        app.before_request_funcs[None] = hooks
