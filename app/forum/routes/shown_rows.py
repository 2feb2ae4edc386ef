"""The rows of lists as HTML: first pages are remembered until a thread changes, so that a list is neither read nor written out again."""

from collections.abc import Sequence
from typing import cast

from flask import current_app
from jinja2.runtime import Macro
from markupsafe import Markup

from app.core.actor import Actor
from app.core.i18n import current_language
from app.core.pagination import Page
from app.forum.queries.categories import reader_of
from app.forum.queries.lists import ThreadRow, list_pinned_threads, list_threads
from app.web.marking import SITE, THREADS
from app.web.pieces import Pieces
from app.web.remembering import remember
from app.web.render import macro

# The level of the headings of rows right under the title of a page.
LEVEL = 2


def show_threads(
    actor: Actor,
    *,
    view: str,
    kind: str | None = None,
    category: int | None = None,
    tag: int | None = None,
    version: int | None = None,
    page: int = 1,
    is_small: bool = False,
) -> Page[Markup]:
    """Return a page of `list_threads`, each row as HTML. Raises NotFound past the end."""

    def make() -> Page[Markup]:
        rows = list_threads(
            actor, view=view, kind=kind, category=category, tag=tag, version=version, page=page, is_small=is_small
        )
        return Page(_shown(rows.items, LEVEL), rows.number, rows.per_page, rows.has_next)

    if page > 1:  # asked for too rarely
        return make()
    name = ("rows", current_language(), view, kind, category, tag, version)
    return remember(reader_of(actor), name, (THREADS, SITE), make)


def show_pinned(actor: Actor, category: int) -> tuple[Markup, ...]:
    """Return the rows of what is pinned to the top of a category."""
    name = ("pinned rows", current_language(), category)
    return remember(reader_of(actor), name, (THREADS, SITE), lambda: _shown(list_pinned_threads(actor, category), LEVEL + 1))


def _shown(rows: Sequence[ThreadRow], level: int) -> tuple[Markup, ...]:
    """Return rows as HTML: pieces, so that lists with the same thread share its row."""
    pieces = cast(Pieces, current_app.extensions["pieces"])
    thread_row = cast(Macro, macro("components/thread_row.html", "thread_row"))
    return pieces.show_each(thread_row, rows, level, 0)
