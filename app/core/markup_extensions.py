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
from html import unescape

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, STX, AtomicString

from app.core.markup_blocks import ForumBlockParser
from app.core.markup_sanitizing import PROTOCOLS, is_shown_image
from app.core.markup_state import (
    MAX_CODE_SPAN_RUNS,
    MAX_ELEMENTS,
    MAX_INLINE_DEPTH,
    MAX_LABEL,
    MAX_LABEL_DEPTH,
    MAX_URL,
    RenderState,
    too_complex,
)
from app.core.slugs import slugify

Match = tuple[etree.Element | str | None, int | None, int | None]
NO_MATCH: Match = (None, None, None)

INLINE_TAGS = {"b": "strong", "i": "em", "strike": "del", "s": "del"} | {
    tag: tag for tag in ("kbd", "sub", "sup", "ins", "del", "mark", "small", "em", "strong")
}
CODE_RUNS = re.compile("`+")
BRACKETS = re.compile(r"[\[\]]")
TARGET = re.compile(
    r"\(\s{0,9}+(?:<([^<>\n]*)>|((?:[^\s()<]|\([^\s()<]*\))*+))"
    r"(?:\s{1,9}+(?:\"([^\"]*)\"|'([^']*)'))?\s{0,9}+\)(?:\{width=(\d{1,5}) height=(\d{1,5})\})?"
)
LABEL = re.compile(r" ?\[([^\[\]]{0,200})\]")
SCHEME = re.compile(r"([a-zA-Z][\w+.-]*):")
TRAILING = "?!.,:;*_~'\""


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


class Link(InlineProcessor):
    """`[text](address "title")`, `[text][label]` and `[label]`."""

    PATTERN = r"(?<!!)\["

    def __init__(self, md: Markdown, state: RenderState) -> None:
        super().__init__(self.PATTERN, md)
        self.state = state

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        close = find_bracket(data, m.end())
        if close is None:
            return NO_MATCH
        text = data[m.end() : close]
        target = TARGET.match(data, close + 1)
        if target:
            url = target[1] if target[1] is not None else target[2]
            size = (target[5], target[6]) if target[5] else None
            element = self.build(text, url, target[3] or target[4], size)
            return (element, m.start(), target.end()) if element is not None else NO_MATCH
        return self._reference(m, data, text, close)

    def _reference(self, m: re.Match[str], data: str, text: str, close: int) -> Match:
        assert self.md is not None
        label = LABEL.match(data, close + 1)
        for name, end in ((label[1] or text, label.end()) if label else ("", 0), (text, close + 1)):
            found = self.md.references.get(" ".join(name.split()).lower()) if name else None
            if found:
                self.state.spend_reference(found[0])
                element = self.build(text, found[0], found[1], None)
                return (element, m.start(), end) if element is not None else NO_MATCH
        return NO_MATCH

    def build(self, text: str, url: str, title: str | None, size: tuple[str, str] | None) -> etree.Element | None:
        """Return the element, or None when the address is not one."""
        href = self._address(url)
        scheme = SCHEME.match(href)
        if not text.strip() or len(href) > MAX_URL or (scheme and scheme[1].lower() not in PROTOCOLS):
            return None
        element = etree.Element("a", href=href)
        if title:
            element.set("title", unescape(self.unescape(title)))
        element.text = text
        return element

    def _address(self, url: str) -> str:
        """Return the address as meant: escapes undone, `www.` completed."""
        href = unescape(self.unescape(url)).strip()
        return f"https://{href}" if href.lower().startswith("www.") else href


class Image(Link):
    """`![text](address){width=640 height=480}`; an image that may not be embedded becomes a link to it."""

    PATTERN = r"!\["

    def build(self, text: str, url: str, title: str | None, size: tuple[str, str] | None) -> etree.Element | None:
        source, alt = self._address(url), self.unescape(text)
        if not self.state.allow_images or not is_shown_image(source) or len(source) > MAX_URL:
            return super().build(text or source, url, title, None)
        element = etree.Element("img", src=source, alt=alt)
        if title:
            element.set("title", unescape(self.unescape(title)))
        if size and source.startswith("/"):
            element.set("width", size[0])
            element.set("height", size[1])
        return element


class Address(InlineProcessor):
    """`<https://...>`, `<name@example.com>`, and the same without brackets when it starts with `http` or `www.`."""

    ANCESTOR_EXCLUDES = ("a",)
    PATTERN = (
        r"<(https?://[^\s<>]{1,2048})>|<(?:mailto:)?([\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)>"
        r"|(?<![\w/.@:])((?:https?://|www\.(?=[\w-]+\.\w))[^\s<>\"`\x02\x03]{1,2048}+)"
    )

    def __init__(self, md: Markdown) -> None:
        super().__init__(self.PATTERN, md)
        self.compiled_re = re.compile(self.PATTERN, re.IGNORECASE)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        if m[3]:
            shown = trim_address(m[3])
            if shown.endswith("//"):
                return None, m.start(), m.end()
            href = shown if shown.lower().startswith("http") else f"https://{shown}"
            return self._element(href, shown), m.start(), m.start() + len(shown)
        shown = m[1] or m[2]
        return self._element(m[1] or f"mailto:{m[2]}", shown), m.start(), m.end()

    def _element(self, href: str, shown: str) -> etree.Element:
        element = etree.Element("a", href=self.unescape(href))
        element.text = AtomicString(self.unescape(shown))
        return element


