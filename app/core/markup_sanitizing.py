"""The one place where HTML becomes trusted: bleach with a short list of what may pass, and what links must carry.

Owns the allow-list. Must not know Markdown. Anything not on the list is shown as text, never executed.

Parsing is what bleach spends its time on. Our renderer writes HTML that is well formed and nested as HTML wants it: there, each tag
goes through bleach's filter and serialiser by itself, and the answer for a tag is remembered. Whatever is not written like that is
given to bleach as a whole. Both ways lead to the same text (tests/core/test_markup.py).
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from bleach.html5lib_shim import Filter  # type: ignore[import-untyped]
from bleach.sanitizer import INVISIBLE_CHARACTERS_RE, BleachSanitizerFilter, Cleaner  # type: ignore[import-untyped]

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

# How our renderer writes tags and text.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_ESCAPED = re.compile(r"(?:[^&]++|&(?:amp|lt|gt|quot);)*+")
_EMPTY = frozenset({"br", "hr", "img"})
_INLINE = frozenset({"a", "br", "code", "del", "em", "img", "ins", "kbd", "mark", "small", "span", "strong", "sub", "sup"})
_FLOW = TAGS - {"li", "summary", "tbody", "td", "th", "thead", "tr"}
# What stands in what without a parser putting it elsewhere; in all other elements only what is inline.
_CHILDREN = {
    "": _FLOW, "blockquote": _FLOW, "li": _FLOW, "details": _FLOW | {"summary"}, "ul": frozenset({"li"}), "ol": frozenset({"li"}),
    "table": frozenset({"thead", "tbody"}), "thead": frozenset({"tr"}), "tbody": frozenset({"tr"}), "tr": frozenset({"td", "th"}),
}  # fmt: skip
_WITHOUT_TEXT = frozenset({"ul", "ol", "table", "thead", "tbody", "tr"})


def sanitize(html: str, own_host: str = "") -> str:
    """Return `html` with nothing but our own list of tags, attributes and protocols; links outward get `rel`."""
    clean = sanitize_well_formed(html, own_host)
    return sanitize_anything(html, own_host) if clean is None else clean


def sanitize_anything(html: str, own_host: str = "") -> str:
    """Return what bleach makes of a whole text: parsed as browsers parse it."""
    link_filter = partial(_LinkFilter, own_host=own_host)
    cleaner = Cleaner(tags=TAGS, attributes=_is_allowed_attribute, protocols=PROTOCOLS, filters=[link_filter])
    return str(cleaner.clean(html))


def sanitize_well_formed(html: str, own_host: str = "") -> str | None:
    """Return clean HTML, or None for what a parser would put in order first, and for what holds anything but our tags."""
    first, *parts = _TAG.split(html)
    if "\r" in html or INVISIBLE_CHARACTERS_RE.search(html) or not _may_stand_in("", first):
        return None
    found, within = [first.replace(">", "&gt;")], [""]
    for at in range(0, len(parts), 4):
        slash, name, attributes, text = parts[at : at + 4]
        if slash:
            tag = f"</{name}>" if within.pop() == name and not attributes else None
        elif name in _CHILDREN.get(within[-1], _INLINE) and not (name == "a" and "a" in within):
            tag = _start_tag(name, attributes, own_host) if attributes or name in _EMPTY else f"<{name}>"
            if name not in _EMPTY:
                within.append(name)
        else:
            tag = None
        if tag is None or (text and not _may_stand_in(within[-1], text)):
            return None
        found += tag, text.replace(">", "&gt;")
    return "".join(found) if len(within) == 1 else None


def _may_stand_in(name: str, text: str) -> bool:
    """Whether a parser leaves a text where it is, as it is."""
    if "<" in text or ("&" in text and not _ESCAPED.fullmatch(text)):
        return False
    return name not in _WITHOUT_TEXT and not (name == "pre" and text[0] == "\n")


@lru_cache(maxsize=1024)
def _start_tag(name: str, attributes: str, own_host: str) -> str | None:
    """Return a start tag of the list with what bleach and our own filter leave of its attributes."""
    given = {(None, key): value for key, value in _ATTRIBUTE.findall(attributes)}
    kind = "EmptyTag" if name in _EMPTY else "StartTag"
    token = {"type": kind, "name": name, "namespace": None, "data": given}
    if not _ESCAPED.fullmatch(attributes) or len(given) != attributes.count('="'):
        return None
    source = BleachSanitizerFilter([token], allowed_tags=TAGS, attributes=_is_allowed_attribute, allowed_protocols=PROTOCOLS)
    clean = next(iter(_LinkFilter(source, own_host)))["data"]
    return f"<{name}" + "".join(f' {key}="{value}"' for (_namespace, key), value in clean.items()) + ">"


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
