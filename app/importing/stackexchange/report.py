"""What an import read, wrote and left out, so that every difference to the files is explained. Holds no rows of the import."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.core.records import Struct, field
from app.importing.reader import Skipped

EXAMPLES = 3


class KindReport(Struct):
    """One kind of thing. `read` is always the sum of the others: new, known from an earlier run, and left out by reason."""

    imported: int = 0
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return self.imported + self.known + self.skipped.total()

    def as_dict(self) -> dict[str, Any]:
        """Return the part of the report for programs."""
        skipped = [{"reason": why, "count": count, "examples": self.examples[why]} for why, count in self.skipped.items()]
        return {"read": self.read, "imported": self.imported, "known": self.known, "skipped": skipped}

    def skip(self, reason: str, example: object = "", count: int = 1) -> None:
        """Note that something was left out and why, with an example to look at."""
        self.skipped[reason] += count
        examples = self.examples.setdefault(reason, [])
        if example and len(examples) < EXAMPLES:
            examples.append(str(example))


class ImportReport(Struct):
    """The whole import. `notes` count what came in, but not quite as it was."""

    source: str
    kinds: dict[str, KindReport] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def of(self, kind: str) -> KindReport:
        """Return the part about one kind; the order of first use is the order shown."""
        return self.kinds.setdefault(kind, KindReport())

    def unreadable(self, kind: str, row: Skipped) -> None:
        """Note a row that the reader could not make sense of."""
        self.of(kind).skip(f"{row.file}: {row.reason}", row.row_id)

    @property
    def imported(self) -> int:
        return sum(kind.imported for kind in self.kinds.values())

    @property
    def posts_a_second(self) -> float:
        posts = sum(self.kinds[kind].imported for kind in ("questions", "answers") if kind in self.kinds)
        return posts / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the report for programs."""
        kinds = {name: kind.as_dict() for name, kind in self.kinds.items()}
        speed = {"seconds": round(self.seconds, 2), "posts_a_second": round(self.posts_a_second, 1)}
        return {"source": self.source, "kinds": kinds, "notes": dict(self.notes), **speed}

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield f"{'':<12} {'read':>9} {'imported':>9} {'before':>9} {'left out':>9}"
        for name, kind in self.kinds.items():
            yield f"{name:<12} {kind.read:>9,} {kind.imported:>9,} {kind.known:>9,} {kind.skipped.total():>9,}"
        for name, kind in self.kinds.items():
            for reason, count in kind.skipped.most_common():
                examples = ", ".join(kind.examples[reason])
                yield f"Left out of {name}: {count:,} {reason}{f' (for example {examples})' if examples else ''}"
        for note, count in self.notes.items():
            yield f"Note: {count:,} {note}"
        yield f"Took {self.seconds:,.1f} s ({self.posts_a_second:,.0f} posts a second)."