class InlineTag(InlineProcessor):
    """A pair such as `<kbd>Ctrl</kbd>`, without attributes; and `<br>`."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(rf"<({'|'.join(INLINE_TAGS)}|br ?/?)>", md)
        self.compiled_re = re.compile(self.pattern, re.IGNORECASE)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        name = m[1].lower()
        if name.startswith("br"):
            return etree.Element("br"), m.start(), m.end()
        close = re.compile(f"</{name}>", re.IGNORECASE).search(data, m.end())
        if not close:
            return NO_MATCH
        element = etree.Element(INLINE_TAGS[name])
        element.text = data[m.end() : close.start()]
        return element, m.start(), close.end()


class Entity(InlineProcessor):
    """`&copy;` and the like, kept as they are."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", md)

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        return f"{AMP_SUBSTITUTE}{m[1]};", m.start(), m.end()


class Mention(InlineProcessor):
    """`@name` of somebody who exists; never in code or links."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown, state: RenderState) -> None:
        super().__init__(r"(?<![\w@/.&#=+-])@(\w[\w.-]{0,59})", md)
        self.state = state

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        typed = m[1].rstrip(".-_") or m[1]
        self.state.seen.setdefault(typed.casefold(), typed)
        name = self.state.mentions.get(typed.casefold())
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

    def __init__(self, md: Markdown, state: RenderState) -> None:
        super().__init__(md)
        self.state = state

    def run(self, root: etree.Element) -> None:
        headings = [element for element in root.iter() if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
        highest = min((int(heading.tag[1]) for heading in headings), default=1)
        used: set[str] = set()
        for heading in headings:
            level = min(6, int(heading.tag[1]) - highest + self.state.top_level)
            heading.tag = f"h{level}"
            if self.state.with_ids:
                text = " ".join("".join(heading.itertext()).split())
                name = _unused(f"h-{slugify(text, 60, 'section')}", used)
                heading.set("id", name)
                self.state.toc.append((level, name, text))


class Finish(Treeprocessor):
    """Checks the size of the tree, and marks every `&` that is left as text."""

    def run(self, root: etree.Element) -> None:
        elements = 0
        row: list[etree.Element] = [root]
        depth = 0
        while row:
            elements, depth = elements + len(row), depth + 1
            if elements > MAX_ELEMENTS:
                raise too_complex("too much formatting")
            if depth > MAX_INLINE_DEPTH:
                raise too_complex("formatting nested too deeply")
            for element in row:
                _escape_ampersands(element)
            row = [child for element in row for child in element]


class ForumMarkdown(Extension):
    """Replaces the library's block parser and most of its inline processors with ours."""

    def __init__(self, state: RenderState) -> None:
        super().__init__()
        self.state = state

    def extendMarkdown(self, md: Markdown) -> None:
        state = self.state
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.deregister("html_block")
        md.parser = ForumBlockParser(md, state)
        for name in ("reference", "image_reference", "short_reference", "short_image_ref", "automail", "linebreak"):
            md.inlinePatterns.deregister(name)
        for name, processor, priority in (
            ("backtick", CodeSpan(md), 190),
            ("link", Link(md, state), 160),
            ("image_link", Image(md, state), 150),
            ("autolink", Address(md), 120),
            ("html", InlineTag(md), 90),
            ("html_nested", InlineTag(md), 89),
            ("entity", Entity(md), 80),
            ("mention", Mention(md, state), 70),
            ("newline", LineBreak(md), 50),
        ):
            md.inlinePatterns.register(processor, name, priority)
        md.delimiters.add("~", "del", double=True)
        md.ESCAPED_CHARS = list("\\`*_{}[]()<>#+-.!~|@:\"'$%,/;=?^")
        md.treeprocessors.deregister("prettify")
        md.treeprocessors.register(Headings(md, state), "headings", -10)
        md.treeprocessors.register(Finish(md), "finish", -20)
        md.postprocessors.deregister("raw_html")


def find_bracket(data: str, start: int) -> int | None:
    """Return where the bracket that was opened before `start` closes, or None when that is too far or too deep."""
    depth = 1
    for bracket in BRACKETS.finditer(data, start, min(len(data), start + MAX_LABEL)):
        depth += 1 if bracket[0] == "[" else -1
        if depth == 0:
            return bracket.start()
        if depth > MAX_LABEL_DEPTH:
            break
    return None


def trim_address(address: str) -> str:
    """Return a bare address without the punctuation and the unmatched closing brackets that follow it in a sentence."""
    end = len(address)
    surplus = address.count(")") - address.count("(")
    while end:
        last = address[end - 1]
        if last in TRAILING:
            end -= 1
        elif last == ")" and surplus > 0:
            end, surplus = end - 1, surplus - 1
        else:
            break
    return address[:end]


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
