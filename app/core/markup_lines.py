"""What a single line of Markdown can be: a fence, a marker, a rule, the head of a table; and how far it is indented.

Owns the patterns for lines, each linear in the length of the line. Must not build elements: `core.markup_blocks` does.
"""

import re
from collections.abc import Sequence

from app.core.markup_state import MAX_COLUMNS

TAB = 4
FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)[ \t]*+([^`]*)$")
HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
SETEXT = re.compile(r" {0,3}(={3,}|-{3,})[ \t]*$")
QUOTE = re.compile(r" {0,3}> ?")
MARKER = re.compile(r"[ \t]*([-*+]|(\d{1,9})[.)])(?:([ \t]+)(?=\S)|[ \t]*$)")
REFERENCE = re.compile(
    r" {0,3}\[([^\[\]\n]{1,200})\]:[ \t]*(?:<([^<>\n]*)>|(\S+))"
    r"(?:[ \t]+(?:\"([^\"]*)\"|'([^']*)'|\(([^()]*)\)))?[ \t]*$"
)
CELL_BORDER = re.compile(r"(?<!\\)\|")

Lines = Sequence[str]


def columns(line: str) -> int:
    """Return the width of the indent of `line`, tabs counted to the next multiple of four."""
    width = 0
    for character in line:
        if character == " ":
            width += 1
        elif character == "\t":
            width += TAB - width % TAB
        else:
            break
    return width


def drop_columns(line: str, count: int) -> str:
    """Return `line` without at most `count` columns of indent; a tab is split only when it straddles the border."""
    width = 0
    for index, character in enumerate(line):
        if width >= count or character not in " \t":
            return " " * (width - count) + line[index:]
        width += 1 if character == " " else TAB - width % TAB
    return " " * (width - count)


def is_rule(line: str) -> bool:
    """Return whether `line` is a thematic break: three or more of one of `*`, `-`, `_`."""
    marks = line.replace(" ", "").replace("\t", "")
    return len(marks) >= 3 and marks[0] in "*-_" and marks == marks[0] * len(marks) and columns(line) < TAB


def list_marker(line: str, indent_limit: int = TAB) -> re.Match[str] | None:
    """Return the match of a bullet or number that starts `line`, or None."""
    marker = MARKER.match(line)
    if not marker or columns(line) >= indent_limit or is_rule(line):
        return None
    return marker


def split_row(line: str) -> list[str]:
    """Return the cells of a table row; `\\|` is a literal bar."""
    inner = line.strip().removeprefix("|")
    cells = CELL_BORDER.split(inner)
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [cell.strip().replace("\\|", "|") for cell in cells]


def table_header(lines: Lines, at: int) -> tuple[list[str], list[str]] | None:
    """Return (names, alignment classes) when a table starts at this line, otherwise None."""
    if at + 1 >= len(lines) or "|" not in lines[at]:
        return None
    under = lines[at + 1]
    if "|" not in under or "-" not in under or under.strip(" \t|:-"):
        return None
    names, marks = split_row(lines[at]), split_row(under)
    if len(names) != len(marks) or len(names) > MAX_COLUMNS or not all("-" in mark for mark in marks):
        return None
    return names, [_alignment(mark) for mark in marks]


def _alignment(mark: str) -> str:
    if mark.endswith(":"):
        return "align-center" if mark.startswith(":") else "align-right"
    return ""


def closes_fence(line: str, mark: str) -> bool:
    """Return whether `line` ends a fence opened with `mark`."""
    bare = line.strip()
    return len(bare) >= len(mark) and bare == mark[0] * len(bare) and columns(line) < TAB


def fence_after(fence: str, line: str) -> str:
    """Return the mark of the fence that is open after `line`, or ""."""
    if fence:
        return "" if closes_fence(line, fence) else fence
    opening = FENCE.match(line)
    return opening[1] if opening else ""
