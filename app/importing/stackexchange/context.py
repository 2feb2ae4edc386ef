"""What all steps of one import share: the dump, the report, where things go, and the way to write."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from app.core.uow import unit_of_work
from app.importing.reader import Dump, Skipped, VoteTotals
from app.importing.stackexchange.records import note_begun
from app.importing.stackexchange.report import ImportReport

BATCH = 500
Row = TypeVar("Row")


@dataclass
class Import:
    """One run of an import.

    `source` is the site's name in the records, `own_host` the host of this site. `accepted` maps an accepted answer to
    its question, both by their ids there; it is filled while questions are read.
    """

    dump: Dump
    source: str
    category_id: int
    own_host: str
    report: ImportReport
    has_begun: bool = False
    votes: dict[int, VoteTotals] = field(default_factory=dict)
    accepted: dict[int, int] = field(default_factory=dict)

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
        """Yield the wanted rows by the batch; what could not be read goes into the report as `kind` ("" for nowhere)."""
        batch: list[Row] = []
        for row in rows:
            if isinstance(row, Skipped):
                if kind:
                    self.report.unreadable(kind, row)
                continue
            if wanted(row):
                batch.append(row)
            if len(batch) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch
