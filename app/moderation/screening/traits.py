"""What can be said of a text without knowing anything else: readings, links, images, and what it has in common with others. Pure."""

import hashlib
import re
import struct
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

from app.core.markup import visible_text
from app.core.records import Struct, replace
from app.moderation.screening.folding import readings, words_and_readings, words_of

SKETCH = 24
"""Numbers kept of a text: texts that share most of them say much the same."""
_SHINGLE = 3
_LEAST_WORDS = 12
_LINK = re.compile(r'<a [^>]*href="([^"]*)"')
_IMAGE = re.compile(r'<img [^>]*src="([^"]*)"')
_NAMED = re.compile(r"(?<![\w@.-])((?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24})(?![\w-])")


class Traits(Struct, frozen=True):
    """One text as screening sees it.

    `hosts` are those of its links and images elsewhere, in order, each once; `named` also those that are only written down.
    `links` has the host of each link elsewhere. `sketch` is empty for short texts: many people say “that worked, thanks”.
    """

    words: tuple[str, ...]
    readings: str
    hosts: tuple[str, ...]
    named: frozenset[str]
    links: tuple[str, ...]
    images: int
    sketch: frozenset[int]


def host_of(address: str) -> str:
    """Return the host of an address in lower case and ASCII, without `www.`; empty for paths and for what is no address."""
    try:
        host = urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""
    return normal_host(host)


def normal_host(host: str) -> str:
    """Return a host in lower case and ASCII, without `www.` and a dot at the end."""
    bare = host.strip().strip(".").lower()
    try:
        bare = bare.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return bare.removeprefix("www.")


def traits_of(html: str, own_host: str = "") -> Traits:
    """Return what can be said of a text, given as our own HTML. The same text is taken apart once."""
    return _traits(html, own_host)


def with_title(traits: Traits, title: str) -> Traits:
    """Return the traits of a text with a title above it. What the text has in common with others stays that of the text."""
    if not title:
        return traits
    return replace(
        traits, words=(*words_of(title), *traits.words), readings=f"{readings(title)}\n{traits.readings}",
        named=traits.named | _named_in(title),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _traits(html: str, own_host: str) -> Traits:
    text = visible_text(html)
    own = normal_host(own_host.partition(":")[0])
    links = [unescape(found) for found in _LINK.findall(html)]
    images = [unescape(found) for found in _IMAGE.findall(html)]
    hosts = [host for host in map(host_of, [*links, *images]) if host and host != own]
    written = " ".join(link for link in links if host_of(link) not in ("", own))
    words, meant = words_and_readings(text, written)
    return Traits(
        words=tuple(words), readings=meant, hosts=tuple(dict.fromkeys(hosts)),
        named=frozenset(hosts) | (_named_in(text) - {own}),
        links=tuple(host for host in map(host_of, links) if host not in ("", own)), images=len(images), sketch=sketch_of(words),
    )  # fmt: skip


def hosts_in(html: str) -> frozenset[str]:
    """Return the hosts that a text, given as our own HTML, leads to, shows images of, or writes down."""
    addresses = (unescape(found) for pattern in (_LINK, _IMAGE) for found in pattern.findall(html))
    return frozenset(filter(None, map(host_of, addresses))) | _named_in(visible_text(html))


def _named_in(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(normal_host, _NAMED.findall(text))))


def sketch_of(words: list[str]) -> frozenset[int]:
    """Return the smallest of the hashed triples of words: the share two texts have in common is much that of their sketches."""
    if len(words) < _LEAST_WORDS:
        return frozenset()
    triples = set(map(" ".join, zip(*(words[at:] for at in range(_SHINGLE)), strict=False)))
    hashes = b"".join([hashlib.blake2b(triple.encode(), digest_size=8).digest() for triple in triples])
    return frozenset(sorted(struct.unpack(f">{len(triples)}q", hashes))[:SKETCH])
