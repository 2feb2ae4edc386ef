"""Numbered pages without counting: one row more than shown is read, and tells whether there is a next page."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct

T = TypeVar("T")
MAX_PAGE = 100_000


def parse_page(raw: str | None) -> int:
    """Return the page number (from 1) that `raw` asks for; raise NotFound for anything that is none."""
    if raw is None or raw == "":
        return 1
    if not raw.isascii() or not raw.isdigit() or len(raw) > 6 or not 1 <= int(raw) <= MAX_PAGE:
        raise NotFound(_("There is no such page."))
    return int(raw)


class Page(Struct, Generic[T], frozen=True):
    """One page of a list. `number` counts from 1; `total_pages` is None where counting would cost too much."""

    items: tuple[T, ...]
    number: int
    per_page: int
    has_next: bool
    total_pages: int | None = None

    @classmethod
    def from_rows(cls, rows: Sequence[T], number: int, per_page: int) -> "Page[T]":
        """Build a page from up to `per_page + 1` rows; raise NotFound past the end."""
        if not rows and number > 1:
            raise NotFound(_("There is no such page."))
        return cls(tuple(rows[:per_page]), number, per_page, len(rows) > per_page)

    @classmethod
    def of_total(cls, rows: Sequence[T], number: int, per_page: int, total: int) -> "Page[T]":
        """Build a page whose number of pages is known from a stored count; raise NotFound past the end."""
        pages = max(1, -(-total // per_page))
        if number > pages:
            raise NotFound(_("There is no such page."))
        return cls(tuple(rows[:per_page]), number, per_page, number < pages, pages)

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def window(number: int, per_page: int) -> tuple[int, int]:
    """Return (offset, limit) for a page, with one row more than is shown."""
    return (number - 1) * per_page, per_page + 1
