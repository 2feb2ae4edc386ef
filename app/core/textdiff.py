"""What changed between two texts, for revision pages and for "the source of this passage changed".

Owns the comparison; holds no HTML. A `TextDiff` serves both views: side by side (`row.old`, `row.new`) and one below the
other (`row.spans`). Comparing is bounded: texts that differ too much are shown as replaced instead of searched.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from app.core.records import Struct

MAX_LINE_PAIRS = 1_000_000
"""Lines of the old text times lines of the new that are compared; more are shown as replaced."""
MAX_WORD_PAIRS = 400_000
"""Words times words, over all changed lines of a text; lines beyond are shown as replaced."""
CONTEXT = 3
"""Unchanged lines shown around a change."""

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Change(StrEnum):
    """What happened to a piece of text. `CHANGED` and `GAP` only occur for rows."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    GAP = "gap"


class Span(Struct, frozen=True):
    """A piece of a line; `change` is same, removed or added."""

    change: Change
    text: str


class DiffRow(Struct, frozen=True):
    """One line of the comparison, or a gap of `hidden` unchanged lines. Numbers count from 1; None: not on that side."""

    change: Change
    spans: tuple[Span, ...] = ()
    old_number: int | None = None
    new_number: int | None = None
    hidden: int = 0

    @property
    def old(self) -> tuple[Span, ...]:
        """The line as it was: what is the same and what was removed."""
        return tuple(span for span in self.spans if span.change is not Change.ADDED)

    @property
    def new(self) -> tuple[Span, ...]:
        """The line as it is: what is the same and what was added."""
        return tuple(span for span in self.spans if span.change is not Change.REMOVED)


@dataclass(frozen=True)
class TextDiff:
    """The rows of a comparison. `is_coarse`: the texts differ so much that they were not compared line by line."""

    rows: tuple[DiffRow, ...]
    is_coarse: bool = False

    @cached_property
    def removed_count(self) -> int:
        """Lines that were removed or changed."""
        return sum(row.change in (Change.REMOVED, Change.CHANGED) for row in self.rows)

    @cached_property
    def added_count(self) -> int:
        """Lines that were added or changed."""
        return sum(row.change in (Change.ADDED, Change.CHANGED) for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether both texts are the same."""
        return not self.removed_count and not self.added_count


def diff_lines(old: str, new: str, *, context: int = CONTEXT) -> TextDiff:
    """Return what changed from `old` to `new`, line by line and within lines word by word.

    Unchanged lines further than `context` lines from a change become one gap row; a negative `context` keeps all.
    """
    before, after = old.splitlines(), new.splitlines()
    blocks, is_coarse = _blocks(before, after)
    comparer = _LineComparer()
    rows: list[DiffRow] = []
    for tag, old_start, old_end, new_start, new_end in blocks:
        if tag == "equal":
            rows.extend(
                DiffRow(Change.SAME, _whole(Change.SAME, before[i]), i + 1, i + 1 + new_start - old_start)
                for i in range(old_start, old_end)
            )
        else:
            rows.extend(comparer.rows(before, old_start, old_end, after, new_start, new_end))
    return TextDiff(tuple(_with_gaps(rows, context)), is_coarse)


Block = tuple[str, int, int, int, int]


def _blocks(before: Sequence[str], after: Sequence[str]) -> tuple[list[Block], bool]:
    """Return difflib's opcodes and whether the middle was too large to compare. Equal ends are found first."""
    start = 0
    shortest = min(len(before), len(after))
    while start < shortest and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < shortest - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old_end, new_end = len(before) - tail, len(after) - tail
    blocks: list[Block] = [("equal", 0, start, 0, start)]
    is_coarse = (old_end - start) * (new_end - start) > MAX_LINE_PAIRS
    if is_coarse:
        blocks.append(("replace", start, old_end, start, new_end))
    else:
        matcher = SequenceMatcher(None, before[start:old_end], after[start:new_end], autojunk=False)
        blocks.extend((tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in matcher.get_opcodes())
    blocks.append(("equal", old_end, len(before), new_end, len(after)))
    return blocks, is_coarse


class _LineComparer:
    """Compares changed lines word by word until the budget of one text is spent."""

    def __init__(self) -> None:
        self.pairs_left = MAX_WORD_PAIRS

    def rows(
        self, before: Sequence[str], old_start: int, old_end: int, after: Sequence[str], new_start: int, new_end: int
    ) -> Iterator[DiffRow]:
        """Yield the rows of one replaced block: lines paired in order, then what is left on one side."""
        paired = min(old_end - old_start, new_end - new_start)
        for offset in range(paired):
            i, j = old_start + offset, new_start + offset
            yield DiffRow(Change.CHANGED, self._spans(before[i], after[j]), i + 1, j + 1)
        for i in range(old_start + paired, old_end):
            yield DiffRow(Change.REMOVED, _whole(Change.REMOVED, before[i]), i + 1, None)
        for j in range(new_start + paired, new_end):
            yield DiffRow(Change.ADDED, _whole(Change.ADDED, after[j]), None, j + 1)

    def _spans(self, old: str, new: str) -> tuple[Span, ...]:
        words, others = _WORDS.findall(old), _WORDS.findall(new)
        pairs = len(words) * len(others)
        if pairs > self.pairs_left:
            return _whole(Change.REMOVED, old) + _whole(Change.ADDED, new)
        self.pairs_left -= pairs
        spans: list[Span] = []
        for tag, a, b, c, d in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
            if tag == "equal":
                spans.append(Span(Change.SAME, "".join(words[a:b])))
            else:
                spans.extend(_whole(Change.REMOVED, "".join(words[a:b])))
                spans.extend(_whole(Change.ADDED, "".join(others[c:d])))
        return tuple(spans)


def _whole(change: Change, text: str) -> tuple[Span, ...]:
    return (Span(change, text),) if text else ()


def _with_gaps(rows: Sequence[DiffRow], context: int) -> Iterator[DiffRow]:
    """Yield `rows` with long runs of unchanged lines replaced by gap rows."""
    if context < 0:
        yield from rows
        return
    changed = [index for index, row in enumerate(rows) if row.change is not Change.SAME]
    shown: set[int] = set()
    for index in changed:
        shown.update(range(max(0, index - context), min(len(rows), index + context + 1)))
    hidden = 0
    for index, row in enumerate(rows):
        if index in shown:
            if hidden:
                yield DiffRow(Change.GAP, hidden=hidden)
            hidden = 0
            yield row
        else:
            hidden += 1
    if hidden:
        yield DiffRow(Change.GAP, hidden=hidden)
