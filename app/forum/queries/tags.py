"""Reading tags. Only tags of at least one public listed thread are listed, so that no name of an inner topic leaks."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from app.core.actor import ANONYMOUS
from app.core.db import read
from app.core.pagination import Page, window
from app.forum.models import Tag, ThreadTag
from app.forum.urls import tag_path
from app.web.marking import SITE, THREADS
from app.web.remembering import remember

PER_PAGE = 60


class TagRow(NamedTuple):
    """A tag with the number of its public listed threads."""

    id: int
    name: str
    description: str
    thread_count: int

    @property
    def path(self) -> str:
        return tag_path(self.name)


_COLUMNS = (Tag.id, Tag.name, Tag.description, Tag.thread_count)
_POPULAR = (
    sa.select(*_COLUMNS).where(Tag.thread_count > 0).order_by(Tag.thread_count.desc(), Tag.name).limit(sa.bindparam("limit"))
)
_BY_NAME = sa.select(*_COLUMNS).where(Tag.name == sa.bindparam("name"))
_OF_THREADS = (
    sa.select(ThreadTag.thread_id, Tag.name)
    .join(Tag, Tag.id == ThreadTag.tag_id)
    .where(ThreadTag.thread_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(ThreadTag.thread_id, ThreadTag.position, Tag.name)
)


def list_popular_tags(limit: int = 15) -> tuple[TagRow, ...]:
    """Return the tags with the most public threads: remembered while nothing about tags and threads changes."""
    return remember(
        ANONYMOUS, ("popular tags", limit), (SITE, THREADS), lambda: tuple(map(TagRow._make, read(_POPULAR, {"limit": limit})))
    )


def list_tags(*, prefix: str = "", by_name: bool = False, page: int = 1) -> Page[TagRow]:
    """Return a page of tags that begin with `prefix`, by number of threads or by name."""
    offset, limit = window(page, PER_PAGE)
    statement = sa.select(*_COLUMNS).where(Tag.thread_count > 0)
    if prefix:
        statement = statement.where(Tag.name.startswith(prefix.lower(), autoescape=True))
    order = (Tag.name,) if by_name else (Tag.thread_count.desc(), Tag.name)
    rows = read(statement.order_by(*order).offset(offset).limit(limit))
    return Page.from_rows([TagRow(*row) for row in rows], page, PER_PAGE)


def find_tag(name: str) -> TagRow | None:
    """Return a tag by its exact name: remembered like the popular ones. That there is none is not, because anybody asks for anything."""
    try:
        return remember(ANONYMOUS, ("tag", name), (SITE, THREADS), lambda: TagRow._make(read(_BY_NAME, {"name": name}).one()))
    except sa.exc.NoResultFound:
        return None


def tags_of_threads(thread_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the names of the tags of each thread, in the order their authors gave."""
    if not thread_ids:
        return {}
    found: dict[int, list[str]] = {}
    for thread_id, name in read(_OF_THREADS, {"ids": list(thread_ids)}):
        found.setdefault(thread_id, []).append(name)
    return {thread_id: tuple(names) for thread_id, names in found.items()}
