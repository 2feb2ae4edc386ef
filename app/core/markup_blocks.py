"""Block structure of Markdown as forum users type it: what is a paragraph, a list, a quote, a table, code.

Owns the step from lines to an element tree (Markdown's `BlockParser`); the text inside stays raw for the inline step.
Must not touch inline markup or HTML. It replaces the library's own block processors because those need four spaces
for a nested list and a blank line before it, lose unclosed fences, and search the rest of the text again for every
block. Every step here reads each line once per level, and levels are bounded, so the cost is linear.

It follows CommonMark and GitHub's tables where people notice, and is more forgiving where they slip: two spaces nest
a list, a list may follow a line of text, `>!` hides a spoiler.
"""

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable, Sequence

from markdown.blockparser import BlockParser  # type: ignore[import-untyped]
from markdown.util import AtomicString  # type: ignore[import-untyped]

from app.core.markup_lines import (
    FENCE,
    HEADING,
    QUOTE,
    REFERENCE,
    SETEXT,
    TAB,
    Lines,
    closes_fence,
    columns,
    drop_columns,
    fence_after,
    is_rule,
    list_marker,
    split_row,
    table_header,
)
from app.core.markup_state import (
    MAX_DEPTH,
    MAX_PARAGRAPH_LINES,
    MAX_REFERENCES,
    MAX_SPECIALS,
    MAX_URL,
    RenderState,
)

INLINE = re.compile(r"[\\`\[\]<>&*_~@\n]|https?:|www\.", re.IGNORECASE)
SPECIAL = re.compile(r"[\\`\[\]<>&*_~@]|https?:|www\.")

Handler = Callable[[Lines, int, etree.Element, int], int]


class ForumBlockParser(BlockParser):
    """The entry that Markdown calls: a whole document at once."""

    def parseDocument(self, lines: Sequence[str]) -> etree.ElementTree:  # type: ignore[override]
        """Return the tree of `lines`. Raises Invalid when there are too many blocks."""
        root = etree.Element(self.md.doc_tag)
        reader = BlockReader(self.md.references, self.md.state)
        if self.md.state.inline_only:
            reader.read_inline(lines, root)
        else:
            reader.read(lines, root, 0)
        return etree.ElementTree(root)


