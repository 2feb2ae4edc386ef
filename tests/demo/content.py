"""Reads demo/ by the rules of demo/README.md for its tests; must not know the database or any feature."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parents[2] / "demo"
HEADER = re.compile(r"\+\+\+(?: (answer|reply|comment|edit))?")
OUTCOMES = {
    "confirmed_by_asker",
    "confirmed_by_other",
    "judged_by_staff",
    "solved_elsewhere",
    "workaround",
    "no_longer_relevant",
    "likely",
    "refuted",
}


@dataclass
class Block:
    """One block of a file: its word ("opening" for the first), its TOML and its Markdown."""

    word: str
    data: dict[str, Any]
    body: str


@dataclass
class Thread:
    """A thread file: the opening, its posts in file order, and every block in file order."""

    stem: str
    opening: Block
    blocks: list[Block]
    posts: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.posts = [block for block in self.blocks if block.word in ("answer", "reply")]

    def get(self, key: str, default: Any = None) -> Any:
        """A key of the opening block."""
        return self.opening.data.get(key, default)


def split_blocks(text: str) -> list[Block]:
    """The blocks of a content file by the rule in demo/README.md; raises ValueError for a broken file."""
    lines, at, blocks = text.splitlines(), 0, []
    while at < len(lines):
        header = HEADER.fullmatch(lines[at])
        if header is None or (header[1] is None) != (at == 0):
            raise ValueError(f"line {at + 1}: not the start of a block")
        end = lines.index("+++", at + 1)
        stop = next((i for i in range(end + 1, len(lines)) if lines[i].startswith("+++")), len(lines))
        data = tomllib.loads("\n".join(lines[at + 1 : end]))
        blocks.append(Block(header[1] or "opening", data, "\n".join(lines[end + 1 : stop]).strip()))
        at = stop
    return blocks


@cache
def community() -> dict[str, Any]:
    """The whole of community.toml."""
    return tomllib.loads((DEMO / "community.toml").read_text(encoding="utf-8"))


def names(table: str, key: str = "name") -> set[str]:
    """The values of one key in a table of community.toml."""
    return {row[key] for row in community()[table]}


@cache
def people() -> dict[str, dict[str, Any]]:
    """The people by handle."""
    return {row["name"]: row for row in community()["person"]}


@cache
def threads() -> dict[str, Thread]:
    """The threads by file stem."""
    found = {}
    for path in sorted((DEMO / "threads").glob("*.md")):
        opening, *rest = split_blocks(path.read_text(encoding="utf-8"))
        found[path.stem] = Thread(path.stem, opening, rest)
    return found


@cache
def articles() -> dict[str, Block]:
    """The articles by file stem; each is one block."""
    found = {}
    for path in sorted((DEMO / "articles").glob("*.md")):
        (found[path.stem],) = split_blocks(path.read_text(encoding="utf-8"))
    return found


def audience(thread: Thread) -> str:
    """Who may read a thread: the audience of its category."""
    rows = {row["slug"]: row["audience"] for row in community()["category"]}
    return str(rows[thread.get("category")])


def heading_slugs(body: str) -> set[str]:
    """The slugs of the second-level headings of an article."""
    heads = re.findall(r"^## (.+)$", body, flags=re.M)
    return {re.sub(r"[^a-z0-9]+", "-", head.lower()).strip("-") for head in heads}


def dated_actions(thread: Thread) -> list[tuple[str, float]]:
    """Everything somebody did in a thread after opening it: (handle, hours after)."""
    data, found = thread.opening.data, []
    found += [(block.data["author"], block.data["hours_after"]) for block in thread.blocks]
    found += [(row.get("by", data["author"]), row["hours_after"]) for row in data.get("outcome", [])]
    found += [(row["by"], row["hours_after"]) for row in data.get("flags", []) + data.get("withdrawn", [])]
    rows = [data[key] for key in ("locked", "archived", "slowed", "closed", "hidden", "needs_info") if key in data]
    found += [(row["by"], row["hours_after"]) for row in rows]
    by = data.get("accepted_by", data["author"])
    return found + [(by, hours) for hours in data.get("accepted_hours_after", [])]


def voters(thread: Thread) -> set[str]:
    """Everybody who voted on, follows or shares a thread."""
    found: set[str] = set()
    for block in [thread.opening, *thread.blocks]:
        for key in ("up", "down", "me_too", "followers"):
            found |= set(block.data.get(key, []))
    return found
