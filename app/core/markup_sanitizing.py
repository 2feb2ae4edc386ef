"""The one place where HTML becomes trusted: bleach with a short list of what may pass, and what links must carry.

Owns the allow-list. Must not know Markdown. Anything not on the list is shown as text, never executed.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from bleach.html5lib_shim import Filter  # type: ignore[import-untyped]
from bleach.sanitizer import Cleaner  # type: ignore[import-untyped]

TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "details",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
PROTOCOLS = frozenset({"http", "https", "mailto"})
UPLOADS = "/uploads/"
OUTSIDE_REL = "ugc nofollow noopener"
ALLOWED_CLASSES = {
    "a": re.compile("mention"),
    "pre": re.compile("highlight"),
    "code": re.compile(r"language-[\w+#.-]{1,20}"),
    "span": re.compile(r"[a-z]{1,2}[a-z0-9]?"),
    "td": re.compile("align-(center|right)"),
    "th": re.compile("align-(center|right)"),
}
HEADING_ID = re.compile(r"h-[\w-]{1,90}")
NUMBER = re.compile(r"[0-9]{1,5}")
START = re.compile(r"[0-9]{1,9}")

_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


def sanitize(html: str, own_host: str = "") -> str:
    """Return `html` with nothing but our own list of tags, attributes and protocols; links outward get `rel`."""
    cleaner = Cleaner(
        tags=TAGS,
        attributes=_is_allowed_attribute,
        protocols=PROTOCOLS,
        filters=[lambda source: _LinkFilter(source, own_host)],
    )
    return str(cleaner.clean(html))


def is_shown_image(source: str) -> bool:
    """Return whether an image address may be embedded: our uploads and https."""
    if _UNSAFE_IN_URL.search(source):
        return False
    return (source.startswith(UPLOADS) and ".." not in source) or source.lower().startswith("https://")


def is_own_address(href: str, own_host: str) -> bool:
    """Return whether a link stays on this site: a path, a fragment, or `own_host` (with port when not the default)."""
    address = href.strip()
    if _UNSAFE_IN_URL.search(address):
        return False
    if address.startswith(("#", "/", "?")):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(own_host) and parts.scheme in ("http", "https") and parts.netloc.lower() == own_host.lower()


def _is_allowed_attribute(tag: str, name: str, value: str) -> bool:
    """Return whether an attribute passes. Called by bleach, which checks the protocol of `href` and `src` itself."""
    if name == "class":
        allowed = ALLOWED_CLASSES.get(tag)
        return bool(allowed and allowed.fullmatch(value))
    if tag == "a":
        return name in ("href", "title")
    if tag == "img":
        return _is_allowed_on_image(name, value)
    if name == "id":
        return tag in ("h2", "h3", "h4", "h5", "h6") and bool(HEADING_ID.fullmatch(value))
    return (tag == "ol" and name == "start" and bool(START.fullmatch(value))) or (
        tag == "pre" and name == "tabindex" and value == "0"
    )


def _is_allowed_on_image(name: str, value: str) -> bool:
    if name == "src":
        return is_shown_image(unescape(value))
    if name in ("width", "height"):
        return bool(NUMBER.fullmatch(value))
    return name in ("alt", "title")


class _LinkFilter(Filter):  # type: ignore[misc]
    """Runs after bleach's own filter and adds what the author may not choose: `rel`, and how images are loaded."""

    def __init__(self, source: Any, own_host: str) -> None:
        super().__init__(source)
        self.own_host = own_host

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            if token["type"] in ("StartTag", "EmptyTag"):
                if token["name"] == "a":
                    self._mark_link(token["data"])
                elif token["name"] == "img":
                    token["data"] |= {(None, "loading"): "lazy", (None, "decoding"): "async"}
            yield token

    def _mark_link(self, attributes: dict[tuple[str | None, str], str]) -> None:
        href = attributes.get((None, "href"))
        if href is not None and not is_own_address(unescape(href), self.own_host):
            attributes[(None, "rel")] = OUTSIDE_REL
