"""Two people edited the same article: what each changed since the version both began with, and one text of both.

Pure; must not read anything. What only one of them changed is taken over; what both changed differently is never decided here:
it is a conflict until somebody chooses. Nothing that anybody wrote is left out unseen.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct, field, replace
from app.kb.services.blocks import Block

FIELDS = {
    "title": lazy_gettext("Title"),
    "summary": lazy_gettext("Summary"),
    "applies_to": lazy_gettext("Applies to"),
    "asked_as": lazy_gettext("Also asked as"),
}
MAX_LINES = 4_000


class Outcome(StrEnum):
    """Who changed a part, and whether a person has to decide."""

    THEIRS = "theirs"
    YOURS = "yours"
    MERGED = "merged"
    CONFLICT = "conflict"


class Version(Struct, frozen=True):
    """One of the three texts: its fields by name, and its blocks."""

    fields: Mapping[str, str]
    blocks: tuple[Block, ...]


class Part(Struct, frozen=True):
    """A field, or the heading or the words of a block, that the two texts do not share. None: the block is not there.

    `result` is what both come to; of a conflict it holds what each wrote, one after the other.
    """

    name: str
    label: str
    base: str | None
    theirs: str | None
    yours: str | None
    result: str | None
    outcome: Outcome


class Merge(Struct, frozen=True):
    """The parts that differ, in the order of the article, and the text that follows when nobody decides otherwise.

    `blocks` also has those that one side removed; `dropped` are the keys of those that nobody needs to decide about.
    """

    parts: tuple[Part, ...]
    fields: dict[str, str]
    blocks: tuple[Block, ...]
    dropped: frozenset[str] = frozenset()
    is_reordered: bool = False

    @property
    def conflicts(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.outcome is Outcome.CONFLICT)


class _Work(Struct):
    """The parts found so far, and the blocks that are left out."""

    parts: list[Part] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)

    def settle(self, name: str, label: str, base: str | None, theirs: str | None, yours: str | None) -> str | None:
        """Return what three versions of a text come to, and note the part when two of them differ."""
        if theirs == yours:
            return theirs
        if yours == base:
            result, outcome = theirs, Outcome.THEIRS
        elif theirs == base:
            result, outcome = yours, Outcome.YOURS
        elif theirs is None or yours is None:
            result, outcome = theirs if yours is None else yours, Outcome.CONFLICT
        else:
            result, is_clean = merge_lines(base or "", theirs, yours)
            outcome = Outcome.MERGED if is_clean else Outcome.CONFLICT
        self.parts.append(Part(name, label, base, theirs, yours, result, outcome))
        return result


def merge_versions(base: Version, theirs: Version, yours: Version) -> Merge:
    """Return what both texts come to, with every part in which they differ."""
    work = _Work()
    fields = {
        name: work.settle(name, label, *(version.fields.get(name, "") for version in (base, theirs, yours))) or ""
        for name, label in FIELDS.items()
    }
    three = [{block.key: block for block in version.blocks} for version in (base, theirs, yours)]
    order = merge_order(*([block.key for block in version.blocks] for version in (base, theirs, yours)))
    blocks = [block for key in order if (block := _merge_block(work, key, *(side.get(key) for side in three)))]
    shared = [key for key in three[1] if key in three[2]]
    is_reordered = shared != [key for key in three[2] if key in three[1]]
    return Merge(tuple(work.parts), fields, tuple(blocks), frozenset(work.dropped), is_reordered)


def _merge_block(work: _Work, key: str, base: Block | None, theirs: Block | None, yours: Block | None) -> Block | None:
    """Return the block that three versions of it come to; None when both sides removed it."""
    name = _name_of(base or theirs or yours)
    body = work.settle(f"block-{key}-body", name, *(block.body if block else None for block in (base, theirs, yours)))
    if not (standing := theirs or yours):
        return None
    if body is None:
        work.dropped.add(key)
    if not (theirs and yours):
        return standing
    title = work.settle(
        f"block-{key}-title", _("%(name)s: heading", name=name), base.title if base else "", theirs.title, yours.title
    )
    newer = yours if base is None or theirs == base else theirs
    role = yours.role if base is None or yours.role != base.role else theirs.role
    return replace(newer, title=title or "", body=body or "", role=role)


def _name_of(block: Block | None) -> str:
    if block is None:
        return _("Block")
    return block.title or " ".join(block.body.split())[:60] or _("An empty block")


def resolve(
    merge: Merge, picks: Mapping[str, str], typed: Mapping[str, str]
) -> tuple[dict[str, str], tuple[Block, ...], list[str]]:
    """Return fields and blocks as somebody decided, and the labels of conflicts that they left open.

    `picks` says "theirs", "yours" or "typed" for the name of a part; `typed` has the text they wrote for it.
    """
    chosen: dict[str, str | None] = {}
    undecided = []
    for part in merge.parts:
        pick = picks.get(part.name, "")
        if pick in (Outcome.THEIRS, Outcome.YOURS):
            chosen[part.name] = part.theirs if pick == Outcome.THEIRS else part.yours
        elif pick == "typed" and part.name in typed:
            chosen[part.name] = typed[part.name]
        elif part.outcome is Outcome.CONFLICT:
            undecided.append(part.label)
    fields = {name: chosen[name] or "" if name in chosen else text for name, text in merge.fields.items()}
    return fields, tuple(_chosen_blocks(merge, chosen)), undecided


def _chosen_blocks(merge: Merge, chosen: Mapping[str, str | None]) -> Iterable[Block]:
    for block in merge.blocks:
        body = chosen.get(f"block-{block.key}-body", None if block.key in merge.dropped else block.body)
        if body is not None:
            yield replace(block, body=body, title=chosen.get(f"block-{block.key}-title", block.title) or "")


def merge_order(base: Sequence[str], theirs: Sequence[str], yours: Sequence[str]) -> list[str]:
    """Return all keys that either side has, in the order of whoever changed it (theirs when both did); additions follow what they
    stood below.
    """
    kept = set(base) & set(theirs) & set(yours)
    is_theirs_moved = [key for key in base if key in kept] != [key for key in theirs if key in kept]
    first, second = (theirs, yours) if is_theirs_moved else (yours, theirs)
    order = list(first)
    for index, key in enumerate(second):
        if key not in order:
            above = next((other for other in reversed(second[:index]) if other in order), None)
            order.insert(order.index(above) + 1 if above is not None else 0, key)
    return order


def merge_lines(base: str, theirs: str, yours: str) -> tuple[str, bool]:
    """Return one text of two that were made from `base`, and whether no line was changed by both.

    Where both changed the same lines, theirs come first and then yours. Very long texts are not searched.
    """
    old, left, right = base.split("\n"), theirs.split("\n"), yours.split("\n")
    if max(len(old), len(left), len(right)) > MAX_LINES:
        return f"{theirs}\n\n{yours}", False
    out: list[str] = []
    is_clean = True
    at = (0, 0, 0)
    for start, left_start, right_start, length in [*_common(old, left, right), (len(old), len(left), len(right), 0)]:
        was, one, other = old[at[0] : start], left[at[1] : left_start], right[at[2] : right_start]
        if one == other or other == was:
            out.extend(one)
        elif one == was:
            out.extend(other)
        else:
            is_clean = False
            out.extend([*one, *([""] if one and other else []), *other])
        out.extend(old[start : start + length])
        at = (start + length, left_start + length, right_start + length)
    return "\n".join(out), is_clean


def _common(old: Sequence[str], left: Sequence[str], right: Sequence[str]) -> Iterable[tuple[int, int, int, int]]:
    """Yield (start in old, in left, in right, length) of the runs of lines that all three share, in order."""
    lefts = SequenceMatcher(None, old, left, autojunk=False).get_matching_blocks()
    rights = SequenceMatcher(None, old, right, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(lefts) and j < len(rights):
        one, other = lefts[i], rights[j]
        start, end = max(one.a, other.a), min(one.a + one.size, other.a + other.size)
        if start < end:
            yield start, one.b + start - one.a, other.b + start - other.a, end - start
        if one.a + one.size <= other.a + other.size:
            i += 1
        else:
            j += 1
