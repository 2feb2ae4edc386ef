"""Atom feeds against RFC 4287, sitemaps against their protocol, and what else machines read: robots.txt, the manifest, OpenSearch.

The checks are pure: bytes and an address in, what is wrong in words out. Feeds are also read as readers read them (feedparser).
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

import feedparser
import lxml.etree
import lxml.html

from bench.judges.site import Page, Site, Verdict
from bench.serving import fetch

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
MOST_URLS, MOST_BYTES = 50_000, 50_000_000
_FEED_PARTS = {
    "id",
    "title",
    "subtitle",
    "updated",
    "author",
    "contributor",
    "category",
    "generator",
    "icon",
    "link",
    "logo",
    "rights",
    "entry",
}
_ENTRY_PARTS = {
    "id",
    "title",
    "updated",
    "published",
    "author",
    "contributor",
    "category",
    "content",
    "summary",
    "link",
    "rights",
    "source",
}
_SAFE_TYPES = ("text", "html", "xhtml")


def feed_faults(body: bytes, address: str) -> list[str]:
    """What is wrong with an Atom feed that was read at this address."""
    try:
        tree = lxml.etree.fromstring(body)
    except lxml.etree.XMLSyntaxError as error:
        return [f"no XML: {error}"]
    if tree.tag != f"{ATOM}feed":
        return [f"the root is {tree.tag}"]
    entries = tree.findall(f"{ATOM}entry")
    found = list(_part_faults(tree, "feed", _FEED_PARTS))
    own = [link.get("href") for link in tree.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if own != [address]:
        found.append(f"feed: link self is {own}, read at {address}")
    has_author = tree.find(f"{ATOM}author") is not None
    has_base = _is_address(tree.get("{http://www.w3.org/XML/1998/namespace}base"))
    for number, entry in enumerate(entries, 1):
        found += _entry_faults(entry, f"entry {number}", has_author, has_base)
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    found += [f"{count} entries have the id {name}" for name, count in ids.items() if count > 1]
    updated = [_moment(entry.findtext(f"{ATOM}updated")) for entry in entries]
    newest, own_moment = max(filter(None, updated), default=None), _moment(tree.findtext(f"{ATOM}updated"))
    if newest and own_moment and own_moment < newest:
        found.append("feed: updated is older than that of an entry")
    return found + _reader_faults(body, len(entries))


def _part_faults(part: lxml.etree._Element, name: str, known: set[str]) -> Iterator[str]:
    """What holds of feeds and entries alike."""
    own = {str(child.tag).removeprefix(ATOM) for child in part if str(child.tag).startswith(ATOM)}
    yield from (f"{name}: {tag} means nothing here" for tag in sorted(own - known))
    for wanted in ("id", "title", "updated"):
        values = [(child.text or "").strip() for child in part.findall(ATOM + wanted)]
        if len(values) != 1 or not values[0]:
            yield f"{name}: exactly one {wanted} is required, there are {values}"
    if not urlsplit(part.findtext(f"{ATOM}id") or "").scheme:
        yield f"{name}: the id is no IRI"
    for wanted in ("updated", "published"):
        for child in part.findall(ATOM + wanted):
            if _moment(child.text) is None:
                yield f"{name}: {wanted} is no moment of RFC 3339: {child.text!r}"
    for author in part.findall(f"{ATOM}author"):
        if not (author.findtext(f"{ATOM}name") or "").strip():
            yield f"{name}: an author without a name"
    yield from _link_faults(part, name)


def _link_faults(part: lxml.etree._Element, name: str) -> Iterator[str]:
    links = part.findall(f"{ATOM}link")
    yield from (f"{name}: no absolute link: {link.get('href')!r}" for link in links if not _is_address(link.get("href")))
    alternates = Counter(
        (link.get("type"), link.get("hreflang")) for link in links if link.get("rel", "alternate") == "alternate"
    )
    if any(count > 1 for count in alternates.values()):
        yield f"{name}: two alternates of one kind"


def _entry_faults(entry: lxml.etree._Element, name: str, feed_has_author: bool, has_base: bool) -> list[str]:
    found = list(_part_faults(entry, name, _ENTRY_PARTS))
    if entry.find(f"{ATOM}author") is None and not feed_has_author:
        found.append(f"{name}: author is required")
    content = entry.find(f"{ATOM}content")
    if content is None and not any(link.get("rel", "alternate") == "alternate" for link in entry.findall(f"{ATOM}link")):
        found.append(f"{name}: neither content nor an alternate")
    for part in (entry.find(f"{ATOM}{tag}") for tag in ("title", "summary", "content")):
        if part is None:
            continue
        kind = part.get("type", "text")
        if kind not in _SAFE_TYPES:
            found.append(f"{name}: a text of type {kind}")
        elif kind != "xhtml" and len(part):
            found.append(f"{name}: elements in a text of type {kind}")
        elif kind == "html":
            found += _html_faults(part.text or "", name, has_base)
    return found


def _html_faults(text: str, name: str, has_base: bool) -> list[str]:
    """Scripts have no place in a feed; a path of the site is an address only where the feed names its base."""
    if not text.strip():
        return [f"{name}: an empty text"]
    tree = lxml.html.fragment_fromstring(text, create_parent="div")
    found = [f"{name}: <{part.tag}> in the text" for part in tree.iter("script", "style", "form", "iframe")]
    loose = [one for one in tree.xpath("//@href|//@src") if not urlsplit(one).scheme and not (has_base and one.startswith("/"))]
    return found + [f"{name}: a relative address in the text: {one!r}" for one in loose]


def _reader_faults(body: bytes, entries: int) -> list[str]:
    read = feedparser.parse(body)
    found = [f"a reader stumbles: {read.bozo_exception}"] if read.bozo else []
    if read.version != "atom10" or len(read.entries) != entries:
        found.append(f"a reader takes it for {read.version or 'nothing'} with {len(read.entries)} entries")
    return found


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None


def _is_address(value: str | None) -> bool:
    parts = urlsplit(value or "")
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def sitemap_faults(body: bytes, address: str) -> list[str]:
    """What is wrong with a sitemap or an index of them that was read at this address."""
    try:
        tree = lxml.etree.fromstring(body)
    except lxml.etree.XMLSyntaxError as error:
        return [f"no XML: {error}"]
    kind = {f"{SITEMAP}urlset": "url", f"{SITEMAP}sitemapindex": "sitemap"}.get(str(tree.tag))
    if kind is None:
        return [f"the root is {tree.tag}"]
    found = [f"{child.tag} means nothing here" for child in tree if child.tag != SITEMAP + kind]
    rows = tree.findall(SITEMAP + kind)
    found += [fault for number, row in enumerate(rows, 1) for fault in _row_faults(row, f"{kind} {number}", address)]
    places = Counter(row.findtext(f"{SITEMAP}loc") for row in rows)
    found += [f"{place} is listed {count} times" for place, count in places.items() if count > 1]
    if len(rows) > MOST_URLS or len(body) > MOST_BYTES:
        found.append(f"too long: {len(rows)} rows, {len(body)} bytes")
    return found


def _row_faults(row: lxml.etree._Element, name: str, address: str) -> Iterator[str]:
    places = [child.text or "" for child in row.findall(f"{SITEMAP}loc")]
    here = urlsplit(address)
    if len(places) != 1 or urlsplit(places[0])[:2] != here[:2] or "#" in places[0]:
        yield f"{name}: exactly one loc of this site is required, there are {places}"
    moments = [child.text for child in row.findall(f"{SITEMAP}lastmod")]
    if len(moments) > 1 or any(_moment(moment) is None and not _is_day(moment) for moment in moments):
        yield f"{name}: lastmod is no moment: {moments}"
    # Search engines ignore the two, so they are only weight.
    yield from (f"{name}: {child.tag} is of no use" for child in row if child.tag not in (f"{SITEMAP}loc", f"{SITEMAP}lastmod"))


def _is_day(text: str | None) -> bool:
    try:
        return bool(datetime.strptime(text or "", "%Y-%m-%d"))  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return False


def manifest_faults(body: bytes, address: str) -> list[str]:
    """What is wrong with a web app manifest: what browsers want before they offer to install the site."""
    try:
        data = json.loads(body)
    except ValueError as error:
        return [f"no JSON: {error}"]
    found = [f"{name} is missing" for name in ("name", "short_name", "start_url", "display", "icons") if not data.get(name)]
    sizes = {size for icon in data.get("icons", ()) for size in icon.get("sizes", "").split()}
    return found + [f"no icon of {size}" for size in ("192x192", "512x512") if size not in sizes and "any" not in sizes]


def opensearch_faults(body: bytes, address: str) -> list[str]:
    """What is wrong with an OpenSearch description: names of the length allowed, and an address with the words in it."""
    try:
        tree = lxml.etree.fromstring(body)
    except lxml.etree.XMLSyntaxError as error:
        return [f"no XML: {error}"]
    name, about = tree.findtext(f"{OPENSEARCH}ShortName") or "", tree.findtext(f"{OPENSEARCH}Description") or ""
    found = [] if 0 < len(name) <= 16 else [f"ShortName has {len(name)} characters, 1 to 16 are allowed"]
    found += [] if 0 < len(about) <= 1024 else [f"Description has {len(about)} characters, 1 to 1024 are allowed"]
    templates = [url.get("template", "") for url in tree.findall(f"{OPENSEARCH}Url")]
    return found + ([] if any("{searchTerms}" in one for one in templates) else ["no Url takes {searchTerms}"])


CHECKS: dict[str, Callable[[bytes, str], list[str]]] = {
    "application/atom+xml": feed_faults,
    "application/manifest+json": manifest_faults,
    "application/opensearchdescription+xml": opensearch_faults,
    "application/xml": sitemap_faults,
    "application/gzip": sitemap_faults,
}


def judge(site: Site, pages: list[Page]) -> list[Verdict]:
    """One verdict for each feed that pages name, the sitemap and its files, the manifest and OpenSearch."""
    paths = ["/sitemap.xml"]
    for page in pages:
        if page.role == "visitor":
            links = lxml.html.fromstring(page.html).xpath(
                "//head/link[@rel='alternate' or @rel='manifest' or @rel='search']/@href"
            )
            paths += [urlsplit(link).path for link in links if not link.endswith("/")]
    verdicts = []
    for path in (queue := list(dict.fromkeys(paths))):
        status, headers, body = fetch(site.server.port, path, site.headers("visitor"))
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        kind = headers.get("content-type", "").partition(";")[0]
        check = CHECKS.get(kind)
        if status == 200 and check is None and kind == "text/html":
            continue  # the same page in another language
        found = [f"answered {status} {kind}"] if status != 200 or check is None else check(body, site.address + path)
        verdicts.append(Verdict("feeds", path, kind, tuple(found), f"{len(body):,} bytes"))
        if kind == "application/xml" and b"<sitemapindex" in body:
            queue += [urlsplit(loc.text or "").path for loc in lxml.etree.fromstring(body).iter(f"{SITEMAP}loc")]
    return verdicts
