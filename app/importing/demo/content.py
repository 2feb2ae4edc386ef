"""The content files of the demo, read by the rules of demo/README.md. Knows neither the database nor any feature."""

import re
import tomllib
from pathlib import Path
from typing import Any

from app.core.records import Struct
from app.core.settings import PROJECT_ROOT

HEADER = re.compile(r"\+\+\+(?: (answer|reply|comment|edit))?")
OPENING = "opening"


class Block(Struct, frozen=True):
    """One block of a file: its word ("opening" for the first), its TOML and its Markdown."""

    word: str
    data: dict[str, Any]
    body: str


class ThreadFile(Struct, frozen=True):
    """A thread: the opening and what follows, in the order of the file."""

    stem: str
    opening: Block
    rest: tuple[Block, ...]


class ArticleFile(Struct, frozen=True):
    """An article, which has one block."""

    stem: str
    data: dict[str, Any]
    body: str


class DemoContent(Struct, frozen=True):
    """Everything in demo/. `community` is the content of community.toml."""

    community: dict[str, Any]
    threads: tuple[ThreadFile, ...]
    articles: tuple[ArticleFile, ...]


def demo_folder() -> Path:
    """Return the folder of the content: beside the package in a checkout, inside it when installed as a wheel."""
    beside = PROJECT_ROOT / "demo"
    return beside if beside.is_dir() else PROJECT_ROOT / "app" / "demo"


def read_demo(folder: Path | None = None) -> DemoContent:
    """Read all content. Raises ValueError, naming the file, for one that breaks the format, and OSError for a missing folder."""
    folder = folder or demo_folder()
    community = tomllib.loads((folder / "community.toml").read_text(encoding="utf-8"))
    threads = []
    for path in sorted((folder / "threads").glob("*.md")):
        opening, *rest = _read_blocks(path)
        threads.append(ThreadFile(path.stem, opening, tuple(rest)))
    articles = []
    for path in sorted((folder / "articles").glob("*.md")):
        block = _read_blocks(path)[0]
        articles.append(ArticleFile(path.stem, block.data, block.body))
    return DemoContent(community, tuple(threads), tuple(articles))


def _read_blocks(path: Path) -> list[Block]:
    try:
        return split_blocks(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def split_blocks(text: str) -> list[Block]:
    """Return the blocks of a file, at least one. Raises ValueError for a text that breaks the format."""
    lines, at, blocks = text.splitlines(), 0, []
    while at < len(lines):
        header = HEADER.fullmatch(lines[at])
        if header is None or (header[1] is None) != (at == 0):
            raise ValueError(f"line {at + 1} does not start a block")
        end = lines.index("+++", at + 1)
        stop = next((i for i in range(end + 1, len(lines)) if lines[i].startswith("+++")), len(lines))
        data = tomllib.loads("\n".join(lines[at + 1 : end]))
        blocks.append(Block(header[1] or OPENING, data, "\n".join(lines[end + 1 : stop]).strip()))
        at = stop
    if not blocks:
        raise ValueError("the file is empty")
    return blocks
