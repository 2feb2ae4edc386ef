"""Articles as blocks: parts that are moved, split, edited and removed one by one, each knowing where its words came from.

Pure values; must not read anything. What a browser sends never says where a block came from: `retype` takes that from blocks
that are known. Markdown is made of blocks in `assembling`.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.records import Struct, replace
from app.kb.models import SourceRole

MAX_BLOCKS = 80
TITLE_LIMIT = 200
_KEY = re.compile(r"[a-z0-9]{1,16}")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")


class Origin(Struct, frozen=True):
    """The post, and the revision of it, that a block was taken from."""

    post_id: int
    revision: int
    hash: str
    author_id: int | None
    thread_id: int


class Block(Struct, frozen=True):
    """One part of an article. An empty title goes on under the heading above.

    `taken` is the hash of the words as they were taken over; "" when they were changed before, or come from nowhere. `above`: of a
    removed block, the keys of the blocks that stood above it, the nearest first; None for blocks in their place.
    """

    key: str
    role: SourceRole
    title: str = ""
    body: str = ""
    sources: tuple[Origin, ...] = ()
    taken: str = ""
    above: tuple[str, ...] | None = None

    @property
    def is_edited(self) -> bool:
        """Whether the words differ from those of the source."""
        return bool(self.sources) and self.taken != hash_words(self.body)

    @property
    def is_empty(self) -> bool:
        return not self.body.strip()


def new_key() -> str:
    """Return a key that no other block has."""
    return secrets.token_hex(5)


def hash_words(body: str) -> str:
    """Return the fingerprint of a block's words; space around them does not count."""
    return hashlib.sha256(body.strip().encode()).hexdigest()


def taken_block(role: SourceRole, body: str, origin: Origin, title: str = "") -> Block:
    """Return a new block whose words are those of a post."""
    return Block(new_key(), role, title, body, (origin,), hash_words(body))


def dump_blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Return blocks as they are stored."""
    return [
        {
            "key": block.key, "role": str(block.role), "title": block.title, "body": block.body, "is_edited": block.is_edited,
            "taken": block.taken, **({} if block.above is None else {"above": list(block.above)}),
            "sources": [
                {"post_id": o.post_id, "revision": o.revision, "hash": o.hash, "author_id": o.author_id, "thread_id": o.thread_id}
                for o in block.sources
            ],
        }
        for block in blocks
    ]  # fmt: skip


def load_blocks(stored: Iterable[Mapping[str, Any]]) -> tuple[Block, ...]:
    """Return stored blocks as values."""
    return tuple(
        Block(
            one["key"], SourceRole(one["role"]), one["title"], one["body"],
            tuple(Origin(**origin) for origin in one["sources"]), one.get("taken", ""),
            None if one.get("above") is None else tuple(one["above"]),
        )
        for one in stored
    )  # fmt: skip


def retype(known: Iterable[Block], typed: Sequence[tuple[str, str, str, str]]) -> tuple[Block, ...]:
    """Return the blocks that were typed as (key, role, title, body), each with the sources it is known to have.

    Raises Invalid for too many blocks, doubled or impossible keys, and headings that are too long.
    """
    keys = [key for key, *_rest in typed]
    if len(keys) > MAX_BLOCKS:
        raise Invalid(_("An article has at most %(max_blocks)s blocks. Please put some together.", max_blocks=MAX_BLOCKS))
    if len(set(keys)) != len(keys) or not all(_KEY.fullmatch(key) for key in keys):
        raise Invalid(_("The blocks of this page got mixed up. Please open the editor again: your last draft is there."))
    by_key = {block.key: block for block in known}
    blocks = []
    for key, role, title, body in typed:
        if len(title) > TITLE_LIMIT:
            raise Invalid(
                _(
                    "Please shorten the heading “%(title)s…” to %(title_limit)s characters.",
                    title=title[:40],
                    title_limit=TITLE_LIMIT,
                )
            )
        old = by_key.get(key, Block(key, SourceRole.OTHER))
        chosen = SourceRole(role) if role in set(SourceRole) else old.role
        blocks.append(replace(old, role=chosen, title=title, body=body))
    return tuple(blocks)


def move(blocks: Sequence[Block], key: str, step: int) -> tuple[Block, ...]:
    """Return the blocks with one of them a step up (-1) or down (1); at the end of the row nothing changes."""
    order = list(blocks)
    at = _index(order, key)
    order.insert(min(len(order) - 1, max(0, at + step)), order.pop(at))
    return tuple(order)


def remove(blocks: Sequence[Block], key: str) -> tuple[tuple[Block, ...], Block]:
    """Return the blocks without one of them, and that one, which remembers its place."""
    at = _index(blocks, key)
    return (*blocks[:at], *blocks[at + 1 :]), replace(blocks[at], above=tuple(block.key for block in reversed(blocks[:at])))


def put_back(blocks: Sequence[Block], gone: Block) -> tuple[Block, ...]:
    """Return the blocks with a removed one below the nearest block that stood above it, or on top when none of them is left.

    One that does not know its place goes to the end. Raises Invalid for too many.
    """
    block = replace(gone, above=None)
    if gone.above is None:
        return insert_below(blocks, "", block)
    standing = {one.key for one in blocks}
    nearest = next((key for key in gone.above if key in standing), None)
    if nearest is not None:
        return insert_below(blocks, nearest, block)
    return (block, *insert_below(blocks, "", block)[:-1])


def insert_below(blocks: Sequence[Block], key: str, block: Block) -> tuple[Block, ...]:
    """Return the blocks with a new one below another; an empty key puts it at the end. Raises Invalid for too many."""
    if len(blocks) >= MAX_BLOCKS:
        raise Invalid(_("An article has at most %(max_blocks)s blocks. Please put some together.", max_blocks=MAX_BLOCKS))
    at = _index(blocks, key) + 1 if key else len(blocks)
    return (*blocks[:at], block, *blocks[at:])


def split(blocks: Sequence[Block], key: str, after: int) -> tuple[Block, ...]:
    """Return the blocks with one of them cut in two after its paragraph number `after` (from 1); both keep the sources.

    Raises Invalid when there is nothing below or above the cut.
    """
    at = _index(blocks, key)
    whole = blocks[at]
    parts = paragraphs(whole.body)
    if not 0 < after < len(parts):
        raise Invalid(_("A block is split between two paragraphs, and this one has no second paragraph there."))
    halves = ("\n\n".join(parts[:after]), "\n\n".join(parts[after:]))
    first, second = (replace(whole, body=half, taken="" if whole.is_edited else hash_words(half)) for half in halves)
    return insert_below((*blocks[:at], first, *blocks[at + 1 :]), key, replace(second, key=new_key(), title=""))


def paragraphs(body: str) -> list[str]:
    """Return the paragraphs of a text: what stands between empty lines, code with its empty lines in one piece."""
    found: list[list[str]] = [[]]
    fence = ""
    for line in body.strip("\n").split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif mark:
            fence = mark[1]
        if line.strip() or fence:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def origins_of(blocks: Iterable[Block]) -> list[Origin]:
    """Return where blocks come from, each post and revision once, in their order."""
    return list({(o.post_id, o.revision): o for block in blocks for o in block.sources}.values())


def _index(blocks: Sequence[Block], key: str) -> int:
    for index, block in enumerate(blocks):
        if block.key == key:
            return index
    raise Invalid(_("This block is not there any more. Please look again."))
