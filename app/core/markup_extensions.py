"""Inline Markdown as forum users type it, and the wiring of our rules into the Markdown library.

Owns links, images, mentions, bare addresses, code spans, the few HTML tags that are allowed inline, line breaks, and
heading levels. Must not decide what is safe: `core.markup_sanitizing` does that afterwards, on the whole.

Raw HTML is text here, but for pairs of a few harmless tags (`<kbd>Ctrl</kbd>`): what somebody pastes stays visible.
A line break in the source is a line break on the page, as on GitHub's comments: people in forums press Enter.

The library's own link and code-span processors search the rest of the block again for every bracket, backtick and
parenthesis; these look ahead a bounded distance.
"""

import re
import xml.etree.ElementTree as etree

from markdown import Markdown  # type: ignore[import-untyped]
from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.inlinepatterns import InlineProcessor  # type: ignore[import-untyped]
from markdown.treeprocessors import Treeprocessor  # type: ignore[import-untyped]
from markdown.util import AMP_SUBSTITUTE, STX, AtomicString  # type: ignore[import-untyped]

from app.core.markup_blocks import ForumBlockParser
from app.core.markup_links import NO_MATCH, Address, Image, Link, Match
from app.core.markup_state import (
    MAX_CODE_SPAN_RUNS,
    MAX_ELEMENTS,
    MAX_INLINE_DEPTH,
    MAX_LABEL_DEPTH,
    too_deep,
    too_formatted,
)
from app.core.slugs import slugify

INLINE_TAGS = {"b": "strong", "i": "em", "strike": "del", "s": "del"} | {
    tag: tag for tag in ("kbd", "sub", "sup", "ins", "del", "mark", "small", "em", "strong")
}
MARKS = "\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
"""Combining marks of names, which `\\w` leaves out."""
CODE_RUNS = re.compile("`+")


class CodeSpan(InlineProcessor):
    """`code`, with as many backticks around it as needed."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\\.|`+", md)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        if m[0][0] == "\\":
            return None, m.start(), m.end()
        for count, run in enumerate(CODE_RUNS.finditer(data, m.end())):
            if len(run[0]) == len(m[0]):
                element = etree.Element("code")
                element.text = AtomicString(_strip_one_space(data[m.end() : run.start()].replace("\n", " ")))
                return element, m.start(), run.end()
            if count >= MAX_CODE_SPAN_RUNS:
                break
        return None, m.start(), m.end()


class InlineTag(InlineProcessor):
    """A pair such as `<kbd>Ctrl</kbd>`, without attributes; and `<br>`."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(rf"<({'|'.join(INLINE_TAGS)}|br ?/?)>", md)
        self.compiled_re = re.compile(self.pattern, re.IGNORECASE)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        name = m[1].lower()
        if name.startswith("br"):
            return etree.Element("br"), m.start(), m.end()
        close = self._close(name, data, m.end())
        if close is None:
            return NO_MATCH
        element = etree.Element(INLINE_TAGS[name])
        element.text = data[m.end() : close.start()]
        return element, m.start(), close.end()

    def _close(self, name: str, data: str, start: int) -> re.Match[str] | None:
        """Return the match of the end tag that belongs to a start tag, or None when it is missing or too deep inside."""
        depth = 1
        for tag in re.compile(f"<(/?){name}>", re.IGNORECASE).finditer(data, start):
            depth += -1 if tag[1] else 1
            if depth == 0:
                return tag
            if depth > MAX_LABEL_DEPTH:
                break
        return None


