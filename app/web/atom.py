"""Answering with an Atom feed: absolute addresses, one template for all packages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from flask import Response

from app.web.context import site_settings
from app.web.headers import say_changed
from app.web.render import render_text
from app.web.seo import absolute

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Entry(Protocol):
    """One entry: `id_path` never changes, `path` is where it is read, `html` the sanitised text."""

    @property
    def id_path(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def tags(self) -> Sequence[str]: ...


def atom_feed(title: str, feed_path: str, page_path: str, entries: Sequence[Entry]) -> Response:
    """Return a feed whose `updated` is that of its newest entry, so that an unchanged feed keeps its ETag."""
    updated = max((entry.updated_at for entry in entries), default=_NEVER)
    xml = render_text(
        "feeds/atom.xml",
        title=title,
        site_name=site_settings().site_name,
        base_url=site_settings().base_url,
        feed_url=absolute(feed_path),
        page_url=absolute(page_path),
        entries=entries,
        updated_at=updated,
        absolute=absolute,
    )
    response = Response(xml, mimetype="application/atom+xml")
    say_changed(response, updated if entries else None)
    return response
