"""What an import of articles did: how many of each fate, and why anything was left out."""

from collections import Counter
from enum import StrEnum
from typing import Any

from app.core.records import Struct, field

EXAMPLES = 20


class Fate(StrEnum):
    """What became of one file."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"


class Report(Struct):
    """The whole import. `left_out` is (path, why); `sections` counts those that were made."""

    fates: Counter[Fate] = field(default_factory=Counter)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    sections: int = 0
    images: int = 0
    seconds: float = 0.0

    def leave_out(self, path: str, reason: str) -> None:
        """Note a file that was not taken, and why."""
        self.fates[Fate.LEFT_OUT] += 1
        self.left_out.append((path, reason))

    @property
    def has_changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.fates[Fate.NEW] or self.fates[Fate.UPDATED])

    def as_dict(self) -> dict[str, Any]:
        """Return the report for programs."""
        counts = {fate.value.replace(" ", "_"): self.fates[fate] for fate in Fate}
        reasons = [{"path": path, "reason": reason} for path, reason in self.left_out]
        return {**counts, "sections": self.sections, "images": self.images, "reasons": reasons, "seconds": round(self.seconds, 2)}

    def lines(self) -> list[str]:
        """Return the report for people."""
        counts = ", ".join(f"{self.fates[fate]:,} {fate.value}" for fate in Fate)
        extra = "".join(
            f"; {number:,} {name}{'s' if number != 1 else ''} added"
            for number, name in ((self.sections, "section"), (self.images, "image"))
            if number
        )
        lines = [f"Articles: {counts}{extra}. Took {self.seconds:.1f} s."]
        lines += [f"Left out {path}: {reason}" for path, reason in self.left_out[:EXAMPLES]]
        if len(self.left_out) > EXAMPLES:
            lines.append(f"... and {len(self.left_out) - EXAMPLES:,} more.")
        return lines
