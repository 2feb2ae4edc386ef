"""What all steps of one import share: the dump, the report, where things go, and the way to write."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from app.core.records import Struct, field
from app.core.uow import unit_of_work
from app.importing.reader import Dump, Skipped, VoteTotals
from app.importing.stackexchange.records import note_begun
from app.importing.stackexchange.report import ImportReport

BATCH = 500


class _HasId(Protocol):
    """A row of any file."""

    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=_HasId)


class Import(Struct):
    """One run of an import.

    `source` is the site's name in the records, `own_host` the host of this site. `accepted` holds (answer, question), by their
    ids there, of acceptances that were read and not written yet.
    """

    dump: Dump
    source: str
    category_id: int
    own_host: str
    report: ImportReport
    has_begun: bool = False
    votes: dict[int, VoteTotals] = field(default_factory=dict)
    accepted: set[tuple[int, int]] = field(default_factory=set)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One unit of work that also remembers, the first time, that there is an import to finish."""
        with unit_of_work():
            if not self.has_begun:
                note_begun(self.source)
            yield
        self.has_begun = True

    def batches(
        self, rows: Iterable[Row | Skipped], kind: str, wanted: Callable[[Row], bool] = lambda row: True
    ) -> Iterator[list[Row]]:
        """Yield the wanted rows by the batch, no Id twice; the report tells of unreadable ones as `kind` ("": it does not)."""
        batch: dict[int, Row] = {}
        for row in rows:
            if isinstance(row, Skipped):
                if kind:
                    self.report.unreadable(kind, row)
                continue
            if not wanted(row):
                continue
            if row.id in batch:
                self.report.of(kind or "posts").skip("rows that repeat the Id of another", row.id)
            batch.setdefault(row.id, row)
            if len(batch) >= BATCH:
                yield list(batch.values())
                batch = {}
        if batch:
            yield list(batch.values())