class BlockReader:
    """Reads lines into elements. Each `_handler(lines, at, parent, depth)` returns the line after what it took, or `at`."""

    def __init__(self, references: dict[str, tuple[str, str | None]], state: RenderState) -> None:
        self.references = references
        self.state = state
        self._handlers: tuple[Handler, ...] = (
            self._fence,
            self._indented_code,
            self._heading,
            self._rule,
            self._quote,
            self._list,
            self._table,
            self._reference,
            self._paragraph,
        )

    def read(self, lines: Lines, parent: etree.Element, depth: int) -> None:
        """Append the blocks of `lines` to `parent`."""
        at = 0
        while at < len(lines):
            if not lines[at].strip():
                at += 1
                continue
            self.state.spend_block()
            at = next(after for handler in self._handlers if (after := handler(lines, at, parent, depth)) > at)

    def read_inline(self, lines: Lines, parent: etree.Element) -> None:
        """Append `lines` as one run of text (a span in the tree), whatever they look like."""
        shown = [line.strip() for line in lines if line.strip()]
        head = "\n".join(shown[:MAX_PARAGRAPH_LINES])
        self._add_text(parent, "span", " ".join([head, *shown[MAX_PARAGRAPH_LINES:]]))

    def _fence(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        opening = FENCE.match(lines[at])
        if not opening:
            return at
        mark, indent = opening[1], columns(lines[at])
        end = at + 1
        while end < len(lines) and not closes_fence(lines[end], mark):
            end += 1
        code = "\n".join(drop_columns(line, indent) for line in lines[at + 1 : end])
        self._add_code(parent, code, opening[2].split(" ")[0].strip("{}.") if opening[2] else "")
        return end + 1

    def _indented_code(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        end = at
        while end < len(lines) and (not lines[end].strip() or columns(lines[end]) >= TAB):
            end += 1
        if end > at:
            self._add_code(parent, "\n".join(drop_columns(line, TAB) for line in lines[at:end]).rstrip(), "")
        return end

    def _add_code(self, parent: etree.Element, code: str, language: str) -> None:
        """Keep the code aside and leave its number in the tree; `core.markup_code` writes it out at the end."""
        etree.SubElement(parent, "pre").text = AtomicString(str(len(self.state.code)))
        self.state.code.append((code, language))

    def _heading(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        opening = HEADING.match(lines[at])
        if not opening or not lines[at][opening.end() :].strip():
            return at
        text = lines[at][opening.end() :].rstrip()
        without_close = text.rstrip("#")
        if not without_close or without_close[-1] in " \t":
            text = without_close.rstrip()
        self._add_text(parent, f"h{len(opening[1])}", text)
        return at + 1

    def _rule(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        if not is_rule(lines[at]):
            return at
        etree.SubElement(parent, "hr")
        return at + 1

    def _quote(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        if depth >= MAX_DEPTH or not QUOTE.match(lines[at]):
            return at
        inner: list[str] = []
        end, fence = at, ""
        while end < len(lines):
            mark = QUOTE.match(lines[end])
            if not mark and (fence or not inner[-1].strip() or self._ends_paragraph(lines, end)):
                break
            inner.append(lines[end][mark.end() :] if mark else lines[end])
            fence = fence_after(fence, inner[-1])
            end += 1
        spoiler = all(line.startswith("!") and line[1:2] != "[" for line in inner if line.strip())
        quote = etree.SubElement(parent, "details" if spoiler else "blockquote")
        if spoiler:
            etree.SubElement(quote, "summary").text = "Spoiler"
            inner = [line[1:].removeprefix(" ") for line in inner]
        self.read(inner, quote, depth + 1)
        return end

    def _list(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        first = list_marker(lines[at])
        if depth >= MAX_DEPTH or not first:
            return at
        ordered = first[2] is not None
        holder = etree.SubElement(parent, "ol" if ordered else "ul")
        if ordered and int(first[2]) != 1:
            holder.set("start", str(int(first[2])))
        loose, blank_before = False, False
        while at < len(lines) and (marker := list_marker(lines[at])) and (marker[2] is not None) == ordered:
            loose = loose or blank_before
            item, at = self._item_lines(lines, at, marker)
            blank_before = at < len(lines) and not lines[at - 1].strip()
            self.state.spend_block()
            li = etree.SubElement(holder, "li")
            self.read(item, li, depth + 1)
            loose = loose or sum(child.tag == "p" for child in li) > 1
        if not loose:
            _tighten(holder)
        return at

    def _item_lines(self, lines: Lines, at: int, marker: re.Match[str]) -> tuple[list[str], int]:
        """Return the lines of one list item without their indent, and the line after it."""
        own = columns(lines[at])
        gap = len((marker[3] or " ").expandtabs(TAB))
        content = own + len(marker[1]) + (gap if gap <= TAB else 1)
        item = [" " * (gap - 1 if gap > TAB else 0) + lines[at][marker.end() :]]
        end = at + 1
        while end < len(lines):
            line = lines[end]
            indent = columns(line)
            if not line.strip():
                item.append("")
            elif indent >= content:
                item.append(drop_columns(line, content))
            elif indent >= own + 2 and list_marker(line, MAX_DEPTH * TAB):
                item.append(line.lstrip())
            elif not item[-1].strip() or list_marker(line) or self._ends_paragraph(lines, end):
                break
            else:
                item.append(line.lstrip())
            end += 1
        return item, end

    def _table(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        header = table_header(lines, at)
        if not header or len(header[0]) > self.state.cells_left:
            return at
        names, aligns = header
        table = etree.SubElement(parent, "table")
        self._add_row(etree.SubElement(table, "thead"), "th", names, aligns)
        end, body = at + 2, None
        while end < len(lines) and lines[end].strip() and not self._ends_paragraph(lines, end):
            if self.state.cells_left < len(names):
                break
            body = etree.SubElement(table, "tbody") if body is None else body
            self._add_row(body, "td", split_row(lines[end]), aligns)
            end += 1
        return end

    def _add_row(self, parent: etree.Element, tag: str, cells: list[str], aligns: list[str]) -> None:
        """Add a row as wide as the header; what does not fit joins the last cell, so that no text is lost."""
        width = len(aligns)
        self.state.cells_left -= width
        shown = [*cells[: width - 1], " ".join(cells[width - 1 :])]
        row = etree.SubElement(parent, "tr")
        for index, align in enumerate(aligns):
            cell = self._add_text(row, tag, shown[index] if index < len(shown) else "")
            if align:
                cell.set("class", align)

    def _reference(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        """Take `[label]: address "title"`; a label that is too much stays text."""
        match = REFERENCE.match(lines[at])
        if not match or len(self.references) >= MAX_REFERENCES:
            return at
        url = match[2] if match[2] is not None else match[3]
        if len(url) > MAX_URL:
            return at
        self.references.setdefault(match[1].strip().lower(), (url, match[4] or match[5] or match[6]))
        return at + 1

    def _paragraph(self, lines: Lines, at: int, parent: etree.Element, depth: int) -> int:
        end = at + 1
        if end < len(lines) and (underline := SETEXT.match(lines[end])):
            self._add_text(parent, "h1" if underline[1][0] == "=" else "h2", lines[at].strip())
            return end + 1
        last = min(len(lines), at + MAX_PARAGRAPH_LINES)
        while end < last and lines[end].strip() and not self._ends_paragraph(lines, end):
            end += 1
        self._add_text(parent, "p", "\n".join(line.strip() for line in lines[at:end]))
        return end

    def _ends_paragraph(self, lines: Lines, at: int) -> bool:
        """Return whether a new block starts at this line although no blank line is before it."""
        line = lines[at]
        marker = list_marker(line)
        if marker:
            return marker[3] is not None and marker[2] in (None, "1")
        starts = FENCE.match(line) or HEADING.match(line) or QUOTE.match(line) or is_rule(line)
        return bool(starts) or table_header(lines, at) is not None

    def _add_text(self, parent: etree.Element, tag: str, text: str) -> etree.Element:
        """Add an element whose text goes on to the inline step, or code when that step would cost too much."""
        if len(text) > MAX_SPECIALS and sum(1 for _ in SPECIAL.finditer(text)) > MAX_SPECIALS:
            self._add_code(parent, text, "")
            return parent[-1]
        element = etree.SubElement(parent, tag)
        element.text = text if INLINE.search(text) else AtomicString(text)  # which the inline step leaves out
        return element


def _tighten(holder: etree.Element) -> None:
    """Take the paragraphs out of the items of a list without blank lines."""
    for item in holder:
        if len(item) and item[0].tag == "p":
            item.text = item[0].text
            item.remove(item[0])
