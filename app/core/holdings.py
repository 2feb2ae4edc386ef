"""What is kept about people: one line for each column that names a person, declared by the package that owns the table.

Exports, erasing and merging go through these lines (app/privacy), and a test compares them with the tables, so that no column
is forgotten. Knows no table itself.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa

from app.core.records import Struct


class OnErasing(StrEnum):
    """What becomes of a row when the person it names is erased."""

    DELETE = "delete"  # the row is about nobody else
    FORGET = "forget"  # the row stays and names nobody
    KEEP = "keep"  # the row stays with the person's row, which has no name any more


class OnMerging(StrEnum):
    """What becomes of a row when the person it names turns out to be somebody with another account."""

    MOVE = "move"
    DROP = "drop"
    STAY = "stay"


class Holding(Struct, frozen=True):
    """One column that names a person.

    `section` is the list of the export that its rows are in ("" with the reason in `words`: they are not exported).
    `leave_out`: columns that the export does not repeat; other people's ids are never in it. `blank`: the person's own words
    that are emptied although the row stays. `unique_with`: the columns that together with the person are a key. `address` gives
    the path of what a row is about. `value_of` gives what the column holds for a person, where that is not their id.
    `closed` gives the condition that a row stands where the person may not read any more; of those the export leaves
    `words_of_others` empty, because others may have written them there.
    """

    column: Any
    section: str
    words: str
    erasing: OnErasing
    merging: OnMerging = OnMerging.MOVE
    leave_out: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    unique_with: tuple[str, ...] = ()
    address: Callable[[Mapping[str, Any]], str] | None = None
    value_of: Callable[[int], Any] = int
    closed: Callable[[int], sa.ColumnElement[bool]] | None = None
    words_of_others: tuple[str, ...] = ()

    def names(self, person_id: int) -> sa.ColumnElement[bool]:
        """Return the condition that a row names this person."""
        return cast("sa.ColumnElement[bool]", self.sql == self.value_of(person_id))

    @property
    def table(self) -> sa.Table:
        return self.sql.table

    @property
    def sql(self) -> sa.Column[Any]:
        """The column of the table."""
        return cast("sa.Column[Any]", self.column.property.columns[0])

    @property
    def key(self) -> str:
        """The name of the column with its table: `vote.person_id`."""
        return f"{self.table.name}.{self.sql.name}"


_holdings: dict[str, Holding] = {}


def register_holdings(lines: Iterable[Holding]) -> None:
    """Declare columns; declaring one again replaces its line."""
    for line in lines:
        _holdings[line.key] = line


def holdings() -> tuple[Holding, ...]:
    """Return all lines, in the order of declaration."""
    return tuple(_holdings.values())
