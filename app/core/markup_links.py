"""Links and images in Markdown: `[text](address)`, `![text](address)`, `[text][label]`, and bare addresses.

Owns where an address starts and ends. Must not decide what is safe: `core.markup_sanitizing` does that afterwards.
The library's own processors search the rest of the block again for every bracket and parenthesis; these look ahead a
bounded distance.
"""

import re
import xml.etree.ElementTree as etree
from html import unescape

from markdown import Markdown  # type: ignore[import-untyped]
from markdown.inlinepatterns import InlineProcessor  # type: ignore[import-untyped]
from markdown.util import AtomicString  # type: ignore[import-untyped]

from app.core.markup_sanitizing import PROTOCOLS, is_shown_image
from app.core.markup_state import MAX_LABEL, MAX_LABEL_DEPTH, MAX_URL

Match = tuple[etree.Element | str | None, int | None, int | None]
NO_MATCH: Match = (None, None, None)

BRACKETS = re.compile(r"[\[\]]")
TARGET = re.compile(
    r"\(\s{0,9}+(?:<([^<>\n]*)>|((?:[^\s()<]|\([^\s()<]*\))*+))"
    r"(?:\s{1,9}+(?:\"([^\"]*)\"|'([^']*)'))?\s{0,9}+\)(?:\{width=(\d{1,5}) height=(\d{1,5})\})?"
)
LABEL = re.compile(r" ?\[([^\[\]]{0,200})\]")
SCHEME = re.compile(r"([a-zA-Z][\w+.-]*):")
TRAILING = "?!.,:;*_~'\""


class Link(InlineProcessor):
    """`[text](address "title")`, `[text][label]` and `[label]`."""

    PATTERN = r"(?<!!)\["

    def __init__(self, md: Markdown) -> None:
        super().__init__(self.PATTERN, md)

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
                self.md.state.spend_reference(found[0])
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
        href = unescape(self.unescape(url)).strip().replace(" ", "%20").replace("\\", "%5C")
        return f"https://{href}" if href.lower().startswith("www.") else href


class Image(Link):
    """`![text](address){width=640 height=480}`; an image that may not be embedded becomes a link to it."""

    PATTERN = r"!\["

    def build(self, text: str, url: str, title: str | None, size: tuple[str, str] | None) -> etree.Element | None:
        source, alt = self._address(url), self.unescape(text)
        if not self.md.state.allow_images or not is_shown_image(source) or len(source) > MAX_URL:
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