class Entity(InlineProcessor):
    """`&copy;` and the like, kept as they are."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", md)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        return f"{AMP_SUBSTITUTE}{m[1]};", m.start(), m.end()


class Mention(InlineProcessor):
    """`@name` of somebody who exists; never in code or links."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(rf"(?<![\w@/.&#=+-])@(\w[\w.{MARKS}-]{{0,59}})", md)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        typed = m[1].rstrip(".-_") or m[1]
        self.md.state.seen.setdefault(typed.casefold(), typed)
        name = self.md.state.mentions.get(typed.casefold())
        if name is None:
            return NO_MATCH
        element = etree.Element("a", {"class": "mention", "href": f"/people/{name}"})
        element.text = AtomicString(f"@{name}")
        return element, m.start(), m.start() + 1 + len(typed)


class LineBreak(InlineProcessor):
    """A newline in the source."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\\?\n", md)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        return etree.Element("br"), m.start(), m.end()


class Headings(Treeprocessor):
    """Moves the highest heading used to `top_level`, keeps the steps between, and gives ids where asked for."""

    def run(self, root: etree.Element) -> None:
        headings = [element for element in root.iter() if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
        highest = min((int(heading.tag[1]) for heading in headings), default=1)
        used: set[str] = set()
        for heading in headings:
            level = min(6, int(heading.tag[1]) - highest + self.md.state.top_level)
            heading.tag = f"h{level}"
            if self.md.state.with_ids:
                text = " ".join("".join(heading.itertext()).split())
                name = _unused(f"h-{slugify(text, 60, 'section')}", used)
                heading.set("id", name)
                self.md.state.toc.append((level, name, text))


class Finish(Treeprocessor):
    """Checks the size of the tree, and marks every `&` that is left as text."""

    def run(self, root: etree.Element) -> None:
        elements = 0
        row: list[etree.Element] = [root]
        depth = 0
        while row:
            elements, depth = elements + len(row), depth + 1
            if elements > MAX_ELEMENTS:
                raise too_formatted()
            if depth > MAX_INLINE_DEPTH:
                raise too_deep()
            for element in row:
                _escape_ampersands(element)
            row = [child for element in row for child in element]


class ForumMarkdown(Extension):
    """Replaces the library's block parser and most of its inline processors with ours. All read what one rendering knows at `md.state`."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.deregister("html_block")
        md.parser = ForumBlockParser(md)
        for name in ("reference", "image_reference", "short_reference", "short_image_ref", "automail", "linebreak"):
            md.inlinePatterns.deregister(name)
        for name, processor, priority in (
            ("backtick", CodeSpan(md), 190),
            ("link", Link(md), 160),
            ("image_link", Image(md), 150),
            ("autolink", Address(md), 120),
            ("html", InlineTag(md), 90),
            ("html_nested", InlineTag(md), 89),
            ("entity", Entity(md), 80),
            ("mention", Mention(md), 70),
            ("newline", LineBreak(md), 50),
        ):
            md.inlinePatterns.register(processor, name, priority)
        md.delimiters.add("~", "del", double=True)
        md.ESCAPED_CHARS = list("\\`*_{}[]()<>#+-.!~|@:\"'$%,/;=?^")
        md.treeprocessors.deregister("prettify")
        md.treeprocessors.register(Headings(md), "headings", -10)
        md.treeprocessors.register(Finish(md), "finish", -20)
        md.postprocessors.deregister("raw_html")


def _strip_one_space(code: str) -> str:
    if len(code) > 2 and code[0] == code[-1] == " " and code.strip():
        return code[1:-1]
    return code


def _unused(name: str, used: set[str]) -> str:
    unique, number = name, 2
    while unique in used:
        unique, number = f"{name}-{number}", number + 1
    used.add(unique)
    return unique


def _escape_ampersands(element: etree.Element) -> None:
    """Mark each `&` so that the serializer does not take `&lt;` typed in code for an entity."""
    escaped = f"{AMP_SUBSTITUTE}amp;"
    if element.text and "&" in element.text:
        element.text = element.text.replace("&", escaped)
    if element.tail and "&" in element.tail:
        element.tail = element.tail.replace("&", escaped)
    for key, value in element.items():
        if "&" in value:
            element.set(key, value.replace("&", escaped))


assert STX in AMP_SUBSTITUTE, "the marker must be impossible in text, which has no control characters"
